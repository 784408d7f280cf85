"""MainsAdc: the voltage at a current transformer's burden, sampled at the clock's time."""

import math

_TABLE_LEN = 1_000


class MainsAdc:
    """rms_uv of a sine (and of its third harmonic) around zero_uv. No heap in read_uv()."""

    def __init__(self, clock, hz=50, shift_permille=0):
        self._clock = clock
        self._hz = hz
        self._shift = shift_permille
        self._sine = [
            round(math.sin(2 * math.pi * n / _TABLE_LEN) * 14_142) for n in range(_TABLE_LEN)
        ]
        self.rms_uv = 0
        self.third_uv = 0
        self.zero_uv = 1_650_000
        self.is_broken = False
        self.reads = 0

    def read_uv(self):
        self.reads += 1
        if self.is_broken:
            raise OSError(5)
        phase = (self._clock.elapsed_ms * self._hz + self._shift) % _TABLE_LEN
        uv = self.zero_uv + self.rms_uv // 10 * self._sine[phase] // 1_000
        uv += self.third_uv // 10 * self._sine[3 * phase % _TABLE_LEN] // 1_000
        return min(max(uv, 0), 3_300_000)
