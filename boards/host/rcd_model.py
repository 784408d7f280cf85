"""RcdModel: a residual-current monitor with a fail-safe output and a test input.

Called by: the plant, each pass. Its contact in the coil circuit opens without any software
(evse-hardware.md R21).
Heap: none after __init__.
"""

from micropython import const

_TRIP_MS = const(10)
_RELEASE_MS = const(100)


class RcdModel:
    """Output 1 = healthy; 0 = tripped, wire open, or no supply."""

    def __init__(self, trip_pin, test_pin):
        self._trip_pin = trip_pin
        self._test_pin = test_pin
        self.has_residual = False  # residual current flows
        self.is_wire_open = False  # fault: the signal wire is broken
        self.is_test_dead = False  # fault: the test current does not trip it
        self.is_stuck = False  # fault: once tripped it stays tripped
        self.extra_ms = 0  # fault: it takes that much longer to release
        self.is_tripped = False
        self._moving_ms = 0  # since current and contact disagree

    def step(self, dt_ms):
        """Let dt_ms pass."""
        wanted = self.has_residual or (self._test_pin.level == 1 and not self.is_test_dead)
        if self.is_stuck and self.is_tripped:
            wanted = True
        if wanted == self.is_tripped:
            self._moving_ms = 0
        else:
            self._moving_ms += dt_ms
            if self._moving_ms >= (_TRIP_MS if wanted else _RELEASE_MS + self.extra_ms):
                self.is_tripped = wanted
                self._moving_ms = 0
        self._trip_pin.level = 0 if self.is_tripped or self.is_wire_open else 1
