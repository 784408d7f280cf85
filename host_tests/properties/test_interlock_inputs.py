"""The interlock on bare inputs in any order: what must hold whenever the coil is on.

test_interlock.py tells stories on the plant; here every input may have any value at any time, also
such as no plant makes.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from boards.host.rcd_model import RcdModel
from boards.host.sim_pin import SimPin
from chargecore.base.event_log import EventLog
from chargecore.safety.bench_permission import BenchPermission
from chargecore.safety.contactor import Contactor
from chargecore.safety.faults import FAULT_NONE, FAULT_OVER_VOLTAGE
from chargecore.safety.interlock import Interlock
from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C, PILOT_D, PILOT_INVALID
from chargecore.safety.rcd import Rcd
from fakes.clock import FakeClock

_STEP_MS = 20
_AT_ONCE_MS = 100  # R20 to R25, from the input to the coil
_GRACE_MS = 6_000 + 2 * _STEP_MS  # R30
_PERMITTED = {
    "pilot_state": PILOT_C,
    "is_diode_ok": True,
    "is_pwm_on": True,
    "offer_ma": 16_000,
    "is_authorised": True,
    "is_lock_ok": True,
    "aux_fault": FAULT_NONE,
    "is_pp_ok": True,
    "is_supply_ok": True,
    "is_temperature_known": True,
    "is_temperature_ok": True,
    "is_too_hot": False,
    "current_ma": 16_000,
}
# What must not be missing for longer than _AT_ONCE_MS, or _GRACE_MS, while the coil is on.
_AT_ONCE = ("pilot_state", "aux_fault", "is_lock_ok", "is_pp_ok", "is_supply_ok")
_AT_ONCE += ("is_temperature_known", "rcd", "estop", "earth", "self_test")
_GRACEFULLY = ("is_authorised", "is_pwm_on", "offer_ma", "is_too_hot")
_OTHERS = {
    "pilot_state": (PILOT_A, PILOT_B, PILOT_D, PILOT_INVALID),
    "offer_ma": (0, 5_999),
    "aux_fault": (FAULT_OVER_VOLTAGE,),
    "current_ma": (None, 0, 25_000, 40_000),
}
_PINS = ("estop", "earth", "feedback", "rcd")
_CHANGES = st.one_of(
    st.sampled_from(sorted(_PERMITTED)).flatmap(
        lambda name: st.tuples(
            st.just(name), st.sampled_from(_OTHERS.get(name, (not _PERMITTED[name],)))
        )
    ),
    st.tuples(st.sampled_from(_PINS), st.sampled_from((0, 1))),
    st.tuples(st.just("gap"), st.sampled_from((60, 120, 500))),
    st.sampled_from((("heal", 0), ("unplug", 0))),
)
_BENCH_CHANGES = st.one_of(
    _CHANGES,
    st.tuples(st.just("grant"), st.sampled_from((20, 200, 1_000, 10_000))),
    st.sampled_from((("revoke", 0), ("grant", 10_000))),
)
_WAITS = st.sampled_from((1, 2, 5, 15, 40, 330))


class Bench:
    """An interlock, its pins, and for how long each permission has been missing."""

    def __init__(self):
        self.clock = FakeClock()
        self.coil = SimPin(1, 0, 0)
        self.pins = {name: SimPin(n, 1) for n, name in enumerate(_PINS, 2)}
        self.pins["feedback"].level = 0
        self.test_pin = SimPin(9, 0, 0)
        self.rcd = RcdModel(self.pins["rcd"], self.test_pin)
        events = EventLog(self.clock, 16)
        feedback = self.pins["feedback"]
        self.contactor = Contactor(self.coil, feedback, self.clock, events, 1)
        rcd = Rcd(self.pins["rcd"], self.test_pin)
        pins = rcd, self.pins["estop"], self.pins["earth"]
        self.lock = Interlock(self.contactor, *pins, self.clock, events, 1)
        self.stuck_feedback = None
        self.granted_ms = 0  # what is left of the permission of a bench
        self.missing_ms = dict.fromkeys(_AT_ONCE + _GRACEFULLY, 0)
        self.change("heal", 0)

    def change(self, name, value):
        if name == "gap":
            self.clock.advance_ms(value)
            self.granted_ms -= value
        elif name == "grant":
            self.lock.bench.grant(value, self.clock.ticks_ms())
            self.granted_ms = value
        elif name == "revoke":
            self.lock.bench.revoke()
            self.granted_ms = 0
        elif name == "heal":
            self._set(_PERMITTED)
            self.pins["estop"].level = self.pins["earth"].level = 1
            self.rcd.has_residual = False
            self.stuck_feedback = None
        elif name == "unplug":
            self._set(dict(_PERMITTED, pilot_state=PILOT_A, is_pwm_on=False, offer_ma=0))
        elif name == "feedback":
            self.stuck_feedback = value
        elif name == "rcd":
            self.rcd.has_residual = not value
        elif name in self.pins:
            self.pins[name].level = value
        else:
            setattr(self.lock, name, value)

    def _set(self, values):
        for name, value in values.items():
            setattr(self.lock, name, value)

    def step(self):
        now_ms = self.clock.advance_ms(_STEP_MS)
        self.rcd.step(_STEP_MS)
        was_on = self.coil.level == 1
        self.lock.sample_count = self.lock.sample_count + 1 & 0xFF
        self.granted_ms -= _STEP_MS
        is_authorised = self.lock.is_authorised
        self.lock.step(now_ms)
        self.lock.is_authorised = is_authorised  # an input: the controller writes it each time
        if self.lock.bench is not None and self.granted_ms <= 0:
            assert self.coil.level == 0, "R59"
        self._count()
        if self.coil.level == 1:
            self._check_on()
            if not was_on:
                self._check_closing()
        if self.test_pin.level == 1:
            assert self.coil.level == 0
            assert self.pins["feedback"].level == 0
        follows = self.stuck_feedback is None
        self.pins["feedback"].level = self.coil.level if follows else self.stuck_feedback

    def _is_given(self, name):
        lock = self.lock
        if name == "self_test":
            return lock.self_test.is_passed
        if name in self.pins:
            return self.pins[name].level == 1
        value = getattr(lock, name)
        return value >= 6_000 if name == "offer_ma" else value == _PERMITTED[name]

    def _count(self):
        for name in self.missing_ms:
            self.missing_ms[name] = 0 if self._is_given(name) else self.missing_ms[name] + _STEP_MS

    def _check_on(self):
        for name in _AT_ONCE:
            assert self.missing_ms[name] <= _AT_ONCE_MS, name
        for name in _GRACEFULLY:
            assert self.missing_ms[name] <= _GRACE_MS, name

    def _check_closing(self):
        lock = self.lock
        for name in (*_AT_ONCE, *_GRACEFULLY, "is_diode_ok", "is_temperature_ok"):
            assert self._is_given(name), name
        assert lock.is_tested and not lock.rcd.is_testing
        assert lock.fault == FAULT_NONE and not lock.is_permanent and not lock.must_stop
        assert self.pins["feedback"].level == 0


@settings(max_examples=500, deadline=None)
@given(st.sampled_from((0, 5, 30, 30)), st.lists(st.tuples(_CHANGES, _WAITS), max_size=7))
def test_coil_is_on_only_with_every_permission(healthy_steps, parts):
    bench = Bench()
    for _ in range(healthy_steps):
        bench.step()
    for (name, value), steps in parts:
        bench.change(name, value)
        for _ in range(steps):
            bench.step()


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(_BENCH_CHANGES, _WAITS), max_size=9))
def test_coil_is_on_only_with_every_permission_and_that_of_the_bench(parts):
    bench = Bench()
    bench.lock.bench = BenchPermission()
    bench.change("grant", 10_000)
    for _ in range(30):
        bench.step()
    assert bench.coil.level == 1
    for (name, value), steps in parts:
        bench.change(name, value)
        for _ in range(steps):
            bench.step()


def test_bench_closes_when_nothing_is_missing():
    bench = Bench()
    for _ in range(30):
        bench.step()

    assert bench.coil.level == 1
