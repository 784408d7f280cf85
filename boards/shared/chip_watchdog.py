"""ChipWatchdog: the watchdog of the chip, as safety.watchdog wants it; both chips make it alike.

Called by: safety.watchdog (start, feed), the board (start, of a version on trial).
It cannot be stopped; starting it again sets another time. Heap: the chip's object in start().
"""


class ChipWatchdog:
    """make is machine.WDT."""

    def __init__(self, make):
        self._make = make
        self._wdt = None  # not started

    def start(self, timeout_ms):
        """Begin to count."""
        self._wdt = self._make(timeout=timeout_ms)

    def feed(self):  # HOT
        """Give it the whole time again."""
        self._wdt.feed()
