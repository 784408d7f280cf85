"""Temperature: of the terminals, through an NTC: derating, stop, and a sensor that is lost.

Called by: Sensors once per full step. Never: opens anything (the interlock does).
Source: R8, R31, F33 (evse-hardware.md §8.1): derate linearly from 60 to 70 C down to 6 A, stop
above 72 C or when it rises by more than 5 K within 10 s, resume below 60 C after 5 min; out of
-40..125 C, or no reading for 5 s = unknown. NTC 10 kOhm at 25 C, B 3950, 10 kOhm to 3.3 V. A
sensor that always gives the same value cannot be told from a steady temperature: stale means that
no reading could be taken. Heap: none after __init__, but for an OSError of the ADC.
"""

from array import array

from micropython import const

from chargecore.base.ticks import ticks_diff

_READ_MS = const(250)
_READINGS = const(8)  # per mean
_STALE_MS = const(5_000)
_BAD_READINGS = const(2)  # in a row, of what no temperature gives: unknown
_DERATE_DC = const(600)
_DERATED_DC = const(700)
_STOP_DC = const(720)
_DERATED_MA = const(6_000)
_COOL_MS = const(300_000)  # below _DERATE_DC for this long ends a stop
_HYSTERESIS_DC = const(10)  # the offer does not follow noise
_RISE_DC = const(50)  # within _RISE_SAMPLES
_SAMPLE_MS = const(1_000)
_RISE_SAMPLES = const(10)
# More than that between two readings is no heat (80 K in 10 s), but somebody at the wires: the
# ramp begins anew, and the limits hold for the new value at once.
_JUMP_DC = const(20)
_LOW_DC = const(-400)
_STEP_DC = const(100)
# uV at -40, -30 .. 130 C by the Beta equation; host_tests/evse/test_temperature.py makes it anew.
_TABLE_UV = (
    3_219_876,
    3_143_010,
    3_014_000,
    2_816_453,
    2_543_477,
    2_206_364,
    1_835_632,
    1_470_442,
    1_143_344,
    871_419,
    657_075,
    493_839,
    371_955,
    281_775,
    215_173,
    165_841,
    129_084,
    101_486,
)
_HIGHEST_UV = const(3_219_876)  # -40 C; above: a broken wire
_LOWEST_UV = const(114_313)  # 125 C; below: a short circuit


def dc_of_uv(uv):  # HOT
    """Return the temperature in tenth C, None when it is out of -40..125 C."""
    if not _LOWEST_UV <= uv <= _HIGHEST_UV:
        return None
    idx = 1
    while _TABLE_UV[idx] > uv:
        idx += 1
    above_uv = _TABLE_UV[idx - 1]
    part_dc = (above_uv - uv) * _STEP_DC // (above_uv - _TABLE_UV[idx])
    return _LOW_DC + (idx - 1) * _STEP_DC + part_dc


class Temperature:
    """`temperature_dc` is None while it is not known. is_too_hot lasts until it is cool again."""

    def __init__(self, adc, clock):
        self._adc = adc
        now_ms = clock.ticks_ms()
        self.temperature_dc = None
        self.is_known = True  # nothing read yet, and no reason to doubt
        self.is_too_hot = False
        self._derate_dc = 0  # what the derating goes by
        self._is_due = True
        self._read_at_ms = now_ms  # last try
        self._good_at_ms = now_ms  # last reading that was a temperature
        self._bad_readings = 0
        self._hot_at_ms = now_ms  # last time it was too warm to resume
        self._ramp_buf = array("h", [0] * _RISE_SAMPLES)  # ring, one per second
        self._ramp_len = 0
        self._ramp_idx = 0  # the next one to be written: the oldest
        self._sampled_at_ms = now_ms

    def step(self, now_ms):  # HOT
        """Read when it is time."""
        if not self._is_due and ticks_diff(now_ms, self._read_at_ms) < _READ_MS:
            return
        self._is_due = False
        self._read_at_ms = now_ms
        try:
            uv = self._mean_uv()
        except OSError:
            if ticks_diff(now_ms, self._good_at_ms) >= _STALE_MS:
                self._lose()
            return
        seen_dc = dc_of_uv(uv)
        if seen_dc is None:
            self._bad_readings += 1
            if self._bad_readings >= _BAD_READINGS:
                self._lose()
            return
        self._bad_readings = 0
        self._good_at_ms = now_ms
        self._take(seen_dc, now_ms)

    def limit_ma(self, offer_ma):  # HOT
        """Return what may be offered of offer_ma at this temperature, rounded down."""
        over_dc = self._derate_dc - _DERATE_DC
        if over_dc <= 0 or offer_ma <= _DERATED_MA or not self.is_known:
            return offer_ma
        span_dc = _DERATED_DC - _DERATE_DC
        left_dc = max(span_dc - over_dc, 0)
        return _DERATED_MA + (offer_ma - _DERATED_MA) * left_dc // span_dc

    def _mean_uv(self):  # HOT
        total_uv = 0
        for _ in range(_READINGS):
            total_uv += self._adc.read_uv()
        return total_uv // _READINGS

    def _lose(self):  # HOT
        self.is_known = False
        self.temperature_dc = None
        self._ramp_len = 0
        self._hot_at_ms = self._read_at_ms  # unknown is not cool

    def _take(self, seen_dc, now_ms):  # HOT
        before_dc = self.temperature_dc
        if before_dc is None or abs(seen_dc - before_dc) > _JUMP_DC:
            self._ramp_len = 0
        self.temperature_dc = seen_dc
        self.is_known = True
        if not self._derate_dc - _HYSTERESIS_DC <= seen_dc <= self._derate_dc:
            self._derate_dc = seen_dc
        if seen_dc > _STOP_DC or self._is_rising(seen_dc, now_ms):
            self.is_too_hot = True
            self._hot_at_ms = now_ms
        elif seen_dc >= _DERATE_DC:
            self._hot_at_ms = now_ms
        elif self.is_too_hot and ticks_diff(now_ms, self._hot_at_ms) >= _COOL_MS:
            self.is_too_hot = False

    def _is_rising(self, seen_dc, now_ms):  # HOT
        """Remember one temperature per second. Return True when it has risen too fast."""
        ramp_buf = self._ramp_buf
        is_rising = False
        for idx in range(self._ramp_len):
            if seen_dc - ramp_buf[idx] > _RISE_DC:
                is_rising = True
        if self._ramp_len and ticks_diff(now_ms, self._sampled_at_ms) < _SAMPLE_MS:
            return is_rising
        if self._ramp_len == 0:
            self._ramp_idx = 0
        self._sampled_at_ms = now_ms
        ramp_buf[self._ramp_idx] = seen_dc
        self._ramp_idx = (self._ramp_idx + 1) % _RISE_SAMPLES
        if self._ramp_len < _RISE_SAMPLES:
            self._ramp_len += 1
        return is_rising
