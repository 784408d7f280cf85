"""Interlock: decides, from inputs alone, whether the contactor may close and when it must open.

Called by: SafetyStep (watch), the evse controller (writes the inputs, then step).
The only caller of Contactor.close(). R numbers: the requirement list in docs/safety.md.
Never: reads a clock, or a pin other than those of contactor, RCD and stop loop.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff, ticks_recent
from chargecore.safety.fault_latch import NO_REASON, FaultLatch
from chargecore.safety.faults import FAULT_NONE
from chargecore.safety.pilot_states import (
    PILOT_A,
    PILOT_B,
    PILOT_C,
    PILOT_D,
    PILOT_E,
    PILOT_F,
    PILOT_INVALID,
)
from chargecore.safety.reason_faults import fault_of
from chargecore.safety.reasons import (
    OPEN_AUX_FAULT,
    OPEN_DIODE,
    OPEN_ESTOP,
    OPEN_EV_REQUEST,
    OPEN_FEEDBACK_LOST,
    OPEN_LOCK_LOST,
    OPEN_LOOP_GAP,
    OPEN_NOT_CLOSING,
    OPEN_PERMISSION,
    OPEN_PILOT_INVALID,
    OPEN_PILOT_SHORT,
    OPEN_RCD,
    OPEN_STOP_TIMEOUT,
    OPEN_STOPPED,
    OPEN_UNPLUGGED,
    OPEN_VENTILATION,
    OPEN_WELDED,
)

# Permissions, as bits of blocked_by.
BLOCK_PILOT = const(1)  # R1: the car does not ask
BLOCK_DIODE = const(2)  # R2: diode not proven in this session
BLOCK_RCD = const(4)  # R3
BLOCK_FEEDBACK = const(8)  # R4: feedback does not say open
BLOCK_LOCK = const(16)  # R6
BLOCK_FAULT = const(32)  # R9
BLOCK_OFFER = const(64)  # R10: not authorised, or less than 6 A offered
BLOCK_PAUSE = const(128)  # R11: too soon after the last opening
BLOCK_ESTOP = const(256)  # R12
BLOCK_LOOP = const(512)  # R13

_MIN_OFFER_MA = const(6_000)  # IEC 61851-1 Annex A
_DIODE_PROVEN_MS = const(100)  # R2
# R23 with a memory: three bad bursts in a row reach the limit, a single one fades in two good
# ones, and a diode that is bad in every second burst still reaches it.
_DIODE_BAD = const(2)
_DIODE_LIMIT = const(5)
_PAUSE_MS = const(5_000)  # R11
_PAUSE_FAULT_MS = const(30_000)  # R11: a fault under load, and the same cable
_LOOP_AGE_MS = const(100)  # R13
_STOP_MS = const(6_000)  # R30: under load not before 6 s
_WELD_MS = const(1_000)  # R35
_WELD_AT_BOOT_MS = const(100)  # F26: nothing has closed it, so nothing needs time to open
_CLOSING_MS = const(200)  # R36
_LOST_STEPS = const(2)  # R24: feedback, two bursts
_LOCK_LOST_MS = const(60)  # R25 allows 500 ms
_UNPLUGGED_MS = const(1_000)  # R50: A for this long ends what the old cable was blamed for
# A plug bounces while it goes in. Without load a pilot fault must last before it is one.
_FAULT_AFTER_MS = const(500)
_NOT_UNPLUGGED = const(-1)


class Interlock:
    """One contactor's permission. `fault` is FAULT_*; `blocked_by` says what keeps it open."""

    def __init__(self, contactor, rcd, estop_pin, clock, events, connector_id):
        self.contactor = contactor
        self.rcd = rcd
        self._estop_pin = estop_pin
        now_ms = clock.ticks_ms()
        self._latch = FaultLatch(clock, events, connector_id)
        # Inputs, written by the controller before every step.
        self.pilot_state = PILOT_INVALID  # PILOT_*, debounced; C means: for 500 ms
        self.is_diode_ok = False  # the negative half was seen in this burst
        self.is_pwm_on = False
        self.offer_ma = 0  # what the pilot offers
        self.is_authorised = False
        self.is_lock_ok = False  # True as well where no lock is fitted
        self.aux_fault = FAULT_NONE  # blocking fault signalled by the board
        # State.
        self.is_estop_ok = False  # as of the latest watch()
        self.blocked_by = BLOCK_PILOT
        self.has_closed = False  # feedback has followed the coil since it was switched on
        self._step_at_ms = now_ms
        self._a_since_ms = now_ms
        self._is_a = False
        self._diode_since_ms = now_ms
        self._is_diode_seen = False
        self._diode_badness = 0
        self._danger_since_ms = now_ms
        self._is_in_danger = False
        self._stop_at_ms = now_ms
        self._is_stopping = False
        self._lock_ok_at_ms = now_ms
        self._lost_steps = 0  # bursts in a row without feedback
        self._pause_ms = _PAUSE_MS

    # ---- every pass ----

    def watch(self, now_ms):  # HOT
        """Check the inputs that must not wait for the next burst: RCD, stop loop (R21, R22)."""
        self.is_estop_ok = self._estop_pin.value() == 1
        if not self.rcd.poll():
            self._open_for(OPEN_RCD, now_ms)
        if not self.is_estop_ok:
            self._open_for(OPEN_ESTOP, now_ms)

    # ---- every 20 ms ----

    def step(self, now_ms):  # HOT
        """Take the inputs of this moment and open or close accordingly."""
        gap_ms = ticks_diff(now_ms, self._step_at_ms)
        self._step_at_ms = now_ms
        contactor = self.contactor
        self.watch(now_ms)
        self._follow_cable(now_ms)
        self._follow_diode(now_ms)
        if gap_ms > _LOOP_AGE_MS:
            contactor.open(OPEN_LOOP_GAP)
        self._meet_danger(now_ms)
        if contactor.is_closed:
            self._stay_closed(now_ms)
        else:
            self._watch_weld(now_ms)
        self._recover(now_ms)
        self.blocked_by = self._missing(now_ms, gap_ms)
        if not self.blocked_by and not contactor.is_closed:
            self.has_closed = False
            self._is_stopping = False
            self._lost_steps = 0
            self._pause_ms = _PAUSE_MS
            contactor.close()

    def refresh(self, now_ms):  # HOT
        """Keep old instants old. Call at least once a day."""
        self.contactor.refresh(now_ms)
        self._latch.refresh(now_ms)
        self._a_since_ms = ticks_recent(self._a_since_ms, now_ms)
        self._diode_since_ms = ticks_recent(self._diode_since_ms, now_ms)
        self._danger_since_ms = ticks_recent(self._danger_since_ms, now_ms)

    def trip(self, reason, now_ms):  # HOT
        """Open at once and latch the fault of reason."""
        self._open_for(reason, now_ms)

    @property
    def fault(self):  # HOT
        """FAULT_* that is latched, FAULT_NONE when clear."""
        return self._latch.fault

    @property
    def fault_reason(self):  # HOT
        """OPEN_* the fault came from; only meaningful while there is one."""
        return self._latch.reason

    @property
    def is_permanent(self):  # HOT
        """Return True when only a power cycle clears the fault (R52)."""
        return self._latch.is_permanent

    # ---- inputs over time ----

    def _follow_cable(self, now_ms):  # HOT
        if self.pilot_state != PILOT_A:
            self._is_a = False
        elif not self._is_a:
            self._is_a = True
            self._a_since_ms = now_ms
        if self.is_lock_ok:
            self._lock_ok_at_ms = now_ms

    def _unplugged_ms(self, now_ms):  # HOT
        return ticks_diff(now_ms, self._a_since_ms) if self._is_a else _NOT_UNPLUGGED

    def _follow_diode(self, now_ms):  # HOT
        """R2: the negative half, seen without a break since the last A, E, F or fault."""
        state = self.pilot_state
        in_session = state == PILOT_B or state == PILOT_C or state == PILOT_D
        if not (in_session and self.is_pwm_on):
            self._is_diode_seen = False
            self._diode_badness = 0
        elif not self.is_diode_ok:
            self._is_diode_seen = False
            self._diode_badness += _DIODE_BAD
        else:
            if self._diode_badness:
                self._diode_badness -= 1
            if not self._is_diode_seen:
                self._is_diode_seen = True
                self._diode_since_ms = now_ms

    # ---- dangers ----

    def _meet_danger(self, now_ms):  # HOT
        """Open for what the inputs say; latch it at once under load, else once it has lasted."""
        reason = self._danger()
        if reason == NO_REASON:
            self._is_in_danger = False
            return
        if not self._is_in_danger:
            self._is_in_danger = True
            self._danger_since_ms = now_ms
        is_lasting = ticks_diff(now_ms, self._danger_since_ms) >= _FAULT_AFTER_MS
        if reason == OPEN_AUX_FAULT or is_lasting or self.contactor.is_closed:
            self._open_for(reason, now_ms)

    def _danger(self):  # HOT
        """Return the OPEN_* of the first reason to open at once, or NO_REASON."""
        if self.aux_fault != FAULT_NONE:
            return OPEN_AUX_FAULT
        state = self.pilot_state
        if state == PILOT_E:
            return OPEN_PILOT_SHORT
        if state == PILOT_INVALID or state == PILOT_F:  # F: not by the car, so the stage is broken
            return OPEN_PILOT_INVALID
        if state == PILOT_D:
            return OPEN_VENTILATION
        if self._diode_badness >= _DIODE_LIMIT:
            return OPEN_DIODE
        if self.contactor.is_closed and state != PILOT_C:
            if state == PILOT_A:
                return OPEN_UNPLUGGED
            return OPEN_STOPPED if self._is_stopping else OPEN_EV_REQUEST
        return NO_REASON

    def _open_for(self, reason, now_ms):  # HOT
        """Open first, then latch what the reason leads to."""
        contactor = self.contactor
        was_closed = contactor.is_closed
        contactor.open(reason)
        fault = self.aux_fault if reason == OPEN_AUX_FAULT else fault_of(reason)
        if fault == FAULT_NONE:
            return
        self._latch.latch(reason, fault, now_ms)
        if was_closed:
            self._pause_ms = _PAUSE_FAULT_MS
            if reason == OPEN_RCD:
                self._latch.lock_out_if_early(ticks_diff(now_ms, contactor.closed_at_ms))

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
        if self._is_offered():
            self._is_stopping = False
        elif not self.has_closed:
            self.contactor.open(OPEN_PERMISSION)
        elif not self._is_stopping:
            self._is_stopping = True
            self._stop_at_ms = now_ms
        elif ticks_diff(now_ms, self._stop_at_ms) >= _STOP_MS:
            self.contactor.open(OPEN_STOP_TIMEOUT)

    # ---- while open ----

    def _watch_weld(self, now_ms):  # HOT
        contactor = self.contactor
        if not contactor.is_feedback_closed():
            return
        limit_ms = _WELD_MS if contactor.closings else _WELD_AT_BOOT_MS
        if ticks_diff(now_ms, contactor.opened_at_ms) >= limit_ms:
            self._open_for(OPEN_WELDED, now_ms)

    def _is_offered(self):  # HOT
        return self.is_authorised and self.is_pwm_on and self.offer_ma >= _MIN_OFFER_MA

    def _missing(self, now_ms, gap_ms):  # HOT
        """Return the BLOCK_* bits of every permission that is not given."""
        contactor = self.contactor
        missing = 0
        if self.pilot_state != PILOT_C:
            missing |= BLOCK_PILOT
        if self.rcd.is_tripped:
            missing |= BLOCK_RCD
        if not self.is_lock_ok:
            missing |= BLOCK_LOCK
        if self._latch.fault != FAULT_NONE:
            missing |= BLOCK_FAULT
        if not self._is_offered():
            missing |= BLOCK_OFFER
        if not self.is_estop_ok:
            missing |= BLOCK_ESTOP
        if gap_ms > _LOOP_AGE_MS:
            missing |= BLOCK_LOOP
        if not contactor.is_closed:
            missing |= self._missing_to_close(now_ms)
        return missing

    def _missing_to_close(self, now_ms):  # HOT
        """Return the bits that stand only between an open contactor and its closing."""
        contactor = self.contactor
        missing = 0
        diode_ms = ticks_diff(now_ms, self._diode_since_ms)
        if not self._is_diode_seen or diode_ms < _DIODE_PROVEN_MS:
            missing |= BLOCK_DIODE
        if contactor.is_feedback_closed():
            missing |= BLOCK_FEEDBACK
        # A contactor that was never closed in this boot has nothing to wait for.
        open_ms = ticks_diff(now_ms, contactor.opened_at_ms)
        if contactor.closings and open_ms < self._pause_ms:
            missing |= BLOCK_PAUSE
        return missing

    # ---- faults ----

    def _recover(self, now_ms):  # HOT
        """Let the latch clear what is over."""
        unplugged_ms = self._unplugged_ms(now_ms)
        if unplugged_ms >= _UNPLUGGED_MS:
            self._pause_ms = _PAUSE_MS
        latch = self._latch
        is_gone = latch.fault == FAULT_NONE or self._is_cause_gone(latch.reason)
        latch.step(is_gone, unplugged_ms, now_ms)

    def _is_cause_gone(self, reason):  # HOT
        if reason == OPEN_RCD:
            return self.rcd.reset()
        if reason == OPEN_ESTOP:
            return self.is_estop_ok
        if reason == OPEN_AUX_FAULT:
            return self.aux_fault == FAULT_NONE
        return not self._is_in_danger
