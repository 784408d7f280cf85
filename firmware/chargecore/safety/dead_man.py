"""DeadMan: the pulse that keeps the hardware's permission alive.

Called by: SafetyStep alone, after all checks of a full step passed. Each feed toggles the output;
an external retriggerable one-shot drops the coils when the edges stop (R56: within 200 ms).
Heap: none after __init__.
"""


class DeadMan:
    """Toggles one pin. Nothing else may."""

    def __init__(self, pin):
        pin.value(0)
        self._pin = pin
        self._level = 0

    def feed(self):  # HOT
        """Make one edge."""
        self._level ^= 1
        self._pin.value(self._level)
