"""VirtualClock: simulated time that follows real time times a speed.

Called by: the board, once per loop pass; the firmware reads ticks_ms().
Never: advances more than PASS_MS in a pass: a stalled PC must not look like stalled firmware.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_add

PASS_MS = const(10)  # simulated time a single pass may take
START_MS = const(0x3FFFFFFF - 60_000)  # one minute before the ticks wrap: every run sees the wrap
_CATCH_UP_MS = const(100)  # real time a stall may be made up for; the rest is forgotten
_US_MASK = const(0x3FFFFFFF)


class VirtualClock:
    """Ticks in simulated milliseconds. speed_permille 1000 is real time."""

    def __init__(self, real_ticks_us, speed_permille):
        self._real_ticks_us = real_ticks_us
        self._speed_permille = 0
        self._debt_max_us = 0
        self.now_ms = START_MS  # simulated ticks
        self.elapsed_ms = 0  # simulated time since the process started
        self.debt_us = 0  # simulated time that real time is ahead
        self.gap_us = 0  # real time between the last two passes
        self._last_us = real_ticks_us() & _US_MASK
        self.set_speed(speed_permille)

    def set_speed(self, speed_permille):
        """Take another speed from now on; what was still to be made up for is forgotten."""
        self._speed_permille = speed_permille
        self._debt_max_us = _CATCH_UP_MS * max(speed_permille, 1000)
        self.debt_us = 0

    def ticks_ms(self):
        """Return simulated ticks. Range: 0..2^30-1, wraps."""
        return self.now_ms

    def catch_up(self):
        """Take the real time gone by. Return the simulated ms for this pass, 0..PASS_MS."""
        real_us = self._real_ticks_us() & _US_MASK
        self.gap_us = (real_us - self._last_us) & _US_MASK
        self._last_us = real_us
        debt_us = self.debt_us + self.gap_us * self._speed_permille // 1000
        self.debt_us = min(debt_us, self._debt_max_us)
        dt_ms = min(self.debt_us // 1000, PASS_MS)
        self.debt_us -= dt_ms * 1000
        return dt_ms

    def advance(self, dt_ms):
        """Let dt_ms of simulated time pass."""
        self.now_ms = ticks_add(self.now_ms, dt_ms)
        self.elapsed_ms += dt_ms

    @property
    def is_behind(self):
        """Tell whether real time is more than a pass ahead, so that nobody should sleep."""
        return self.debt_us >= PASS_MS * 1000
