"""RgbPins: a lamp of three colours on three pins, switched or dimmed.

Called by: Lamps. bus: red_pin, green_pin and blue_pin, each a machine.PWM (dimmed) or a
machine.Pin (on from half brightness), and is_active_low: the lamp shines on 0.
Heap: none after __init__.
"""

from micropython import const

_HALF = const(128)
_FULL = const(65_535)
_DUTY_PER_STEP = const(257)  # 255 * 257 = 65535


class RgbPins:
    """Dark once it is made."""

    def __init__(self, bus):
        self._pins = (bus.red_pin, bus.green_pin, bus.blue_pin)
        self._is_dimmed = hasattr(bus.red_pin, "duty_u16")
        self._is_active_low = bus.is_active_low
        self.show(0, 0, 0)

    def show(self, red, green, blue):  # HOT
        """Show that colour."""
        self._set(0, red)
        self._set(1, green)
        self._set(2, blue)

    def _set(self, idx, level):  # HOT
        if self._is_dimmed:
            duty = level * _DUTY_PER_STEP
            self._pins[idx].duty_u16(_FULL - duty if self._is_active_low else duty)
        else:
            is_on = level >= _HALF
            self._pins[idx].value(1 if is_on != self._is_active_low else 0)
