"""StatusNotification: reports status changes in order, connectorId 0 first.

Called by: Ocpp16, RemoteTrigger. Source: OCPP 1.6 §4.9, OCPP-J 1.6 §5.4; B2, B7, S1-S9.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.base.events import DROPPED_STATUS, EV_CALL_DROPPED
from chargecore.ocpp16.words import ERROR_CODE, STATUS
from chargecore.station.statuses import AVAILABLE, SUSPENDED_EV
from chargecore.wire.rpc import ANSWER_DROPPED, ANSWER_RESULT

_DROPS_MAX = const(5)  # a status the server cannot stand is not tried on every connection
_EV_SIDE = b"EV side disconnected"  # S9, TC_005_3


class StatusNotification:
    """One source over all status logs."""

    def __init__(self, rpc, station, outbox, config, clock, events):
        self._rpc = rpc
        self._station = station
        self._outbox = outbox
        self._config = config
        self._clock = clock
        self._events = events
        self._render = self.render
        self._answer = self.answered
        self._connector_id = 0  # of the notification in flight
        self._is_ev_gone = False  # while it is rendered: every pass must write the same
        self._drops = 0  # times in a row that the server closed the connection on one

    def report_all(self):  # HOT
        """Report the present status of connectorId 0 and of every connector (accepted boot)."""
        self._station.status_log.report_now()
        for connector in self._station.connectors:
            connector.status.log.report_now()

    def collapse(self):  # HOT
        """After a reconnect: only what differs from what the server knows."""
        self._station.status_log.collapse()
        for connector in self._station.connectors:
            connector.status.log.collapse()

    def poll_call(self, now_ms):  # HOT
        """Send the next change. Return True when a call was placed."""
        for connector_id in range(len(self._station.connectors) + 1):
            log = self._log(connector_id)
            if log.count and not self._is_early(connector_id, log, now_ms) and log.take():
                return self._send(connector_id, log)
        return False

    def _is_early(self, connector_id, log, now_ms):  # HOT
        """Return True for an Available that must not overtake the session's StopTransaction.

        Only Finishing may (S14). A stop that is held up, or far down the queue, is not waited for.
        """
        is_free = connector_id != 0 and log.next_status() == AVAILABLE
        return is_free and self._outbox.is_stop_next(connector_id, now_ms)

    def send_present(self, connector_id):  # HOT
        """Send one present status (TriggerMessage). Return True when the call was placed."""
        log = self._log(connector_id)
        log.take_present()
        return self._send(connector_id, log)

    def _send(self, connector_id, log):  # HOT
        """Send what the log gave out last."""
        self._connector_id = connector_id
        self._is_ev_gone = (
            connector_id != 0 and self._station.connectors[connector_id - 1].is_ev_gone
        )
        timeout_ms = self._config.message_timeout_s * 1000
        code = self._rpc.call(b"StatusNotification", self._render, log, self._answer, timeout_ms)
        return code == OK

    def render(self, w, log):  # HOT
        """Write the payload of the change that log.take() gave out."""
        w.open_object()
        w.key(b"connectorId")
        w.int(self._connector_id)
        w.key(b"errorCode")
        w.text(ERROR_CODE[log.taken_fault])
        if log.taken_status == SUSPENDED_EV and self._is_ev_gone:
            w.key(b"info")
            w.text(_EV_SIDE)
        w.key(b"status")
        w.text(STATUS[log.taken_status])
        wall_s = self._clock.wall_at(self._clock.boot_number, log.taken_uptime_s)
        if wall_s != WALL_UNKNOWN:
            w.key(b"timestamp")
            w.time(wall_s)
        w.close_object()

    def answered(self, status, log):  # HOT
        """Remember what the server knows now."""
        if status == ANSWER_DROPPED:
            self._drops += 1
            if self._drops < _DROPS_MAX:
                return
            self._events.add(EV_CALL_DROPPED, self._drops, DROPPED_STATUS)
            log.told()  # it is given up: the next change is told again
        elif status == ANSWER_RESULT:
            log.told()
        self._drops = 0

    def _log(self, connector_id):  # HOT
        if connector_id == 0:
            return self._station.status_log
        return self._station.connectors[connector_id - 1].status.log
