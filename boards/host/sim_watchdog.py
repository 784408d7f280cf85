"""SimWatchdog: the chip's watchdog. Unfed for too long, it restarts the simulated chip.

Called by: safety.watchdog (start, feed), the board (step, reset).
Heap: none after __init__.
"""


class SimWatchdog:
    """`has_bitten` stays until reset(): the board acts on it."""

    def __init__(self):
        self._timeout_ms = 0  # 0: not started
        self._left_ms = 0
        self.feeds = 0  # wraps at 2^29
        self.has_bitten = False

    def start(self, timeout_ms):
        """Begin to count; as on a chip there is no way to stop it."""
        self._timeout_ms = timeout_ms
        self._left_ms = timeout_ms

    def feed(self):
        """Give it the whole time again."""
        self._left_ms = self._timeout_ms
        self.feeds = (self.feeds + 1) & 0x1FFFFFFF

    def reset(self):
        """Stop it, as a reset of the chip does."""
        self._timeout_ms = 0
        self.has_bitten = False

    def step(self, dt_ms):
        """Let dt_ms pass."""
        if self._timeout_ms:
            self._left_ms -= dt_ms
            if self._left_ms <= 0:
                self.has_bitten = True
