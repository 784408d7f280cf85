"""RemoteTrigger: TriggerMessage, and the messages that only a trigger asks for.

Called by: Ocpp16. The answer leaves first, then the message (G4). Source: OCPP 1.6 §5.17.
Heap: one record buffer, none after __init__.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.ocpp16.sampled_values import write_meter_value
from chargecore.store import records
from chargecore.wire.rpc import ANSWER_RESULT

TRIGGER_WORDS = (
    b"BootNotification",
    b"DiagnosticsStatusNotification",
    b"FirmwareStatusNotification",
    b"Heartbeat",
    b"MeterValues",
    b"StatusNotification",
)
_BOOT = const(0)
_DIAGNOSTICS = const(1)
_FIRMWARE = const(2)
_HEARTBEAT = const(3)
_METER_VALUES = const(4)
_STATUS = const(5)
_ALL = const(-1)  # no connectorId given
_NOT_TRIGGERABLE_WORD = const(6)


class RemoteTrigger:
    """Handler of TriggerMessage and source of the triggered messages without a source of their own."""

    def __init__(self, rpc, boot, heartbeat, status_notification, station, recorder, config, clock):
        self._rpc = rpc
        self._boot = boot
        self._heartbeat = heartbeat
        self._status_notification = status_notification
        self._station = station
        self._recorder = recorder
        self._config = config
        self._clock = clock
        self._record = records.Record()
        self._render_answer = self.render_answer
        self._render_idle = self.render_idle
        self._render_meter = self.render_meter
        self._answer = self.answered
        self._word = b"Accepted"
        self._asked = _NOT_TRIGGERABLE_WORD  # message to be triggered once the answer has left
        self._asked_connector = _ALL
        self._meter_mask = 0  # bit n: MeterValues of connector n are wanted
        self._meter_connector = 0  # connector whose values are in flight
        self._wants_diagnostics = False
        self._wants_firmware = False

    def handle(self, reader, payload_idx):  # HOT
        """Answer TriggerMessage: Accepted, Rejected for an unknown connector, NotImplemented."""
        idx = reader.find(payload_idx, b"requestedMessage")
        reader.clear()
        message = reader.word_index(idx, TRIGGER_WORDS)
        is_known = reader.error == OK
        reader.clear()
        connector_idx = reader.find(payload_idx, b"connectorId")
        connector_id = _ALL
        if connector_idx >= 0:
            connector_id = reader.int_value(connector_idx, -0x7FFFFFFF - 1, 0x7FFFFFFF)
        self._word = self._verdict(is_known, message, connector_id)
        if self._word == b"Accepted":
            self._asked = message
            self._asked_connector = connector_id
        self._rpc.reply(self._render_answer, None)

    def _verdict(self, is_known, message, connector_id):  # HOT
        if not is_known:
            return b"NotImplemented"
        if message == _BOOT and self._boot.is_accepted:
            return b"Rejected"  # errata 3.35
        if message == _STATUS or message == _METER_VALUES:
            lowest = 1 if message == _METER_VALUES else 0
            if connector_id != _ALL and not (
                lowest <= connector_id <= len(self._station.connectors)
            ):
                return b"Rejected"
        return b"Accepted"

    def after_reply(self, now_ms):  # HOT
        """The answer has left: mark the message as wanted."""
        message = self._asked
        self._asked = _NOT_TRIGGERABLE_WORD
        connector_id = self._asked_connector
        if message == _BOOT:
            self._boot.is_triggered = True
        elif message == _DIAGNOSTICS:
            self._wants_diagnostics = True
        elif message == _FIRMWARE:
            self._wants_firmware = True
        elif message == _HEARTBEAT:
            self._heartbeat.is_triggered = True
        elif message == _METER_VALUES:
            self._want_meter_values(connector_id)
        elif message == _STATUS:
            self._want_status(connector_id)

    def _want_meter_values(self, connector_id):  # HOT
        if connector_id != _ALL:
            self._meter_mask |= 1 << connector_id
            return
        for connector in self._station.connectors:
            self._meter_mask |= 1 << connector.connector_id

    def _want_status(self, connector_id):  # HOT
        if connector_id == _ALL:
            self._status_notification.report_all()
        else:
            self._status_notification.report(connector_id)

    # ---- the triggered messages ----

    def poll_call(self, now_ms):  # HOT
        """Send the next triggered message. Return True when a call was placed."""
        timeout_ms = self._config.message_timeout_s * 1000
        call = self._rpc.call
        if self._wants_diagnostics:
            self._wants_diagnostics = False
            action = b"DiagnosticsStatusNotification"
            return call(action, self._render_idle, None, self._answer, timeout_ms) == OK
        if self._wants_firmware:
            self._wants_firmware = False
            action = b"FirmwareStatusNotification"
            return call(action, self._render_idle, None, self._answer, timeout_ms) == OK
        if not self._meter_mask:
            return False
        for connector in self._station.connectors:
            if self._meter_mask >> connector.connector_id & 1:
                self._meter_mask &= ~(1 << connector.connector_id)
                self._take_reading(connector)
                return call(b"MeterValues", self._render_meter, connector, self._answer, timeout_ms) == OK
        return False

    def _take_reading(self, connector):  # HOT
        """Freeze the newest values, so that every pass of the writer sees the same."""
        metering = connector.metering
        self._recorder.fill_meter(
            self._record,
            connector.connector_id,
            records.CONTEXT_TRIGGER,
            metering.meter,
            connector.controller.offered_ma,
        )

    def render_idle(self, w, arg):  # HOT
        """Write {"status":"Idle"}: nothing is being uploaded or installed (OCPP 1.6 §4.4, §4.5)."""
        w.open_object()
        w.key(b"status")
        w.text(b"Idle")
        w.close_object()

    def render_meter(self, w, connector):  # HOT
        """Write MeterValues of the frozen reading (errata 3.46: context Trigger)."""
        record = self._record
        w.open_object()
        w.key(b"connectorId")
        w.int(connector.connector_id)
        transaction = connector.transaction
        if transaction.is_active and transaction.is_id_known:
            w.key(b"transactionId")
            w.int(transaction.transaction_id)
        w.key(b"meterValue")
        w.open_array()
        write_meter_value(w, record, self._config.sampled_mask, record.i32(records.OFF_WALL_S))
        w.close_array()
        w.close_object()

    def render_answer(self, w, arg):  # HOT
        """Write {"status": word}."""
        w.open_object()
        w.key(b"status")
        w.text(self._word)
        w.close_object()

    def answered(self, status, arg):  # HOT
        """Nothing follows from the answer; a lost triggered message is not sent again."""
        return status == ANSWER_RESULT
