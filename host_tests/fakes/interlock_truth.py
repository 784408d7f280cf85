"""InterlockTruth: what the world allows at this moment, and what it never allows (F42).

Looks at the plant, at the pins, and at what the test has commanded, never into the firmware: an
independent model of R1..R13. Runs on both interpreters. Heap: grows with nothing.
"""

from boards.host.pilot_network import RAIL_MV
from chargecore.safety.faults import is_blocking
from fakes.cable_truth import CableTruth
from fakes.offer_truth import OfferTruth

LIMIT_MS = 100
ONE_SHOT_MS = 160  # what the hardware grants a stalled firmware
_STOP_MS = 6_100  # R30: under load not before 6 s, one burst and one pass later at most
_CLOSING_MS = 240  # R36: 200 ms, the burst after it
_SENSOR_MS = 1_000  # F33
_SUPPLY_MS = 1_000  # F8
_SILENT_MS = 6_100  # F33: stale for 5 s, told within a second
_HOT_MS = 1_000 + _STOP_MS  # R31
_ASK_MS = 500  # R1
_DIODE_MS = 100  # R2
_PAUSE_MS = 5_000  # R11
_PAUSE_FAULT_MS = 30_000
_UNPLUGGED_MS = 900  # R50: a second, less two bursts
_DAY_MS = 86_400_000  # R3
_WELD_MS = 1_200  # R35: a second, and what it takes to look
_DIODE_MV = -10_300
_A_MV = 11_000
_E_MV = 1_400
_GAP_MS = 60  # one burst that does not show a state does not end it (F10), at passes of 50 ms
_HOT_DC = 720  # R8, R31
_NEVER_MS = -(1 << 28)
_X1 = 65_535

_NAMES = (
    "R1 car in C",
    "no A, E or F at the pin",
    "R2 diode",
    "R3 RCD",
    "R5 earth",
    "R6 lock",
    "R7 cable",
    "R8 wire of the sensor",
    "R8 sensor",
    "R8 temperature",
    "rail of the pilot",
    "R9 fault lines",
    "R10 offer",
    "R12 stop loop",
    "R24 feedback",
    "R59 the bench",
)
_GRACE_MS = (
    LIMIT_MS,
    LIMIT_MS,
    LIMIT_MS,
    LIMIT_MS,
    LIMIT_MS,
    LIMIT_MS,
    LIMIT_MS,
    _SENSOR_MS,
    _SILENT_MS,
    _HOT_MS,
    _SUPPLY_MS,
    LIMIT_MS,
    _STOP_MS,
    LIMIT_MS,
    _CLOSING_MS,
    LIMIT_MS,
)
_FEEDBACK = 14
_BENCH = 15
_ORDINARY = (0, 1, 12)  # indices: missing, they open without being a fault


class InterlockTruth:
    """look() once per pass; it raises AssertionError for whatever must not be.

    `allowed`, `available` and `limit_ma` are what the station was told; `stuck_mv` is the value an
    ADC is stuck at, or None. `bench_until_ms`: until when the bench permits; None: it is no bench.
    """

    def __init__(self, rig):
        self.rig = rig
        self.allowed = False
        self.available = True
        self.limit_ma = 16_000
        self.stuck_mv = None
        self.bench_until_ms = None
        self.is_bench_ending = False  # R30 holds: nothing is offered any more
        self.rises = 0  # times the coil was switched on
        self._offer = OfferTruth(rig)
        self._cable = CableTruth()
        self._held_at_ms = [_NEVER_MS] * len(_NAMES)
        self._since_ms = [0] * len(_NAMES)  # when the time began in which it held, gaps forgiven
        self._ran_at_ms = 0
        self._stalled_at_ms = _NEVER_MS
        self._was_on = False
        self._was_powered = False
        self._on_at_ms = 0
        self._off_at_ms = _NEVER_MS
        self._off_by_fault = False
        self._a_since_ms = 0
        self._tested_at_ms = _NEVER_MS
        self._was_driven = False  # the test current was on at the last look
        self._saw_trip = False
        self._unplugged_at_ms = _NEVER_MS
        self._weld_at_ms = 0
        self._is_out = False  # out of service for good, until boot()

    def boot(self):
        """The firmware has begun anew on the hardware as it stands."""
        self._is_out = False
        self._cable.forget()
        self._weld_at_ms = self.rig.clock.elapsed_ms
        self._tested_at_ms = _NEVER_MS
        self._off_at_ms = _NEVER_MS
        self._was_on = False
        self.allowed = False
        self.available = True
        self.limit_ma = 16_000
        self.bench_until_ms = None

    def look(self):
        """Check the outputs against the world as it is after this pass."""
        now_ms = self.rig.clock.elapsed_ms
        if self.rig.is_stalled:
            self._stalled_at_ms = now_ms
        else:
            self._ran_at_ms = now_ms
        late_ms = ONE_SHOT_MS if now_ms - self._stalled_at_ms <= LIMIT_MS else 0
        self._follow(now_ms)
        self._follow_rcd_test(now_ms)
        self._offer.look(self._most_ma(), now_ms, late_ms)
        self._check_edges(now_ms)
        if self.rig.plant.has_coil():
            self._check_held(now_ms, late_ms)
        self._check_weld(now_ms)

    def _most_ma(self):
        """Return what station and cable let the pilot offer."""
        if not (self.allowed and self.available):
            return 0
        rated_ma = self._cable.rated_ma
        return self.limit_ma if rated_ma is None else min(self.limit_ma, rated_ma)

    # ---- permissions ----

    def _is_bench_given(self):
        return self.bench_until_ms is None or not self.is_bench_ending

    def _follow(self, now_ms):
        """Note which permissions hold now."""
        hw, plant = self.rig.hw, self.rig.plant
        pilot, car = plant.pilot, plant.car
        duty = hw.pilot_pwm.duty
        is_pwm_on = 0 < duty < _X1
        is_wired = not (pilot.is_cp_shorted or pilot.is_car_off)
        high_mv = pilot.high_mv
        is_supplied = pilot.rail_plus_mv == RAIL_MV
        if self.stuck_mv is None:
            # From a weak rail B looks like C, until the rail itself is found out.
            is_c = is_wired and (car.state == "C" or (car.state == "B" and not is_supplied))
            is_at_pin = _E_MV <= high_mv <= _A_MV
        else:
            # Without PWM nobody can tell an ADC that is stuck at 6 V from a car in C.
            is_c = is_at_pin = self.stuck_mv == 6_000 and not is_pwm_on
        thermometer = plant.thermometer
        self._cable.follow(plant.proximity, now_ms)
        held = (
            is_c,
            is_at_pin,
            not is_pwm_on or (not pilot.is_diode_shorted and pilot.low_mv <= _DIODE_MV),
            not (plant.rcd.is_tripped or plant.rcd.is_wire_open),
            hw.pe_pin.level == 1,
            plant.lock.is_locked and not plant.lock.is_feedback_lost,
            self._cable.is_good,
            not (thermometer.is_open or thermometer.is_shorted),
            not thermometer.is_silent,
            thermometer.temperature_dc <= _HOT_DC,
            is_supplied,
            not is_blocking(hw.aux_fault.code),
            self.allowed and self.available and self.limit_ma >= 6_000 and self._is_bench_given(),
            hw.estop_pin.level == 1,
            hw.feedback_pin.level == 1,
            self.bench_until_ms is None or now_ms <= self.bench_until_ms,
        )
        held_at_ms, since_ms = self._held_at_ms, self._since_ms
        for idx in range(len(held)):
            if held[idx]:
                if now_ms - held_at_ms[idx] > _GAP_MS:
                    since_ms[idx] = now_ms
                held_at_ms[idx] = now_ms
        if not (duty and (high_mv > _A_MV or pilot.is_car_off)):
            self._a_since_ms = now_ms
        else:
            self._cable.forget()
            if now_ms - self._a_since_ms >= _UNPLUGGED_MS:
                self._unplugged_at_ms = now_ms

    def _check_held(self, now_ms, late_ms):
        """The coil is powered: every permission was there a moment ago."""
        age_ms = now_ms - self._ran_at_ms
        if age_ms > ONE_SHOT_MS:
            raise AssertionError("R13: the firmware has not run for {} ms".format(age_ms))
        held_at_ms = self._held_at_ms
        for idx in range(len(held_at_ms)):
            ago_ms = now_ms - held_at_ms[idx]
            if idx == _FEEDBACK:
                ago_ms = min(ago_ms, now_ms - self._on_at_ms)
                limit_ms = LIMIT_MS if held_at_ms[idx] > self._on_at_ms else _CLOSING_MS
            else:
                limit_ms = _GRACE_MS[idx]
            if ago_ms > limit_ms + late_ms:
                raise AssertionError("{}: {} ms ago".format(_NAMES[idx], ago_ms))

    # ---- edges of the coil ----

    def _check_edges(self, now_ms):
        is_on = self.rig.hw.coil_pin.level == 1
        is_powered = self.rig.plant.has_coil()
        if is_powered and not self._was_powered and self._was_on and is_on:
            raise AssertionError("R13: the hardware had dropped the coil, and it came back")
        self._was_powered = is_powered
        if is_on and not self._was_on:
            self.rises += 1
            self._on_at_ms = now_ms
            self._check_rise(now_ms)
        elif self._was_on and not is_on:
            self._off_at_ms = now_ms
            self._off_by_fault = self._is_by_fault(now_ms)
        self._was_on = is_on

    def _is_by_fault(self, now_ms):
        """A permission is missing that is not the car's or the station's to give."""
        held_at_ms = self._held_at_ms
        for idx in _ORDINARY:
            if held_at_ms[idx] != now_ms:
                return False
        for idx in range(_FEEDBACK):
            if held_at_ms[idx] != now_ms and _GRACE_MS[idx] == LIMIT_MS:
                return True
        return False

    def _check_rise(self, now_ms):
        """R1..R13 that stand only between an open contactor and its closing."""
        plant = self.rig.plant
        self._need("R1 for 500 ms", self._held_at_ms[0] - self._since_ms[0] >= _ASK_MS)
        diode_ms = self._held_at_ms[2] - max(self._since_ms[2], self._offer.pwm_since_ms)
        self._need("R2 for 100 ms", diode_ms >= _DIODE_MS)
        self._need("R3 tested", now_ms - self._tested_at_ms <= _DAY_MS)
        is_open = not plant.contactor.is_closed and self.rig.hw.feedback_pin.level == 0
        self._need("R4 open", is_open)
        self._need("R11 5 s", now_ms - self._off_at_ms >= _PAUSE_MS - 50)
        if self._off_by_fault and not self._was_unplugged_since_off():
            self._need("R11 30 s", now_ms - self._off_at_ms >= _PAUSE_FAULT_MS - 50)
        for idx in range(_FEEDBACK):
            limit_ms = min(_GRACE_MS[idx], _SILENT_MS) if 7 <= idx <= 10 else LIMIT_MS
            self._need(_NAMES[idx], now_ms - self._held_at_ms[idx] <= limit_ms)
        self._need(_NAMES[_BENCH], now_ms - self._held_at_ms[_BENCH] <= LIMIT_MS)
        self._need("in service", not self._is_out)

    def _was_unplugged_since_off(self):
        return self._unplugged_at_ms > self._off_at_ms

    def _need(self, name, is_given):
        if not is_given:
            raise AssertionError("closed without " + name)

    # ---- the test of the RCD ----

    def _follow_rcd_test(self, now_ms):
        """R3: a trip by the test current and a release behind it, with the contactor open."""
        hw, rcd = self.rig.hw, self.rig.plant.rcd
        is_driven = hw.rcd_test_pin.level == 1
        if is_driven and hw.coil_pin.level == 1:
            raise AssertionError("the RCD is tested with the coil on")
        if self._was_driven and rcd.is_tripped:
            self._saw_trip = True
        elif self._saw_trip and not (is_driven or rcd.is_tripped):
            self._saw_trip = False
            self._tested_at_ms = now_ms
        self._was_driven = is_driven

    # ---- for good ----

    def _check_weld(self, now_ms):
        """R35, R52: live behind an open coil is a weld, and a weld is for ever."""
        rig = self.rig
        is_live_anyway = rig.hw.feedback_pin.level == 1 and rig.hw.coil_pin.level == 0
        if not is_live_anyway or rig.is_stalled:
            self._weld_at_ms = now_ms
        elif now_ms - self._weld_at_ms >= _WELD_MS:
            self._is_out = True
        if rig.interlock.is_permanent:
            self._is_out = True
        if self._is_out and now_ms - self._stalled_at_ms > LIMIT_MS:
            if not rig.interlock.is_permanent:
                raise AssertionError("R52: a permanent fault was left, or not seen")
            if rig.hw.coil_pin.level == 1:
                raise AssertionError("R52: the coil is on")
