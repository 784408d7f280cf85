"""SessionStatus: the OCPP status that follows from a connector's session, and its report queue.

Called by: Connector once per pass. Decides nothing: the session does, this names it.
Source: OCPP 1.6 §4.9. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff
from chargecore.safety.faults import FAULT_EV_COMMUNICATION, FAULT_NONE
from chargecore.station.status_log import StatusLog
from chargecore.station.statuses import (
    AVAILABLE,
    CHARGING,
    FAULTED,
    FINISHING,
    PREPARING,
    RESERVED,
    SUSPENDED_EV,
    SUSPENDED_EVSE,
    UNAVAILABLE,
    is_allowed,
    stepping_stone,
)

# A car takes seconds to wake, at the start and after a pause of the unit; until then the status
# before stays, so that no SuspendedEV flickers in between (S15).
_WAKE_MS = const(6000)
# StartTransaction may be overtaken by Charging, by nothing else (S14): what suspends a session
# from its first moment on is told this much later.
_TOLD_MS = const(1000)
_CLOSE_MS = const(3000)  # a contactor that stays open longer than this is held open by the unit
# Bit n: EVCommunicationError may be told with status n (OCPP 1.6 §7.6; S9 of the rules).
_EV_ERROR_WITH = 1 << PREPARING | 1 << SUSPENDED_EV | 1 << SUSPENDED_EVSE | 1 << FINISHING
_MIN_OFFER_MA = const(6000)  # IEC 61851-1 Annex A: less cannot be signalled


class SessionStatus:
    """Names the session state of one connector. `log` holds the changes to be reported."""

    def __init__(self, connector, config, clock):
        self._connector = connector
        self._config = config
        self.log = StatusLog(clock)
        self.status = AVAILABLE  # status of this moment
        self._since_ms = 0  # when `status` began
        self._is_started = False
        self._is_waking = True  # the session has had no energy, and no status but Preparing
        self._has_session = False
        self._session_at_ms = 0  # when the session was first seen
        self._is_held_up = False  # the car asks and the contactor is open
        self._held_at_ms = 0  # since then
        self._is_withheld = False  # the unit suspended the session, and the car has yet to answer
        self._withheld_at_ms = 0  # when it last did

    def update(self, now_ms):  # HOT
        """Derive the status, and queue the change, through a stepping stone if need be."""
        status = self._derive(now_ms)
        if not self._is_started:  # the first status after boot comes from nowhere
            self._is_started = True
            self._since_ms = now_ms
            self.status = status
        elif status != self.status:
            while not is_allowed(self.status, status):
                self.status = stepping_stone(self.status, status)
                self._note(0, now_ms)
            self.status = status
            self._since_ms = now_ms
        self._note(self._config.minimum_status_duration_s, now_ms)

    def has_timed_out(self, now_ms):  # HOT
        """Return True when Preparing has lasted ConnectionTimeOut without a transaction (S13)."""
        if self.status != PREPARING or self._connector.transaction.is_active:
            return False
        return ticks_diff(now_ms, self._since_ms) >= self._config.connection_timeout_s * 1000

    def _note(self, minimum_s, now_ms):  # HOT
        log = self.log
        fault = self._connector.fault
        if fault == FAULT_EV_COMMUNICATION and not _EV_ERROR_WITH >> self.status & 1:
            fault = FAULT_NONE
        log.update(self.status, fault, now_ms)
        log.settle(minimum_s, now_ms)

    def _derive(self, now_ms):  # HOT
        connector = self._connector
        if connector.controller.fault:
            return FAULTED
        if connector.transaction.is_active:
            if not self._has_session:
                self._has_session = True
                self._session_at_ms = now_ms
                self._is_waking = True
                self._is_withheld = False
            return self._in_transaction(now_ms)
        self._has_session = False
        if connector.is_unmetered:
            return FAULTED
        if not connector.operative:
            return UNAVAILABLE
        if connector.is_finishing:
            return FINISHING
        if connector.pending.length:
            return PREPARING
        if connector.is_reserved:  # a cable changes nothing (V4)
            return RESERVED
        # Reserved becomes Preparing for the tag that it waits for, and for nobody else (G1, G2).
        if connector.controller.is_plugged and self.status != RESERVED:
            return PREPARING
        return AVAILABLE

    def _in_transaction(self, now_ms):  # HOT
        connector = self._connector
        if connector.stop_reason >= 0:  # the stop record follows within a moment
            return self.status if self.status != FAULTED else SUSPENDED_EVSE
        status = self._of_power_path(now_ms)
        if status != PREPARING:
            self._is_waking = False
        return status

    def _of_power_path(self, now_ms):  # HOT
        connector = self._connector
        controller = connector.controller
        if self._is_waking and ticks_diff(now_ms, self._session_at_ms) < _TOLD_MS:
            return CHARGING if controller.is_energised else PREPARING
        if connector.offer_ma() < _MIN_OFFER_MA:
            self._is_withheld = True
            self._withheld_at_ms = now_ms
            return SUSPENDED_EVSE
        if connector.is_ev_gone:
            self._is_withheld = False
            return SUSPENDED_EV
        if controller.is_energised:
            self._is_held_up = False
            self._is_withheld = False
            return CHARGING
        if self._is_waking and ticks_diff(now_ms, self._session_at_ms) < _WAKE_MS:
            return PREPARING
        if not controller.ev_asks:
            self._is_held_up = False
            if self._is_withheld and ticks_diff(now_ms, self._withheld_at_ms) < _WAKE_MS:
                return SUSPENDED_EVSE
            self._is_withheld = False
            return SUSPENDED_EV
        return self._while_closing(now_ms)

    def _while_closing(self, now_ms):  # HOT
        """The car asks, the contactor is open: the unit is to blame, after a moment (S7)."""
        if not self._is_held_up:
            self._is_held_up = True
            self._held_at_ms = now_ms
        is_late = ticks_diff(now_ms, self._held_at_ms) >= _CLOSE_MS
        if self._is_waking or is_late or self.status == CHARGING:
            return SUSPENDED_EVSE
        return self.status
