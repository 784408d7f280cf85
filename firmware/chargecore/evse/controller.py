"""EvseController: one connector's pilot, lock and permission, from burst to contactor.

Called by: SafetyStep every 20 ms (step), the station (commands), both adapters (reads).
Never: closes the contactor: it writes the interlock's inputs and lets it decide.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.events import EV_PILOT_PULSE, EV_PILOT_STATE, EV_WAKE_UP
from chargecore.evse.cable_lock import UNLOCK_DONE, CableLock
from chargecore.evse.low_pulse import NO_EVENT, WAKE_MS, LowPulse
from chargecore.evse.pilot_decoder import PilotDecoder
from chargecore.evse.pilot_drive import OFFER_MIN_MA, OFFER_NARROW_MA, PilotDrive
from chargecore.evse.pilot_sense import PilotSense
from chargecore.evse.sensors import Sensors
from chargecore.evse.state_table import (
    AS_BEFORE,
    ASKS,
    DRIVE,
    DRIVE_F,
    DRIVE_PWM,
    EVENT_OFFER,
    EVENT_OUT_OF_SERVICE,
    EVENT_PULSE,
    EVENT_WITHDRAW,
    NEXT,
    OUTPUTS,
    PLUGGED,
    STATE_AT_BOOT,
    YES,
)
from chargecore.safety.contactor import Contactor
from chargecore.safety.faults import FAULT_NONE, is_blocking
from chargecore.safety.interlock import Interlock
from chargecore.safety.pilot_states import PILOT_C
from chargecore.safety.rcd import Rcd
from chargecore.safety.reasons import OPEN_LOCK_LOST, OPEN_PERMISSION

_REFRESH_STEPS = const(0xFF)  # every 256 steps (5 s) old instants are kept from turning young


class EvseController:
    """One connector. hw: see the package; has_lock False = tethered cable, nothing to lock.

    options: a StationConfig, or None until configure().
    """

    def __init__(self, hw, has_lock, clock, events, connector_id, options=None):
        # The contactor first: its coil is off from here on.
        self.contactor = Contactor(hw.coil_pin, hw.feedback_pin, clock, events, connector_id)
        self.rcd = Rcd(hw.rcd_pin, hw.rcd_test_pin)
        self.interlock = Interlock(
            self.contactor, self.rcd, hw.estop_pin, hw.pe_pin, clock, events, connector_id
        )
        self.drive = PilotDrive(hw.pilot_pwm, clock)
        self.sense = PilotSense(hw.pilot_adc, hw.pilot_sampler)
        self._decoder = PilotDecoder()
        self._lock = None
        if has_lock:
            self._lock = CableLock(
                hw.lock_a_pin, hw.lock_b_pin, hw.lock_feedback_pin, clock, events, connector_id
            )
        self.sensors = Sensors(hw, has_lock, clock)
        self._pulse = LowPulse(clock)
        self._aux_fault = hw.aux_fault
        self._clock = clock
        self._events = events
        self._connector_id = connector_id
        # Set by the station.
        self.manual = None  # ManualPilot of a bench; None: the states drive the pilot
        self._is_allowed = False  # a session may draw energy
        self._is_available = True
        self._limit_ma = 0
        # Read by the station.
        self.is_plugged = None  # None: the pilot has not been seen yet
        self.ev_asks = False  # the car is in C or D
        self.warning = FAULT_NONE  # FAULT_* that does not stop charging
        self.pilot_state = self._decoder.state  # PILOT_*, debounced
        self.state = STATE_AT_BOOT  # row of state_table
        self.has_lock_failed = False  # the last lock_cable() did not arrive
        self._is_loaded = False  # closed at the end of the latest step, and not about to stop
        self._steps = 0  # wraps at 2^29
        if options is not None:
            self.configure(options)

    def configure(self, options):
        """Take wake_up, fault_pilot_f and phases of the station file."""
        self._pulse.wakes = options.wake_up
        self._pulse.tells_faults = options.fault_pilot_f
        if self.sensors.proximity is not None:
            self.sensors.proximity.is_single_phase = options.phases == 1

    def set_meter(self, meter):
        """Set whose current_ma the interlock judges; until then the current is unknown."""
        self.sensors.meter = meter

    # ---- commands of the station ----

    def allow(self, allowed):  # HOT
        """Permit or end the session's energy. The end is graceful: PWM off, up to 6 s (R30)."""
        self._is_allowed = allowed
        if not allowed and self.contactor.is_closed and not self.interlock.has_closed:
            # The contacts have not met yet: no load, nothing to wait for.
            self.contactor.open(OPEN_PERMISSION)

    def set_offer_ma(self, limit_ma):  # HOT
        """Set the current the pilot may offer; below 6 A the session is paused."""
        self._limit_ma = limit_ma

    def set_available(self, available):  # HOT
        """Set whether the connector serves anybody. While it does not, the pilot stays in X1."""
        self._is_available = available

    def lock_cable(self):  # HOT
        """Begin to lock the plug; `lock_ok` follows, or FAULT_CONNECTOR_LOCK."""
        if self._lock is not None:
            self._lock.lock(self._clock.ticks_ms())
            self.has_lock_failed = False

    def unlock_cable(self):  # HOT
        """Begin to unlock the plug, once the outlet is dead; `unlock_result` follows."""
        if self._lock is not None:
            self._lock.unlock(self._clock.ticks_ms())

    def emergency_open(self, reason):  # HOT
        """Open the contactor at once. Whether it may close again is the interlock's matter."""
        self.contactor.open(reason)

    # ---- once per burst ----

    def step(self, now_ms):  # HOT
        """Sense, decode, let the interlock decide, drive."""
        self._follow_pilot(now_ms)
        interlock = self.interlock
        drive = self.drive
        self._steps = (self._steps + 1) & 0x1FFFFFFF
        if self._steps & _REFRESH_STEPS == 0:
            interlock.refresh(now_ms)
            drive.refresh(now_ms)
        interlock.high_mv = self.sense.high_mv
        interlock.low_mv = self.sense.low_mv
        interlock.pilot_state = self.pilot_state
        interlock.is_diode_ok = self._decoder.is_diode_ok
        interlock.is_pwm_on = drive.is_pwm_on
        interlock.offer_ma = drive.offered_ma
        interlock.is_authorised = self._is_allowed and self._is_available
        interlock.is_lock_ok = self.lock_ok
        code = self._aux_fault.code
        interlock.aux_fault = code if is_blocking(code) else FAULT_NONE
        self.warning = FAULT_NONE if is_blocking(code) else code
        self.sensors.step(interlock, drive, self.pilot_state, now_ms)
        interlock.step(now_ms)
        self._drive(now_ms)
        self._move_lock(now_ms)

    def _follow_pilot(self, now_ms):  # HOT
        decoder = self._decoder
        drive = self.drive
        sense = self.sense
        sense.read(drive.offered_ma > OFFER_NARROW_MA)
        has_pulse = False
        if drive.is_low:
            # In the self-test nobody is there; in a pulse the car counts as what it was before.
            if not (self.interlock.wants_low or self._pulse.is_on):
                decoder.take_driven_low()
        else:
            has_pulse = decoder.take(sense.high_mv, sense.low_mv, drive.is_pwm_on, now_ms)
        if has_pulse:
            self._events.add(EV_PILOT_PULSE, self._connector_id, PILOT_C)
        if decoder.state != self.pilot_state:
            self.pilot_state = decoder.state
            self._events.add(EV_PILOT_STATE, self._connector_id, decoder.state)
        self.state = NEXT[self.state][decoder.state]
        output = OUTPUTS[self.state]
        if output[PLUGGED] != AS_BEFORE:
            self.is_plugged = output[PLUGGED] == YES
        self.ev_asks = output[ASKS] == YES

    def _drive(self, now_ms):  # HOT
        """Bring the pilot to what the state and the permissions want."""
        drive = self.drive
        if self.interlock.wants_low:  # for a burst, by the self-test
            drive.set_low(now_ms)
            return
        if self.manual is not None and self.manual.drive(drive, now_ms):
            return
        limit_ma = self.sensors.limit_ma(self._limit_ma)
        may_offer = limit_ma >= OFFER_MIN_MA and self._may_offer()
        self._follow_pulse(may_offer, now_ms)
        event = EVENT_WITHDRAW
        if self.interlock.is_permanent:
            event = EVENT_OUT_OF_SERVICE
        elif may_offer and drive.can_start(now_ms):
            event = EVENT_OFFER
        self.state = NEXT[self.state][event]
        output = OUTPUTS[self.state]
        if output[DRIVE] == DRIVE_PWM:
            drive.offer(limit_ma, now_ms)
        elif output[DRIVE] == DRIVE_F:
            drive.set_low(now_ms)
        else:
            drive.set_static(now_ms)

    def _follow_pulse(self, may_offer, now_ms):  # HOT
        """Begin or end -12 V that wakes the car or tells it of a fault."""
        interlock = self.interlock
        pulse = self._pulse
        output = OUTPUTS[self.state]
        is_session = self._is_allowed and self.is_plugged is True
        is_b2 = output[DRIVE] == DRIVE_PWM and not self.ev_asks
        is_disturbed = not (may_offer and interlock.is_pp_ok)
        event = pulse.step(is_session, is_b2, self.ev_asks, is_disturbed, now_ms)
        is_closed = self.contactor.is_closed
        if self._is_loaded and not is_closed and interlock.fault != FAULT_NONE:
            event = pulse.tell_fault(now_ms)
        self._is_loaded = is_closed and not interlock.must_stop
        if event == NO_EVENT:
            return
        self.state = NEXT[self.state][event]
        if event != EVENT_PULSE:
            if pulse.has_woken:
                self.drive.end_wake_up(now_ms)
        elif pulse.has_woken:
            self._events.add(EV_WAKE_UP, self._connector_id, WAKE_MS)

    def _may_offer(self):  # HOT
        return (
            self._is_allowed
            and self._is_available
            and self.interlock.fault == FAULT_NONE
            and not (self.interlock.wants_x1 or self.interlock.must_stop)
            and self.lock_ok
        )

    def _move_lock(self, now_ms):  # HOT
        lock = self._lock
        if lock is None:
            return
        contactor = self.contactor
        lock.step(now_ms, not (contactor.is_closed or contactor.is_feedback_closed()))
        if lock.has_failed and not self.has_lock_failed:
            self.interlock.trip(OPEN_LOCK_LOST, now_ms)
        self.has_lock_failed = lock.has_failed

    # ---- what others read ----

    @property
    def lock_ok(self):  # HOT
        """Return True when the plug is held, or nothing is there to hold it."""
        return self._lock is None or self._lock.is_locked

    @property
    def unlock_result(self):  # HOT
        """UNLOCK_* of the last unlock_cable()."""
        return UNLOCK_DONE if self._lock is None else self._lock.unlock_result

    @property
    def is_energised(self):  # HOT
        """Return True while the outlet is live, closing and opening time included.

        Until the contacts have met once nothing can flow. A weld that is latched does not count:
        the session must end although the register may go on.
        """
        if self.contactor.is_closed:
            return self.interlock.has_closed
        return self.contactor.is_feedback_closed() and not self.interlock.is_permanent

    @property
    def fault(self):  # HOT
        """FAULT_* that stops charging, FAULT_NONE when there is none."""
        return self.interlock.fault

    @property
    def open_reason(self):  # HOT
        """OPEN_* of the fault that keeps it open, else of the last opening."""
        if self.interlock.fault != FAULT_NONE:
            return self.interlock.fault_reason
        return self.contactor.reason

    @property
    def offered_ma(self):  # HOT
        """What the pilot offers now, 0 without PWM."""
        return self.drive.offered_ma
