"""AdcCt: current transformers at ADC pins: true RMS current, an estimate of power and energy.

NOT A BILLING METER. It measures no voltage, so it knows neither the real one nor cos phi nor the
direction: power is current times a nominal voltage. With the usual class 1 transformer, 1 % of
burden and 5 % of mains voltage it is good for limits and for a customer's estimate.
Called by: the scheduler (poll), station (attributes). Never: blocks; counts what it did not see.
Heap: none after __init__, but for a save of the register (energy_counter).

Each ADC is an object with read_uv() behind a burden resistor, biased to the middle of its range.
A window: the mains cycle is divided into 20 ms-wide steps (16 at 60 Hz) and one sample is taken in
each of them, from whatever cycle the poll falls into: all steps together are one whole cycle, and
the mean of the squares is that of the cycle, however irregular the polls are. With a poll every
7 ms (POLL_MS; prime to 20 ms) the window is full after 140 ms, at 60 Hz after 350 ms. A poll takes
one sample per phase at most, and none in a step that has its sample already. Polls that always
fall on the same step fill no window: after a second the current is unknown.
The mean of a window is its zero: drift of the bias cancels in every window, and `zero_uv` follows
slowly (1/8 per window), so that samples stay small. A window whose zero is not near the middle of
the range has no bias (wire off, ADC stuck): its current is unknown, not zero.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff
from chargecore.meters.energy_counter import EnergyCounter
from chargecore.meters.readings import Readings

POLL_MS = const(7)
_UNIT_UV = const(100)  # samples are counted in 0.1 mV: 16500 squared is a small int
_SAMPLE_MAX = const(32_000)  # units; squared it is just below 2^30
_RANGE_UV = const(3_300_000)
_ZERO_LOW_UV = const(_RANGE_UV // 4)
_ZERO_HIGH_UV = const(_RANGE_UV // 4 * 3)
_WINDOW_MAX_MS = const(1_000)
_FLOOR_MA = const(100)  # below it is noise of the ADC: no current flows
_WMS_PER_WH = const(3_600_000)
_CURRENT_MAX_MA = const(200_000)  # counted as energy; 1000 V and three phases of it fit in 2^30


def isqrt(value):  # HOT
    """Return the square root of value, rounded down. Range: 0..2^30-1."""
    root = 0
    bit = 1 << 28
    while bit:
        if value >= root + bit:
            value -= root + bit
            root = (root >> 1) + bit
        else:
            root >>= 1
        bit >>= 2
    return root


class AdcCt:
    """adcs: one per phase. ma_per_unit_permille: mA per 0.1 mV at the pin, permille, 1..30000.

    mains_hz: 50 or 60. nominal_v: between phase and neutral. pair: VersionPair for the register.
    """

    def __init__(self, adcs, clock, ma_per_unit_permille, mains_hz, nominal_v, pair, events):
        phases = len(adcs)
        self._adcs = adcs
        self._ma_per_unit_permille = ma_per_unit_permille
        self._mains_hz = mains_hz
        self._nominal_v = nominal_v
        self._steps = 20 if mains_hz == 50 else 16
        self.poll_ms = POLL_MS
        self.phases = phases
        self.voltage_dv = [None, None, None]  # it has none
        self.current_ma = [None, None, None]
        self.power_w = [None, None, None]
        self.import_wh = None
        self.export_wh = None
        self.frequency_chz = None
        self.power_factor_permille = None
        self.temperature_dc = None
        self.fresh = False
        self.backwards = 0  # the register is the driver's own: stays 0
        self.silent = 0  # samples that an ADC refused
        self.zero_uv = [_RANGE_UV // 2] * phases
        self._counter = EnergyCounter(pair, clock, events, _WMS_PER_WH)
        self._readings = Readings(self, clock)
        self._sums = [0] * phases  # of the window: samples, from zero_uv
        self._squares = [0] * phases  # their squares, each divided by the number of steps
        self._rests = [0] * phases  # what these divisions left
        self._seen = 0  # bit n: step n has its sample
        self._began_at_ms = clock.ticks_ms()
        self._counted_at_ms = self._began_at_ms
        self.commit = self._counter.commit
        self.raise_to = self._counter.raise_to

    def age_ms(self, now_ms):  # HOT
        """Return the age of import_wh, None before the first window."""
        return self._readings.age_ms(now_ms)

    def poll(self, now_ms):  # HOT
        """Take one sample per phase where the window lacks it; let old values be forgotten."""
        window_ms = ticks_diff(now_ms, self._began_at_ms)
        if not 0 <= window_ms <= _WINDOW_MAX_MS:
            self._begin(now_ms)
            window_ms = 0
        phase_permille = window_ms * self._mains_hz % 1000
        bit = 1 << phase_permille * self._steps // 1000
        if not self._seen & bit:
            self._sample(bit, now_ms)
            if self._seen == (1 << self._steps) - 1:
                self._finish(now_ms)
        self._readings.grow_old(now_ms)
        self._counter.keep(now_ms)

    def _begin(self, now_ms):  # HOT
        self._began_at_ms = now_ms
        self._seen = 0
        for i in range(self.phases):
            self._sums[i] = self._squares[i] = self._rests[i] = 0

    def _sample(self, bit, now_ms):  # HOT
        """Take a sample of every phase, or of none: a window with a hole is not one."""
        steps = self._steps
        for i in range(self.phases):
            try:
                sample = (self._adcs[i].read_uv() - self.zero_uv[i]) // _UNIT_UV
            except OSError:
                self.silent += 1
                self._begin(now_ms)
                return
            sample = min(max(sample, -_SAMPLE_MAX), _SAMPLE_MAX)
            square = sample * sample
            self._sums[i] += sample
            self._squares[i] += square // steps
            self._rests[i] += square % steps
        self._seen |= bit

    def _finish(self, now_ms):  # HOT
        """Make values of the whole window, then begin the next."""
        power_w = 0
        is_whole = True
        for i in range(self.phases):
            current_ma = self._current_ma(i)
            self.current_ma[i] = current_ma
            self.power_w[i] = None
            if current_ma is None:
                is_whole = False
                continue
            self.power_w[i] = phase_w = min(current_ma, _CURRENT_MAX_MA) * self._nominal_v // 1000
            power_w += phase_w
        self._begin(now_ms)
        self._readings.take_answer(now_ms)
        since_ms = ticks_diff(now_ms, self._counted_at_ms)
        self._counted_at_ms = now_ms
        if not is_whole:  # the energy of a phase is missing: the register grows old
            return
        # What flowed while no window came about is unknown, and not counted.
        if 0 <= since_ms <= 2 * _WINDOW_MAX_MS:
            self._counter.add(power_w * since_ms, now_ms)
        self._readings.take_register(self._counter.register_wh, now_ms)

    def _current_ma(self, i):  # HOT
        """Return the RMS of a window, and let its zero follow."""
        steps = self._steps
        mean = self._sums[i] // steps
        square = self._squares[i] + self._rests[i] // steps - mean * mean
        off_uv = mean * _UNIT_UV
        zero_uv = self.zero_uv[i] + off_uv
        if not _ZERO_LOW_UV <= zero_uv <= _ZERO_HIGH_UV:
            return None
        self.zero_uv[i] += off_uv // 8
        current_ma = isqrt(max(square, 0)) * self._ma_per_unit_permille // 1000
        return current_ma if current_ma >= _FLOOR_MA else 0
