"""Interlock: decides, from inputs alone, whether the contactor may be closed and when it must open.

Called by: SafetyStep (watch, step); the evse controller writes the inputs before each step.
The only caller of Contactor.close(). R numbers: the requirement list in docs/safety.md.
Never: reads a clock or a pin other than those of contactor and RCD. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.events import EV_FAULT, EV_FAULT_CLEARED
from chargecore.base.ticks import ticks_diff
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
from chargecore.safety.reasons import (
    OPEN_AUX_FAULT,
    OPEN_DIODE,
    OPEN_ESTOP,
    OPEN_EV_REQUEST,
    OPEN_FEEDBACK_LOST,
    OPEN_LOCK_LOST,
    OPEN_LOOP_GAP,
    OPEN_NOT_CLOSING,
    OPEN_PILOT_INVALID,
    OPEN_PILOT_SHORT,
    OPEN_RCD,
    OPEN_STOP_TIMEOUT,
    OPEN_STOPPED,
    OPEN_UNPLUGGED,
    OPEN_VENTILATION,
    OPEN_WELDED,
    fault_of,
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

_NOTHING = const(-1)
_MIN_OFFER_MA = const(6000)  # IEC 61851-1 Annex A
_DIODE_PROVEN_MS = const(100)  # R2
_PAUSE_MS = const(5000)  # R11
_PAUSE_FAULT_MS = const(30000)  # R11
_LOOP_AGE_MS = const(100)  # R13
_STOP_MS = const(6000)  # R30: under load not before 6 s
_WELD_MS = const(1000)  # R35
_CLOSING_MS = const(200)  # R36
_LOCK_LOST_MS = const(500)  # R25
_CLEAR_MS = const(1000)  # R50: A for this long clears
_RETRY_MS = const(60000)  # R50
_RETRIES = const(3)  # R50, per session
_RCD_EARLY_MS = const(10000)  # R51: a trip this soon after closing locks out until unplugged
_RCD_RETRY_MS = const(900000)  # R51: 15 min
_RCD_RETRIES = const(4)  # R51
_NOT_CLOSING_RETRIES = const(1)  # R36


class Interlock:
    """One contactor's permission. `fault` is FAULT_*; `blocked_by` says what keeps it open."""

    def __init__(self, contactor, rcd, clock, events, connector_id):
        self.contactor = contactor
        self.rcd = rcd
        self._events = events
        self._connector_id = connector_id
        now_ms = clock.ticks_ms()
        # Inputs, written by the controller before every step.
        self.pilot_state = PILOT_INVALID  # PILOT_*, debounced
        self.is_diode_ok = False  # the negative half was seen in this burst
        self.is_pwm_on = False
        self.offer_ma = 0  # what the pilot offers
        self.is_authorised = False
        self.is_lock_ok = False  # True as well where no lock is fitted
        self.is_estop_ok = False
        self.aux_fault = FAULT_NONE  # blocking fault signalled by the board
        # State.
        self.blocked_by = BLOCK_PILOT
        self.fault = FAULT_NONE  # FAULT_* latched, FAULT_NONE when clear
        self.fault_reason = _NOTHING  # OPEN_* it came from
        self.is_permanent = False  # only a power cycle clears it (R52)
        self._fault_at_ms = now_ms
        self._retries_left = _RETRIES
        self._rcd_retries_left = _RCD_RETRIES
        self._closing_retries_left = _NOT_CLOSING_RETRIES
        self._is_retry_allowed = True  # False: an early RCD trip, cleared by unplugging only
        self._step_at_ms = now_ms
        self._diode_since_ms = now_ms
        self._is_diode_seen = False
        self._stop_at_ms = now_ms
        self._is_stopping = False
        self._lock_ok_at_ms = now_ms
        self._a_since_ms = now_ms
        self._is_a = False
        self._has_closed = False  # feedback has followed the coil since it was switched on

    # ---- every pass ----

    def watch(self, now_ms):  # HOT
        """Check the inputs that must not wait for the next burst: RCD, stop loop (R21, R22)."""
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
        self._follow_cable(now_ms)
        self._follow_diode(now_ms)
        if gap_ms > _LOOP_AGE_MS and contactor.is_closed:
            contactor.open(OPEN_LOOP_GAP)
        reason = self._danger(now_ms)
        if reason != _NOTHING:
            self._open_for(reason, now_ms)
        if contactor.is_closed:
            self._stay_closed(now_ms)
        else:
            self._watch_weld(now_ms)
        self._try_clear(now_ms)
        self.blocked_by = self._missing(now_ms, gap_ms)
        if not self.blocked_by and not contactor.is_closed:
            self._has_closed = False
            self._is_stopping = False
            contactor.close()

    def open(self, reason):  # HOT
        """Open at once on command (reset, shutdown, exception)."""
        self.contactor.open(reason)

    def trip(self, reason, now_ms):  # HOT
        """Open at once and latch the fault of reason."""
        self._open_for(reason, now_ms)

    # ---- inputs over time ----

    def _follow_cable(self, now_ms):  # HOT
        if self.pilot_state != PILOT_A:
            self._is_a = False
        elif not self._is_a:
            self._is_a = True
            self._a_since_ms = now_ms
        if self.is_lock_ok:
            self._lock_ok_at_ms = now_ms

    def _follow_diode(self, now_ms):  # HOT
        """R2: the negative half, seen without a break for 100 ms since the last A, E, F or fault."""
        state = self.pilot_state
        in_session = state == PILOT_B or state == PILOT_C or state == PILOT_D
        if not (in_session and self.is_pwm_on and self.is_diode_ok):
            self._is_diode_seen = False
        elif not self._is_diode_seen:
            self._is_diode_seen = True
            self._diode_since_ms = now_ms

    def _danger(self, now_ms):  # HOT
        """Return the OPEN_* of the first reason to open at once, or _NOTHING."""
        if not self.rcd.poll():
            return OPEN_RCD
        if not self.is_estop_ok:
            return OPEN_ESTOP
        state = self.pilot_state
        if state == PILOT_E:
            return OPEN_PILOT_SHORT
        if state == PILOT_INVALID:
            return OPEN_PILOT_INVALID
        if state == PILOT_D:
            return OPEN_VENTILATION
        if self.is_pwm_on and not self.is_diode_ok and (state == PILOT_B or state == PILOT_C):
            return OPEN_DIODE
        if self.aux_fault != FAULT_NONE:
            return OPEN_AUX_FAULT
        if self.contactor.is_closed and state != PILOT_C:
            return self._leave(state)
        return _NOTHING

    def _leave(self, state):  # HOT
        if state == PILOT_A or state == PILOT_F:
            return OPEN_UNPLUGGED
        return OPEN_STOPPED if self._is_stopping else OPEN_EV_REQUEST

    # ---- while closed ----

    def _stay_closed(self, now_ms):  # HOT
        contactor = self.contactor
        closed_ms = ticks_diff(now_ms, contactor.closed_at_ms)
        if contactor.is_feedback_closed():
            self._has_closed = True
        elif self._has_closed:
            self._open_for(OPEN_FEEDBACK_LOST, now_ms)
            return
        elif closed_ms >= _CLOSING_MS:
            self._open_for(OPEN_NOT_CLOSING, now_ms)
            return
        if ticks_diff(now_ms, self._lock_ok_at_ms) >= _LOCK_LOST_MS:
            self._open_for(OPEN_LOCK_LOST, now_ms)
            return
        if self.is_authorised and self.is_pwm_on and self.offer_ma >= _MIN_OFFER_MA:
            self._is_stopping = False
        elif not self._is_stopping:
            self._is_stopping = True
            self._stop_at_ms = now_ms
        elif ticks_diff(now_ms, self._stop_at_ms) >= _STOP_MS:
            contactor.open(OPEN_STOP_TIMEOUT)

    # ---- while open ----

    def _watch_weld(self, now_ms):  # HOT
        contactor = self.contactor
        if (
            contactor.is_feedback_closed()
            and ticks_diff(now_ms, contactor.opened_at_ms) >= _WELD_MS
        ):
            self._open_for(OPEN_WELDED, now_ms)
            self.is_permanent = True

    def _missing(self, now_ms, gap_ms):  # HOT
        """Return the BLOCK_* bits of every permission that is not given."""
        missing = 0
        if self.pilot_state != PILOT_C:
            missing |= BLOCK_PILOT
        diode_ms = ticks_diff(now_ms, self._diode_since_ms)
        if not self._is_diode_seen or diode_ms < _DIODE_PROVEN_MS:
            missing |= BLOCK_DIODE
        if self.rcd.is_tripped:
            missing |= BLOCK_RCD
        contactor = self.contactor
        if not contactor.is_closed and contactor.is_feedback_closed():
            missing |= BLOCK_FEEDBACK
        if not self.is_lock_ok:
            missing |= BLOCK_LOCK
        if self.fault != FAULT_NONE:
            missing |= BLOCK_FAULT
        if not (self.is_authorised and self.is_pwm_on and self.offer_ma >= _MIN_OFFER_MA):
            missing |= BLOCK_OFFER
        if not contactor.is_closed and self._is_pausing(now_ms):
            missing |= BLOCK_PAUSE
        if not self.is_estop_ok:
            missing |= BLOCK_ESTOP
        if gap_ms > _LOOP_AGE_MS:
            missing |= BLOCK_LOOP
        return missing

    def _is_pausing(self, now_ms):  # HOT
        """R11. A contactor that was never closed in this boot has nothing to wait for."""
        contactor = self.contactor
        if contactor.closings == 0:
            return False
        return ticks_diff(now_ms, contactor.opened_at_ms) < _PAUSE_MS

    # ---- faults ----

    def _open_for(self, reason, now_ms):  # HOT
        """Open first, then latch what the reason leads to."""
        self.contactor.open(reason)
        fault = self.aux_fault if reason == OPEN_AUX_FAULT else fault_of(reason)
        if fault == FAULT_NONE:
            return
        if self.fault == FAULT_NONE:
            self.fault = fault
            self.fault_reason = reason
            self._events.add(EV_FAULT, self._connector_id, fault)
            if reason == OPEN_RCD:
                closed_ms = ticks_diff(now_ms, self.contactor.closed_at_ms)
                if self.contactor.closings and closed_ms <= _RCD_EARLY_MS:
                    self._is_retry_allowed = False
        self._fault_at_ms = now_ms

    def _try_clear(self, now_ms):  # HOT
        """Clear a latched fault whose cause is gone: after unplugging, or after its waiting time."""
        if self.fault == FAULT_NONE or self.is_permanent:
            return
        if not self._is_cause_gone():
            self._fault_at_ms = now_ms
            return
        if self._is_a and ticks_diff(now_ms, self._a_since_ms) >= _CLEAR_MS:
            if ticks_diff(now_ms, self._fault_at_ms) >= _CLEAR_MS:
                self._retries_left = _RETRIES
                self._rcd_retries_left = _RCD_RETRIES
                self._closing_retries_left = _NOT_CLOSING_RETRIES
                self._is_retry_allowed = True
                self._clear()
        elif ticks_diff(now_ms, self._fault_at_ms) >= self._retry_wait_ms():
            self._retry()

    def _is_cause_gone(self):  # HOT
        reason = self.fault_reason
        state = self.pilot_state
        if reason == OPEN_RCD:
            return self.rcd.reset()
        if reason == OPEN_ESTOP:
            return self.is_estop_ok
        if reason == OPEN_AUX_FAULT:
            return self.aux_fault == FAULT_NONE
        if reason == OPEN_WELDED:
            return not self.contactor.is_feedback_closed()
        return state != PILOT_E and state != PILOT_INVALID and state != PILOT_D

    def _retry_wait_ms(self):  # HOT
        if self.fault_reason == OPEN_RCD:
            return _RCD_RETRY_MS
        if self.fault_reason == OPEN_NOT_CLOSING:
            return _PAUSE_FAULT_MS
        if self.fault_reason == OPEN_AUX_FAULT:
            return 0
        return _RETRY_MS

    def _retry(self):  # HOT
        """Clear once more without unplugging, as long as the session has retries left."""
        if self.fault_reason == OPEN_AUX_FAULT:
            self._clear()
        elif self.fault_reason == OPEN_RCD:
            if self._rcd_retries_left and self._is_retry_allowed:
                self._rcd_retries_left -= 1
                self._clear()
        elif self.fault_reason == OPEN_NOT_CLOSING:
            if self._closing_retries_left:
                self._closing_retries_left -= 1
                self._clear()
        elif self._retries_left and self.fault_reason != OPEN_FEEDBACK_LOST:
            self._retries_left -= 1
            self._clear()

    def _clear(self):  # HOT
        self._events.add(EV_FAULT_CLEARED, self._connector_id, self.fault)
        self.fault = FAULT_NONE
        self.fault_reason = _NOTHING
