"""RemoteTrigger: TriggerMessage, and the messages it asks for.

Called by: Ocpp16, also while Pending, when nothing but these may be sent (B3). The answer leaves
first, then the message (G4). Source: OCPP 1.6 §5.17. Heap: one record buffer, none after __init__.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.ocpp16.sampled_values import has_value, write_meter_value
from chargecore.store import records

TRIGGER_WORDS = (
    b"BootNotification",
    b"DiagnosticsStatusNotification",
    b"FirmwareStatusNotification",
    b"Heartbeat",
    b"MeterValues",
    b"StatusNotification",
)
TRIGGER_BOOT = const(0)
_DIAGNOSTICS = const(1)
_FIRMWARE = const(2)
TRIGGER_HEARTBEAT = const(3)
TRIGGER_METER_VALUES = const(4)
TRIGGER_STATUS = const(5)
_ALL = const(-0x3FFFFFFF - 1)  # fields.ABSENT: no connectorId given
_NOTHING = const(6)  # what is above is ExtendedTriggerMessage's


class RemoteTrigger:
    """Handler of TriggerMessage and source of everything triggered but BootNotification."""

    def __init__(
        self, rpc, boot, heartbeat, status_notification, station, recorder, config, clock
    ):
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
        self._render_file = self.render_file
        self._render_meter = self.render_meter
        self._answer = self.answered
        self._word = b"Accepted"
        self._has_id = False  # the MeterValues in flight belong to this transaction
        self._transaction_id = 0
        self.files = None  # FirmwareManagement, when it is loaded
        self.extended = None  # ExtendedTrigger, when security is loaded
        self._file_word = b"Idle"  # of the file status in flight
        self._asked = _NOTHING  # message to be triggered once the answer has left
        self._asked_connector = _ALL
        self._status_mask = 0  # bit n: StatusNotification of connector n is wanted
        self._meter_mask = 0  # bit n: MeterValues of connector n are wanted
        self._wants_heartbeat = False
        self._wants_diagnostics = False
        self._wants_firmware = False

    def handle(self, reader, payload_idx):  # HOT
        """Answer TriggerMessage: Accepted, Rejected for an unknown connector, NotImplemented."""
        reader.clear()
        message = reader.word_index(reader.values[0], TRIGGER_WORDS)
        is_known = reader.error == OK
        reader.clear()
        connector_id = reader.values[1]
        self._word = self.ask(message, connector_id) if is_known else b"NotImplemented"
        self._rpc.reply(self._render_answer, None)

    def ask(self, message, connector_id):  # HOT
        """Mark what is to be sent once the answer has left. Return the status for the answer."""
        word = self._verdict(message, connector_id)
        if word == b"Accepted":
            self._asked = message
            self._asked_connector = connector_id
        return word

    def _verdict(self, message, connector_id):  # HOT
        if message == TRIGGER_BOOT and self._boot.is_accepted:
            return b"Rejected"  # errata 3.35
        if message == TRIGGER_METER_VALUES and self._clock.wall_s() == WALL_UNKNOWN:
            return b"Rejected"  # a meter value without its time is none
        if message == TRIGGER_STATUS or message == TRIGGER_METER_VALUES:
            lowest = 1 if message == TRIGGER_METER_VALUES else 0
            if connector_id != _ALL and not (
                lowest <= connector_id <= len(self._station.connectors)
            ):
                return b"Rejected"
        return b"Accepted"

    def after_reply(self, now_ms):  # HOT
        """The answer has left: mark the message as wanted."""
        message = self._asked
        self._asked = _NOTHING
        connector_id = self._asked_connector
        if message == TRIGGER_BOOT:
            self._boot.is_triggered = True
        elif message == _DIAGNOSTICS:
            self._wants_diagnostics = True
        elif message == _FIRMWARE:
            self._wants_firmware = True
        elif message == TRIGGER_HEARTBEAT:
            self._wants_heartbeat = True
        elif message == TRIGGER_METER_VALUES:
            self._meter_mask |= self._mask_of(connector_id) & ~1  # no main meter
        elif message == TRIGGER_STATUS:
            self._status_mask |= self._mask_of(connector_id)
        elif message != _NOTHING:
            self.extended.begin(message)

    def _mask_of(self, connector_id):  # HOT
        if connector_id != _ALL:
            return 1 << connector_id
        return (2 << len(self._station.connectors)) - 1

    # ---- the triggered messages ----

    def poll_call(self, now_ms):  # HOT
        """Send the next triggered message. Return True when a call was placed."""
        if self._wants_heartbeat:
            self._wants_heartbeat = False
            return self._heartbeat.send()
        if self._wants_diagnostics or self._wants_firmware:
            return self._tell_of_files()
        if self.extended is not None and self.extended.poll_call(now_ms):
            return True
        if self._status_mask:
            connector_id = _lowest(self._status_mask)
            self._status_mask &= ~(1 << connector_id)
            return self._status_notification.send_present(connector_id)
        if self._meter_mask:
            connector_id = _lowest(self._meter_mask)
            self._meter_mask &= ~(1 << connector_id)
            connector = self._station.connectors[connector_id - 1]
            self._take_reading(connector)
            if not has_value(self._record, self._config.sampled_mask):
                return False  # the meter is silent: nothing to report
            return self._call(b"MeterValues", self._render_meter, connector)
        return False

    def _tell_of_files(self):  # HOT
        """Without the profile nothing is ever uploaded or installed."""
        files = self.files
        word = b"Idle"
        if self._wants_diagnostics:
            self._wants_diagnostics = False
            if files is not None:
                word = files.diagnostics_word()
            self._file_word = word
            return self._call(b"DiagnosticsStatusNotification", self._render_file, None)
        self._wants_firmware = False
        if files is not None:
            word = files.firmware_word()
        self._file_word = word
        return self._call(b"FirmwareStatusNotification", self._render_file, None)

    def dropped(self):  # HOT
        """The connection is gone, and with it who asked."""
        self._asked = _NOTHING
        self._status_mask = 0
        self._meter_mask = 0
        self._wants_heartbeat = False
        self._wants_diagnostics = False
        self._wants_firmware = False

    def _call(self, action, render, arg):  # HOT
        timeout_ms = self._config.message_timeout_s * 1000
        return self._rpc.call(action, render, arg, self._answer, timeout_ms) == OK

    def _take_reading(self, connector):  # HOT
        """Freeze values and transaction, so that every pass of the writer sees the same."""
        transaction = connector.transaction
        self._has_id = transaction.is_active and transaction.is_id_known
        self._transaction_id = transaction.transaction_id
        metering = connector.metering
        self._recorder.fill_meter(
            self._record,
            connector.connector_id,
            records.CONTEXT_TRIGGER,
            metering.meter,
            connector.controller.offered_ma,
        )

    def render_file(self, w, arg):  # HOT
        """Write {"status": word}; Idle: nothing is being uploaded or installed (§4.4, §4.5)."""
        w.open_object()
        w.key(b"status")
        w.text(self._file_word)
        w.close_object()

    def render_meter(self, w, connector):  # HOT
        """Write MeterValues of the frozen reading (errata 3.46: context Trigger)."""
        record = self._record
        w.open_object()
        w.key(b"connectorId")
        w.int(connector.connector_id)
        if self._has_id:
            w.key(b"transactionId")
            w.int(self._transaction_id)
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


def _lowest(mask):  # HOT
    """Return the number of the lowest bit of a mask that is not 0."""
    bit = 0
    while not mask >> bit & 1:
        bit += 1
    return bit
