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

    def oldest(self):
        """Return the number (0-based) of the oldest event still held."""
        return self.total - self.capacity if self.total > self.capacity else 0

    def field(self, number, field_idx):  # HOT
        """Return field 0..4 (code, a, b, uptime_s, boot_number) of event `number`."""
        return self._slots[(number % self.capacity) * _FIELDS + field_idx]
