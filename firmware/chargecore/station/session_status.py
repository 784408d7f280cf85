"""SessionStatus: the OCPP status that follows from a connector's session, and its report queue.

Called by: Connector once per pass. Decides nothing: the session does, this names it.
Source: OCPP 1.6 §4.9. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff
from chargecore.station.status_log import StatusLog
from chargecore.station.statuses import (
    AVAILABLE,
    CHARGING,
    FAULTED,
    FINISHING,
    PREPARING,
    SUSPENDED_EV,
    SUSPENDED_EVSE,
    UNAVAILABLE,
    is_allowed,
    stepping_stone,
)

# A car takes seconds to wake; until then Preparing stays, so that no SuspendedEV flickers
# between Preparing and Charging.
_WAKE_MS = const(6000)
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

    def update(self, now_ms):  # HOT
        """Derive the status, and queue the change through a stepping stone if the table wants one."""
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
        log.update(self.status, self._connector.fault, now_ms)
        log.settle(minimum_s, now_ms)

    def _derive(self, now_ms):  # HOT
        connector = self._connector
        if connector.controller.fault:
            return FAULTED
        if connector.transaction.is_active:
            return self._in_transaction(now_ms)
        if not connector.operative:
            return UNAVAILABLE
        if connector.is_finishing:
            return FINISHING
        if connector.pending.length or connector.controller.is_plugged:
            return PREPARING
        return AVAILABLE

    def _in_transaction(self, now_ms):  # HOT
        connector = self._connector
        controller = connector.controller
        if connector.stop_reason >= 0:  # the stop record follows within a moment
            return self.status if self.status != FAULTED else SUSPENDED_EVSE
        if connector.is_suspended or connector.limit_ma < _MIN_OFFER_MA:
            return SUSPENDED_EVSE
        if connector.is_ev_gone:
            return SUSPENDED_EV
        if controller.is_energised:
            return CHARGING
        is_waking = (
            self.status == PREPARING and ticks_diff(now_ms, self._since_ms) < _WAKE_MS
        )
        if is_waking:
            return PREPARING
        if not controller.ev_asks:
            return SUSPENDED_EV
        # The car asks and the unit has not closed (yet): the unit's side holds it up.
        return self.status if self.status != PREPARING else SUSPENDED_EVSE
