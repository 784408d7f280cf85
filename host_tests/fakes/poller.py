"""FakePoller: a select.poll() that reports what the test says."""


class FakePoller:
    """`happened` is the event mask that ipoll() reports for whatever is registered; 0: none."""

    def __init__(self):
        self.registered = []
        self.happened = 0

    def register(self, obj, eventmask):
        self.registered.append(obj)

    def unregister(self, obj):
        self.registered.remove(obj)

    def ipoll(self, timeout_ms):
        return iter([(obj, self.happened) for obj in self.registered] if self.happened else [])
