"""FakeTicks: a tick source in the test's hand, for the clock and the scheduler themselves."""

_TICKS_MASK = (1 << 30) - 1


class FakeTicks:
    """`at_ms` is what the port's time.ticks_ms would say; `calls` counts the questions."""

    def __init__(self, at_ms=_TICKS_MASK - 1_499):
        self.at_ms = at_ms
        self.calls = 0

    def ticks_ms(self):
        """Return the tick count, wrapped at 2^30 as on a board."""
        self.calls += 1
        return self.at_ms & _TICKS_MASK

    def advance_ms(self, delta_ms):
        """Let time pass. Return the new tick count."""
        self.at_ms = (self.at_ms - _TICKS_MASK - 1 + delta_ms) & _TICKS_MASK
        return self.at_ms
