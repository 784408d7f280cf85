"""PilotSense: the two levels of the control pilot, in mV at the CP pin.

Called by: EvseController once per 20 ms. Never: decides what a level means (PilotDecoder does).
One burst of reads at instants that have nothing to do with the PWM (evse-hardware.md §1.4). Fewer
than two reads hit a half of 10 % of the period (6 A) once in 400,000 bursts of 150, and one of 4 %
(80 A) once in 2,400 of 250; the decoder forgives single bursts. Heap: none after __init__.
"""

from array import array

import micropython
from micropython import const

READS = const(150)  # per burst
READS_WIDE = const(250)  # per burst above 51 A, where the low half is short
_NO_READING_MV = const(30_000)  # fits no pilot: the decoder takes it for INVALID
CENTRE_UV = const(1_300_000)  # at the ADC pin for 0 V at the CP pin
GAIN_UV_PER_V = const(88_000)


@micropython.viper
def read_burst(read, buf: ptr32, count: int):  # HOT  # noqa: F821
    """Fill buf[0..count-1] with readings."""
    n = int(0)
    while n < count:
        uv = int(read())
        buf[n] = uv if uv > 0 else 0  # below 0 V at the ADC pin is 0 V
        n += 1


@micropython.viper
def find_tops(buf: ptr32, count: int):  # HOT  # noqa: F821
    """Put the second highest and the second lowest reading into buf[count] and buf[count + 1]."""
    h1 = int(0)
    h2 = int(0)
    l1 = int(0x3FFFFFFF)
    l2 = int(0x3FFFFFFF)
    n = int(0)
    while n < count:
        uv = int(buf[n])
        if uv > h1:
            h2 = h1
            h1 = uv
        elif uv > h2:
            h2 = uv
        if uv < l1:
            l2 = l1
            l1 = uv
        elif uv < l2:
            l2 = uv
        n += 1
    buf[count] = h2
    buf[count + 1] = l2


@micropython.viper
def find_levels(buf: ptr32, count: int, window_uv: int):  # HOT  # noqa: F821
    """Replace what find_tops() left by the means of the readings within window_uv inside it."""
    high_uv = int(buf[count])
    low_uv = int(buf[count + 1])
    high_sum = int(0)
    high_count = int(0)
    low_sum = int(0)
    low_count = int(0)
    n = int(0)
    while n < count:
        uv = int(buf[n])
        if uv <= high_uv and uv >= high_uv - window_uv:
            high_sum += uv
            high_count += 1
        if uv >= low_uv and uv <= low_uv + window_uv:
            low_sum += uv
            low_count += 1
        n += 1
    buf[count] = high_sum // high_count
    buf[count + 1] = low_sum // low_count


class PilotSense:
    """`high_mv` and `low_mv` of the latest burst. On a static pilot both are the same level.

    The second highest reading stands for the top, so that a spike does not count; the level is the
    mean of what lies within 1 V below it, so that noise does not lift it. Without readings both
    are far beyond any level.
    """

    def __init__(self, adc, sampler=None, centre_uv=CENTRE_UV, gain_uv_per_v=GAIN_UV_PER_V):
        self._read_uv = adc.read_uv
        self._sampler = sampler  # hw.pilot_sampler
        self.centre_uv = centre_uv  # both are nominal, or calibrated
        self.gain_uv_per_v = gain_uv_per_v
        self._burst_buf = array("i", [0] * (READS_WIDE + 2))
        self.high_mv = 0
        self.low_mv = 0

    def read(self, is_wide):  # HOT
        """Take a burst. is_wide: more than 51 A are offered."""
        buf = self._burst_buf
        count = READS_WIDE if is_wide else READS
        if not self._fill(buf, count):
            self.high_mv = _NO_READING_MV
            self.low_mv = _NO_READING_MV
            return
        find_tops(buf, count)
        find_levels(buf, count, self.gain_uv_per_v)
        self.high_mv = self._mv(buf[count])
        self.low_mv = self._mv(buf[count + 1])

    def _fill(self, buf, count):  # HOT
        if self._sampler is not None:
            return self._sampler.fill(buf, count)
        try:
            read_burst(self._read_uv, buf, count)
        except OSError:
            return False
        return True

    def _mv(self, uv):  # HOT
        # 250 / (gain / 4): the product of 3.3 V stays a small int on a 32-bit board.
        return (uv - self.centre_uv) * 250 // (self.gain_uv_per_v // 4)
