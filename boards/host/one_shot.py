"""OneShot: the retriggerable one-shot behind the dead-man pin.

Called by: safety's dead man through value(), the plant through step() and is_on.
It stands for the hardware that drops every coil when Python stalls (evse-hardware.md R56).
Heap: none after __init__.
"""

from micropython import const

HOLD_MS = const(150)  # below the 200 ms of R56


class OneShot:
    """A pin whose every edge keeps the coil enable alive for HOLD_MS."""

    IN = 0
    OUT = 1

    def __init__(self, number):
        self.number = number
        self.level = 0
        self.is_wire_open = False  # wiring fault: no edge arrives
        self.is_shorted = False  # wiring fault: it enables whatever the pin does
        self._left_ms = 0  # until the enable drops
        self.edges = 0  # edges seen, for tests

    def init(self, *_settings, **_more):
        """Accept what machine.Pin.init accepts."""

    def value(self, level=None):
        """Return the level, or set it; an edge triggers the one-shot."""
        if level is None:
            return self.level
        level = 1 if level else 0
        if level != self.level:
            self.level = level
            self._left_ms = 0 if self.is_wire_open else HOLD_MS
            self.edges = (self.edges + 1) & 0x1FFFFFFF
        return None

    def on(self):
        """Drive the pin high."""
        self.value(1)

    def off(self):
        """Drive the pin low."""
        self.value(0)

    def reset(self):
        """Lose power: the enable drops at once."""
        self.level = 0
        self._left_ms = 0

    @property
    def is_on(self):
        """Tell whether the coils are enabled."""
        return self._left_ms > 0 or self.is_shorted

    def step(self, dt_ms):
        """Let dt_ms pass."""
        if self._left_ms > 0:
            self._left_ms -= dt_ms
