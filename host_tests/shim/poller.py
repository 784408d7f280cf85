"""select.poll as MicroPython has it: gives back the registered objects and knows ipoll()."""

import select

_real_poll = select.poll


class Poll:
    """Wraps CPython's poll. What was registered (socket or descriptor) is what comes back."""

    def __init__(self):
        self._poll = _real_poll()
        self._objects = {}

    def register(self, obj, eventmask=select.POLLIN | select.POLLOUT):
        """Watch obj for eventmask."""
        self._poll.register(obj, eventmask)
        self._objects[self._descriptor(obj)] = obj

    def unregister(self, obj):
        """Stop watching obj. Errors: KeyError or OSError when it was not watched."""
        descriptor = self._descriptor(obj)
        if descriptor not in self._objects:
            descriptor = self._descriptor_of_closed(obj)
        self._objects.pop(descriptor)
        self._poll.unregister(descriptor)

    def modify(self, obj, eventmask):
        """Watch obj for another eventmask."""
        self._poll.modify(obj, eventmask)

    def poll(self, timeout_ms=-1):
        """Return [(object, events), ...]."""
        if timeout_ms is not None and timeout_ms < 0:
            timeout_ms = None
        return [(self._objects[fd], events) for fd, events in self._poll.poll(timeout_ms)]

    def ipoll(self, timeout_ms=-1, flags=0):
        """Return an iterator over (object, events)."""
        return iter(self.poll(timeout_ms))

    def _descriptor(self, obj):
        return obj if isinstance(obj, int) else obj.fileno()

    def _descriptor_of_closed(self, obj):
        for descriptor, known in self._objects.items():
            if known is obj:
                return descriptor
        raise KeyError("not registered")
