"""PilotSupply: whether the rails of the pilot's output stage are in tolerance (F8).

Called by: Sensors once per full step. Never: touches the contactor (the interlock does).
A few reads per step, so that no step gets much longer; six steps make a window, and the highest
and lowest of its 192 reads are judged. All of them miss a half of 10 % of the period (6 A) once in
10^8 windows and one of 4 % (80 A) once in 2,500; it takes two bad windows in a row, above 51 A
three. So a broken rail is known after 120 to 500 ms. What is not driven cannot be seen: +12 V
while the pilot is static low, -12 V while it is static high. Heap: none after __init__, but for an
OSError.
"""

from array import array

import micropython
from micropython import const

_READS = const(32)  # per step
_STEPS = const(6)  # per window
_BAD_WINDOWS = const(2)
_BAD_WINDOWS_WIDE = const(3)  # above 51 A, where the low half is short
# 12 V +-5 % (evse-hardware.md §1.1), through a divider that is not calibrated: +-3 % and 0.1 V.
_LEAST_MV = const(10_900)
_MOST_MV = const(13_200)
_CENTRE_UV = const(1_300_000)
_UV_PER_MV = const(88)
_FAR_UV = const(0x1FFFFFFF)


@micropython.viper
def widen(read, span: ptr32, count: int):  # HOT  # noqa: F821
    """Let span[0] be the highest and span[1] the lowest of itself and of count readings."""
    high = int(span[0])
    low = int(span[1])
    n = int(0)
    while n < count:
        uv = int(read())
        if uv > high:
            high = uv
        if uv < low:
            low = uv
        n += 1
    span[0] = high
    span[1] = low


class PilotSupply:
    """`is_ok` is True as long as no rail was seen out of tolerance."""

    def __init__(self, adc):
        self._read_uv = adc.read_uv
        self._span_buf = array("i", (0, _FAR_UV))
        self.is_ok = True
        self._steps = 0  # of this window
        self._bad_windows = 0
        self._is_high = False  # what the pilot drives in this window
        self._is_low = False

    def step(self, is_high, is_low, is_wide):  # HOT
        """Take some reads. is_high, is_low: the pilot drives +12 V, -12 V, or both in turn."""
        if is_high != self._is_high or is_low != self._is_low:
            self._is_high = is_high
            self._is_low = is_low
            self._begin()
        try:
            widen(self._read_uv, self._span_buf, _READS)
        except OSError:
            self._span_buf[0] = _FAR_UV  # no reading: not in tolerance
        self._steps += 1
        if self._steps < _STEPS:
            return
        limit = _BAD_WINDOWS_WIDE if is_wide else _BAD_WINDOWS
        if self._is_good():
            self._bad_windows = 0
            self.is_ok = True
        else:
            self._bad_windows = min(self._bad_windows + 1, limit)
            if self._bad_windows >= limit:
                self.is_ok = False
        self._begin()

    def _begin(self):  # HOT
        self._steps = 0
        self._span_buf[0] = 0
        self._span_buf[1] = _FAR_UV

    def _is_good(self):  # HOT
        high_mv = (self._span_buf[0] - _CENTRE_UV) // _UV_PER_MV
        low_mv = (self._span_buf[1] - _CENTRE_UV) // _UV_PER_MV
        if high_mv > _MOST_MV or low_mv < -_MOST_MV:
            return False
        is_high_good = not self._is_high or high_mv >= _LEAST_MV
        return is_high_good and (not self._is_low or low_mv <= -_LEAST_MV)
