"""Pixels: a strip or ring of WS2812 LEDs, all in one colour.

Called by: Lamps. The strip is a neopixel.NeoPixel or alike: buf, bpp, ORDER, write().
write() keeps interrupts off for 30 us per LED of three colours: 16 LEDs, half a millisecond, are
the most. Heap: none after __init__, as far as the strip has none.
"""

from micropython import const

from chargecore.base.errors import ConfigError

_BYTES_MAX = const(64)  # 16 LEDs of four colours, 21 of three
_DIM_SHIFT = const(2)  # our choice: a quarter, some 15 mA per LED in white


class Pixels:
    """Dark once it is made. Errors: ConfigError("lamp") for a strip that is too long."""

    def __init__(self, strip):
        if len(strip.buf) > _BYTES_MAX:
            raise ConfigError("lamp")
        self._strip = strip
        self.show(0, 0, 0)

    def show(self, red, green, blue):  # HOT
        """Show that colour."""
        strip = self._strip
        buf, order, step = strip.buf, strip.ORDER, strip.bpp
        for idx in range(len(buf) // step):
            at = idx * step
            buf[at + order[0]] = red >> _DIM_SHIFT
            buf[at + order[1]] = green >> _DIM_SHIFT
            buf[at + order[2]] = blue >> _DIM_SHIFT
        strip.write()
