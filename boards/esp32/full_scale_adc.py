"""FullScaleAdc: an ADC of an ESP32 whose ends mean the rails, as evse's slow inputs want it.

Called by: Proximity and Temperature through read_uv(). The converter cannot see the last tenths of
a volt at either end: its largest number means about 3.1 V and its smallest 0.14 V, once they are
calibrated. An NTC with a broken wire would read as -29 C for ever. So the largest number is told
as 3.3 V and the smallest as 0: a broken wire and a short circuit are what they are. The price: an
NTC below about -25 C counts as a broken wire. Heap: none.
"""

from micropython import const

_LARGEST = const(65_535)
_RAIL_UV = const(3_300_000)


class FullScaleAdc:
    """adc: machine.ADC."""

    def __init__(self, adc):
        self._read_u16 = adc.read_u16
        self._read_uv = adc.read_uv

    def read_uv(self):  # HOT
        """Return microvolts at the pin."""
        level = self._read_u16()
        if level == 0:
            return 0
        return _RAIL_UV if level == _LARGEST else self._read_uv()
