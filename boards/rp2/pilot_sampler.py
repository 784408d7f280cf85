"""PilotSampler: bursts of the pilot's voltage out of an AdcRing, in microvolts.

Called by: PilotSense through fill(), once per full safety step. Takes what is there: no waiting.
Heap: none after __init__.
"""

import micropython
from micropython import const

_LANES = const(4)


@micropython.viper
def copy_lane(ring: ptr16, buf: ptr32, first: int, count: int) -> int:  # HOT  # noqa: F821
    """Fill buf[0..count-1] from the index first on. Return not 0 if a conversion went wrong.

    3,300,000 uV / 4096 = 103,125 / 128: no rounding, and 4095 times that fits into 31 bits.
    """
    n = int(0)
    marks = int(0)
    at = first
    while n < count:
        raw = int(ring[at & 1023])
        marks |= raw
        buf[n] = ((raw & 0xFFF) * 103125) >> 7
        at += 4
        n += 1
    return marks & 0x8000


class PilotSampler:
    """One lane of the ring as a source of bursts."""

    def __init__(self, adc_ring, lane):
        self._adc_ring = adc_ring
        self._lane = lane  # index into LANES
        self.missing = 0  # bursts that could not be given, wraps at 2^29

    def fill(self, buf, count):  # HOT
        """Put the newest count readings (250 at most) into buf. Return False if there are none."""
        adc_ring = self._adc_ring
        if adc_ring.is_good():
            first = adc_ring.newest(self._lane) - (count - 1) * _LANES
            is_bad = copy_lane(adc_ring.ring, buf, first & 1023, count)
            adc_ring.renew()
            if not is_bad:
                return True
        self.missing = (self.missing + 1) & 0x1FFFFFFF
        return False
