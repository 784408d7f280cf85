"""Interlock: decides, from inputs alone, whether the contactor may close and when it must open.

Called by: SafetyStep (watch), the evse controller (writes the inputs, then step).
The only caller of Contactor.close(). R numbers: the requirement list in docs/safety.md.
Never: reads a clock, or a pin other than those of contactor, RCD, stop loop and earth.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff, ticks_recent
from chargecore.safety.bench_permission import BENCH_GIVEN, BENCH_NONE
from chargecore.safety.car_watch import CarWatch
from chargecore.safety.dangers import danger_of
from chargecore.safety.fault_latch import NO_REASON, FaultLatch
from chargecore.safety.faults import FAULT_NONE
from chargecore.safety.over_current import LOAD_OK, LOAD_OPEN, OverCurrent
from chargecore.safety.permissions import BLOCK_PILOT, LOOP_AGE_MS, missing
from chargecore.safety.pilot_states import PILOT_INVALID
from chargecore.safety.reason_faults import fault_of
from chargecore.safety.reasons import (
    OPEN_AUX_FAULT,
    OPEN_BENCH,
    OPEN_ESTOP,
    OPEN_FEEDBACK_LOST,
    OPEN_LOCK_LOST,
    OPEN_LOOP_GAP,
    OPEN_NOT_CLOSING,
    OPEN_OVER_CURRENT,
    OPEN_OVER_TEMPERATURE,
    OPEN_PE_LOST,
    OPEN_PERMISSION,
    OPEN_RCD,
    OPEN_SELF_TEST,
    OPEN_STOP_TIMEOUT,
    OPEN_STOPPED,
    OPEN_WELDED,
)
from chargecore.safety.self_test import SelfTest

_MIN_OFFER_MA = const(6_000)  # IEC 61851-1 Annex A
_PAUSE_MS = const(5_000)  # R11
_PAUSE_FAULT_MS = const(30_000)  # R11: a fault under load, and the same cable
_STOP_MS = const(6_000)  # R30: under load not before 6 s
_WELD_MS = const(1_000)  # R35
_WELD_AT_BOOT_MS = const(100)  # F26: nothing has closed it, so nothing needs time to open
_CLOSING_MS = const(200)  # R36
_LOST_STEPS = const(2)  # R24: feedback, two bursts
_LOCK_LOST_MS = const(60)  # R25 allows 500 ms
_UNPLUGGED_MS = const(1_000)  # R50: A for this long ends what the old cable was blamed for
# A plug bounces while it goes in. Without load a pilot fault must last before it is one.
_FAULT_AFTER_MS = const(500)


class Interlock:
    """One contactor's permission. `fault` is FAULT_*; `blocked_by` says what keeps it open."""

    def __init__(self, contactor, rcd, estop_pin, pe_pin, clock, events, connector_id):
        self.contactor = contactor
        self.rcd = rcd
        self._estop_pin = estop_pin
        self._pe_pin = pe_pin  # None: the board does not sense the protective earth
        now_ms = clock.ticks_ms()
        self.car = CarWatch(now_ms)
        self.latch = FaultLatch(clock, events, connector_id)
        self._load = OverCurrent()
        self.self_test = SelfTest(rcd, contactor, clock, events, connector_id)
        # Inputs, written by the controller before every step.
        self.pilot_state = PILOT_INVALID  # PILOT_*, debounced; C means: for 500 ms
        self.high_mv = 12_000  # what this burst read, also while the pilot is driven low
        self.low_mv = -12_000
        self.is_diode_ok = False  # the negative half was seen in this burst
        self.is_pwm_on = False
        self.offer_ma = 0  # what the pilot offers
        self.is_authorised = False
        self.is_lock_ok = False  # True as well where no lock is fitted
        self.aux_fault = FAULT_NONE  # blocking fault signalled by the board
        self.is_pp_ok = True  # resistor of the cable valid, and the same since it was plugged
        self.is_supply_ok = True  # rails of the pilot in tolerance
        self.is_temperature_known = True  # False: sensor out of range, or stale
        self.is_temperature_ok = True  # cool enough to close
        self.is_too_hot = False  # too hot to go on
        self.current_ma = None  # of the worst phase as measured, None: unknown
        self.sample_count = 0  # another number with every new sample of the current
        # On the bench: the BenchPermission that must be given besides. None: this is a station.
        self.bench = None
        # Outputs, read by the controller.
        self.must_stop = False  # the PWM must go off (R31, R32)
        self.wants_low = False  # a self-test needs the pilot at -12 V
        self.wants_x1 = False  # no PWM before the self-test has passed
        # State.
        self.is_tested = False
        self.is_estop_ok = False  # as of the latest watch()
        self.is_pe_ok = False
        self.blocked_by = BLOCK_PILOT
        self.has_closed = False  # feedback has followed the coil since it was switched on
        self._step_at_ms = now_ms
        self._danger_since_ms = now_ms
        self._is_in_danger = False
        self._stop_at_ms = now_ms
        self.is_stopping = False
        self._stop_reason = NO_REASON  # OPEN_* of a graceful stop that a fault wants
        self._lock_ok_at_ms = now_ms
        self._lost_steps = 0  # bursts in a row without feedback
        self.pause_ms = _PAUSE_MS

    # ---- every pass ----

    def watch(self, now_ms):  # HOT
        """Check what must not wait for the next burst: RCD, stop loop, earth (R21, R22)."""
        self.is_estop_ok = self._estop_pin.value() == 1
        self.is_pe_ok = self._pe_pin is None or self._pe_pin.value() == 1
        if not self.rcd.poll():
            self._open_for(OPEN_RCD, now_ms)
        if not self.is_estop_ok:
            self._open_for(OPEN_ESTOP, now_ms)
        if not self.is_pe_ok:
            self._open_for(OPEN_PE_LOST, now_ms)

    # ---- every 20 ms ----

    def step(self, now_ms):  # HOT
        """Take the inputs of this moment and open or close accordingly."""
        gap_ms = ticks_diff(now_ms, self._step_at_ms)
        self._step_at_ms = now_ms
        contactor = self.contactor
        self.watch(now_ms)
        self.car.follow(self.pilot_state, self.is_pwm_on, self.is_diode_ok, now_ms)
        if self.is_lock_ok:
            self._lock_ok_at_ms = now_ms
        if gap_ms > LOOP_AGE_MS:
            contactor.open(OPEN_LOOP_GAP)
        if self.bench is not None:
            self._ask_bench(now_ms)
        if not self.self_test.step(self, now_ms):
            self._open_for(OPEN_SELF_TEST, now_ms)
        self._meet_danger(now_ms)
        self._judge_load(now_ms, gap_ms)
        if contactor.is_closed:
            self._stay_closed(now_ms)
        else:
            self._watch_weld(now_ms)
        self._recover(now_ms)
        self.blocked_by = missing(self, now_ms, gap_ms)
        if contactor.is_closed:
            contactor.step(now_ms)
            return
        self._end_stop()
        if not self.blocked_by:
            self.has_closed = False
            self._lost_steps = 0
            self.pause_ms = _PAUSE_MS
            contactor.close()

    def refresh(self, now_ms):  # HOT
        """Keep old instants old. Call at least once a day."""
        self.contactor.refresh(now_ms)
        self.latch.refresh(now_ms)
        self.self_test.refresh(now_ms)
        self.car.refresh(now_ms)
        self._danger_since_ms = ticks_recent(self._danger_since_ms, now_ms)

    def trip(self, reason, now_ms):  # HOT
        """Open at once and latch the fault of reason."""
        self._open_for(reason, now_ms)

    def restore(self, reason, is_power_cycle):
        """Take back a permanent fault of the boot before, before the first step (R52)."""
        if reason > OPEN_SELF_TEST:  # of a newer build
            reason = OPEN_SELF_TEST
        self.latch.restore(reason, fault_of(reason), is_power_cycle)

    @property
    def fault(self):  # HOT
        """FAULT_* that is latched, FAULT_NONE when clear."""
        return self.latch.fault

    @property
    def fault_reason(self):  # HOT
        """OPEN_* the fault came from; only meaningful while there is one."""
        return self.latch.reason

    @property
    def is_permanent(self):  # HOT
        """Return True when only a power cycle clears the fault (R52)."""
        return self.latch.is_permanent

    def _ask_bench(self, now_ms):  # HOT
        """R59: without the permission of the bench nothing is authorised, whoever says so."""
        given = self.bench.follow(now_ms)
        if given != BENCH_GIVEN:
            self.is_authorised = False
            if given == BENCH_NONE:
                self.contactor.open(OPEN_BENCH)

    # ---- dangers ----

    def _meet_danger(self, now_ms):  # HOT
        """Open for what the inputs say; latch it at once under load, else once it has lasted."""
        reason = danger_of(self)
        if reason == NO_REASON:
            self._is_in_danger = False
            return
        if not self._is_in_danger:
            self._is_in_danger = True
            self._danger_since_ms = now_ms
        is_lasting = ticks_diff(now_ms, self._danger_since_ms) >= _FAULT_AFTER_MS
        if reason == OPEN_AUX_FAULT or is_lasting or self.contactor.is_closed:
            self._open_for(reason, now_ms)

    def _judge_load(self, now_ms, dt_ms):  # HOT
        """Stop for a current or a temperature that is too high (R26, R31, R32)."""
        load = self._load
        if self.contactor.is_closed:
            verdict = load.step(dt_ms, self.current_ma, self.sample_count, self.offer_ma)
            if verdict == LOAD_OPEN:
                self._open_for(OPEN_OVER_CURRENT, now_ms)
            elif verdict != LOAD_OK:
                self._stop_for(OPEN_OVER_CURRENT, now_ms)
        else:
            load.rest(dt_ms, self.offer_ma)
        if self.is_too_hot:
            self._stop_for(OPEN_OVER_TEMPERATURE, now_ms)

    def _stop_for(self, reason, now_ms):  # HOT
        """Latch the fault of reason; what is closed opens when the car lets go, or after 6 s."""
        if not self.contactor.is_closed or not self.has_closed:
            self._open_for(reason, now_ms)
            return
        if not self.must_stop:
            self.must_stop = True
            self._stop_reason = reason
        self.latch.latch(reason, fault_of(reason), now_ms)

    def _end_stop(self):  # HOT
        self.is_stopping = False
        self.must_stop = False
        self._stop_reason = NO_REASON

    def stop_reason(self):  # HOT
        """Return the OPEN_* of the graceful stop that goes on, at its ordinary end."""
        return self._stop_reason if self.must_stop else OPEN_STOPPED

    def _open_for(self, reason, now_ms):  # HOT
        """Open first, then latch what the reason leads to."""
        contactor = self.contactor
        was_closed = contactor.is_closed
        contactor.open(reason)
        fault = self.aux_fault if reason == OPEN_AUX_FAULT else fault_of(reason)
        if fault == FAULT_NONE:
            return
        self.latch.latch(reason, fault, now_ms)
        if was_closed:
            self.pause_ms = _PAUSE_FAULT_MS
            if reason == OPEN_RCD:
                self.latch.lock_out_if_early(ticks_diff(now_ms, contactor.closed_at_ms))

    # ---- while closed ----

    def _stay_closed(self, now_ms):  # HOT
        contactor = self.contactor
        if contactor.is_feedback_closed():
            self.has_closed = True
            self._lost_steps = 0
        elif self.has_closed:
            self._lost_steps += 1
            if self._lost_steps >= _LOST_STEPS:
                self._open_for(OPEN_FEEDBACK_LOST, now_ms)
                return
        elif ticks_diff(now_ms, contactor.closed_at_ms) >= _CLOSING_MS:
            self._open_for(OPEN_NOT_CLOSING, now_ms)
            return
        if ticks_diff(now_ms, self._lock_ok_at_ms) >= _LOCK_LOST_MS:
            self._open_for(OPEN_LOCK_LOST, now_ms)
        else:
            self._follow_stop(now_ms)

    def _follow_stop(self, now_ms):  # HOT
        """R30: PWM is off; wait for the car to let go, or 6 s."""
        if self.is_offered() and not self.must_stop:
            self.is_stopping = False
        elif not self.has_closed:
            self.contactor.open(OPEN_PERMISSION)
        elif not self.is_stopping:
            self.is_stopping = True
            self._stop_at_ms = now_ms
        elif ticks_diff(now_ms, self._stop_at_ms) >= _STOP_MS:
            self._open_for(self._stop_reason if self.must_stop else OPEN_STOP_TIMEOUT, now_ms)

    # ---- while open ----

    def _watch_weld(self, now_ms):  # HOT
        contactor = self.contactor
        if not contactor.is_feedback_closed():
            return
        limit_ms = _WELD_MS if contactor.closings else _WELD_AT_BOOT_MS
        if ticks_diff(now_ms, contactor.opened_at_ms) >= limit_ms:
            self._open_for(OPEN_WELDED, now_ms)

    def is_offered(self):  # HOT
        """Return True while somebody may draw energy and the pilot says so (R10)."""
        return self.is_authorised and self.is_pwm_on and self.offer_ma >= _MIN_OFFER_MA

    # ---- faults ----

    def _recover(self, now_ms):  # HOT
        """Let the latch clear what is over."""
        unplugged_ms = self.car.unplugged_ms(now_ms)
        if unplugged_ms >= _UNPLUGGED_MS:
            self.pause_ms = _PAUSE_MS
        latch = self.latch
        if latch.is_on_trial and self.self_test.is_passed:
            latch.acquit()
        is_gone = latch.fault == FAULT_NONE or self._is_cause_gone(latch.reason, now_ms)
        latch.step(is_gone, unplugged_ms, now_ms)

    def _is_rcd_good(self, now_ms):  # HOT
        """Return True once the monitor is healthy, and tested again when the car is gone (R51)."""
        is_healthy = self.rcd.reset()
        return is_healthy and not self.self_test.rcd_test.is_due(self.car.is_gone, now_ms)

    def _is_cause_gone(self, reason, now_ms):  # HOT
        if reason == OPEN_RCD:
            return self._is_rcd_good(now_ms)
        if reason == OPEN_ESTOP:
            return self.is_estop_ok
        if reason == OPEN_AUX_FAULT:
            return self.aux_fault == FAULT_NONE
        if reason == OPEN_PE_LOST:
            return self.is_pe_ok
        if reason == OPEN_OVER_TEMPERATURE:
            return not self.is_too_hot
        return not self._is_in_danger
