"""ChipWatchdog: the watchdog of the chip, as safety.watchdog wants it; both chips make it alike.

Called by: safety.watchdog (start, feed), ChipBoard (feed_from).
It cannot be stopped; starting it again sets another time. Heap: the chip's object in start(), a
bound method in feed_from().
"""

from micropython import const

# What watch_trial() of every board starts: the longest that an RP2040 has (micropython.md §5).
TRIAL_MS = const(8_388)
_FEED_MS = const(1_000)

# A timer of an RP2 stops when the collector takes it (ports/rp2/machine_timer.c), and at the
# prompt nothing of the station is held any more but its modules.
_feeders = []


class ChipWatchdog:
    """make is machine.WDT. least_ms: a shorter time is not set."""

    def __init__(self, make, least_ms=0):
        self._make = make
        self._least_ms = least_ms
        self._wdt = None  # not started

    def start(self, timeout_ms):
        """Begin to count."""
        self._wdt = self._make(timeout=max(timeout_ms, self._least_ms))

    def feed(self):  # HOT
        """Give it the whole time again."""
        self._wdt.feed()

    def feed_from(self, timer):
        """Let a machine.Timer feed it from now on, until the chip or the interpreter restarts."""
        self.start(0)
        _feeders.append(timer)
        timer.init(period=_FEED_MS, mode=timer.PERIODIC, callback=self._feed_from_timer)

    def _feed_from_timer(self, _timer):
        self._wdt.feed()
