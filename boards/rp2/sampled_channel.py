"""SampledChannel: an analogue input that changes slowly (proximity, NTC), out of an AdcRing.

Called by: Proximity and Temperature through read_uv(). The mean of the last 0.65 ms, at once.
Heap: none after __init__.
"""

import micropython
from micropython import const

_SAMPLES = const(64)
_LANES = const(4)


@micropython.viper
def sum_lane(ring: ptr16, first: int, count: int) -> int:  # HOT  # noqa: F821
    """Add up count samples from the index first on; -1 if a conversion went wrong."""
    n = int(0)
    total = int(0)
    marks = int(0)
    at = first
    while n < count:
        raw = int(ring[at & 1023])
        marks |= raw
        total += raw & 0xFFF
        at += 4
        n += 1
    if marks & 0x8000:
        return -1
    return total


class SampledChannel:
    """One lane of the ring as an ADC with read_uv()."""

    def __init__(self, adc_ring, lane):
        self._adc_ring = adc_ring
        self._lane = lane  # index into LANES

    def read_uv(self):  # HOT
        """Return microvolts at the pin. Errors: OSError when there is no reading."""
        adc_ring = self._adc_ring
        if adc_ring.is_good():
            first = adc_ring.newest(self._lane) - (_SAMPLES - 1) * _LANES
            total = sum_lane(adc_ring.ring, first & 1023, _SAMPLES)
            adc_ring.renew()
            if total >= 0:
                return (total // _SAMPLES * 103_125) >> 7
        raise OSError("adc")  # heap-ok: only while the ADC is at fault
