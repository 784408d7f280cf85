"""EventLog: what happened, in fixed slots of numbers.

Called by: everyone who has something to say. Texts stand in base/events.py and are
added only when somebody reads the log.
Heap: 5 ints per slot at start, none after.
"""

from array import array

from micropython import const

_FIELDS = const(5)  # code, a, b, uptime_s, boot_number


class EventLog:
    """The newest events. Full: the oldest is overwritten, `overwritten` counts it.

    `total` numbers events from 1 for ever, so a reader that polls knows what it missed.
    """

    def __init__(self, clock, capacity):
        self._clock = clock
        self.capacity = capacity
        self._slots = array("i", [0] * (capacity * _FIELDS))
        self.total = 0  # events since boot
        self._restored = 0  # of earlier boots
        self.overwritten = 0  # events nobody can read any more

    def add(self, code, a=0, b=0):  # HOT
        """Record event code (base/events.py) with two numbers whose meaning the code defines."""
        slots = self._slots
        at = (self.total % self.capacity) * _FIELDS
        slots[at] = code
        slots[at + 1] = a
        slots[at + 2] = b
        slots[at + 3] = self._clock.uptime_s
        slots[at + 4] = self._clock.boot_number
        if self.total >= self.capacity:
            self.overwritten += 1
        self.total += 1

    def restore(self, number, numbers):
        """Put in an event of an earlier boot: code, a, b, uptime_s, boot_number.

        number: -n for the oldest of n, up to -1; they come in that order. Who looks from 0 on sees
        what happened in this boot only.
        """
        at = (number % self.capacity) * _FIELDS
        if self.total - self.capacity > number:  # there is no room for it any more
            return
        self._restored = max(self._restored, -number)
        for i in range(_FIELDS):
            self._slots[at + i] = numbers[i]

    def oldest(self):  # HOT
        """Return the number (0-based) of the oldest event still held; below 0: an earlier boot."""
        return max(self.total - self.capacity, -self._restored)

    def field(self, number, field_idx):  # HOT
        """Return field 0..4 (code, a, b, uptime_s, boot_number) of event `number`."""
        return self._slots[(number % self.capacity) * _FIELDS + field_idx]
