"""FakeClock: the clock that firmware objects get, with time in the test's hand."""

_TICKS_MASK = (1 << 30) - 1


class FakeClock:
    """Starts 1.5 s below the wrap at 2^30, so that a test of any length crosses it.

    `elapsed_ms` is the plain time since start, for histories that people read.
    """

    def __init__(self, start_ms=_TICKS_MASK - 1_499):
        self.start_ms = start_ms
        self.elapsed_ms = 0
        self.boot_number = 1

    def ticks_ms(self):
        """Return the tick count. Range: 0..2^30-1, wraps."""
        # Subtract first: the plain sum leaves the small ints of a 32-bit VM, and takes heap.
        return (self.start_ms - _TICKS_MASK - 1 + self.elapsed_ms) & _TICKS_MASK

    def advance_ms(self, delta_ms):
        """Let time pass. Return the new tick count."""
        self.elapsed_ms += delta_ms
        return self.ticks_ms()

    @property
    def uptime_s(self):
        """Return whole seconds since start."""
        return self.elapsed_ms // 1000
