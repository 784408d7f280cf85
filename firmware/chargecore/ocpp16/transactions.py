"""Transactions: sends the outbox: StartTransaction, MeterValues, StopTransaction, in order.

Called by: Ocpp16. A record is rendered when it is sent, with the transaction id known by then.
Source: OCPP 1.6 §3.7, §4.8, §4.10; T1-T9 of the behaviour rules. Heap: none after __init__.
"""

from chargecore.base.codes import OK
from chargecore.ocpp16.id_tag_info import IdTagInfo
from chargecore.ocpp16.sampled_values import has_value, write_meter_value
from chargecore.ocpp16.words import STOP_REASON
from chargecore.station.auth_cache import TAG_ACCEPTED
from chargecore.station.id_tag import IdTag
from chargecore.store import records
from chargecore.store.parked import WHY_BAD_RESULT, WHY_CALL_ERROR, WHY_TIMEOUT
from chargecore.wire.rpc import ANSWER_DROPPED, ANSWER_LOST, ANSWER_RESULT, ANSWER_TIMEOUT

_INT32_MAX = 0x7FFFFFFF  # heap-ok: made once, at import
_INT32_MIN = -_INT32_MAX - 1


class Transactions:
    """One record in flight."""

    def __init__(self, rpc, outbox, station, authorizer, config, clock):
        self._rpc = rpc
        self._outbox = outbox
        self._station = station
        self._authorizer = authorizer
        self._config = config
        self._clock = clock
        self._info = IdTagInfo()
        self._tag = IdTag()
        self._render_start = self.render_start
        self._render_meter = self.render_meter
        self._render_stop = self.render_stop
        self._answer = self.answered

    def poll_call(self, now_ms):  # HOT
        """Send the next record when its time has come. Return True when a call was placed."""
        outbox = self._outbox
        if not outbox.has_next(now_ms) or outbox.load_next() != OK:
            return False
        kind = outbox.kind
        if kind == records.REC_START:
            action = b"StartTransaction"
            render = self._render_start
        elif kind == records.REC_STOP:
            action = b"StopTransaction"
            render = self._render_stop
        else:
            if not has_value(outbox.record, outbox.record.u32(records.METER_SEND_MASK)):
                outbox.accepted()  # the meter was silent, and an empty list is refused by servers
                return False
            action = b"MeterValues"
            render = self._render_meter
        timeout_ms = self._config.message_timeout_s * 1000
        # The message id follows the record, so that a repetition can be recognized (J4, T4).
        return self._rpc.call(action, render, None, self._answer, timeout_ms, outbox.seq) == OK

    # ---- rendering ----

    def render_start(self, w, arg):  # HOT
        """Write StartTransaction of the loaded record."""
        record = self._outbox.record
        w.open_object()
        w.key(b"connectorId")
        w.int(record.u8(records.OFF_CONNECTOR))
        w.key(b"idTag")
        w.text_range(
            record.buf,
            records.START_ID_TAG,
            records.START_ID_TAG + record.u8(records.START_ID_LEN),
        )
        w.key(b"meterStart")
        w.int(record.u32(records.OFF_REGISTER_WH))
        if record.u8(records.START_FLAGS) & records.START_FLAG_RESERVATION:
            w.key(b"reservationId")
            w.int(record.i32(records.START_RESERVATION_ID))
        w.key(b"timestamp")
        w.time(self._outbox.wall_s)
        w.close_object()

    def render_meter(self, w, arg):  # HOT
        """Write MeterValues of the loaded record."""
        outbox = self._outbox
        record = outbox.record
        w.open_object()
        w.key(b"connectorId")
        w.int(record.u8(records.OFF_CONNECTOR))
        if outbox.tx:
            w.key(b"transactionId")
            w.int(outbox.transaction_id)
        w.key(b"meterValue")
        w.open_array()
        write_meter_value(w, record, record.u32(records.METER_SEND_MASK), outbox.wall_s)
        w.close_array()
        w.close_object()

    def render_stop(self, w, arg):  # HOT
        """Write StopTransaction of the loaded record, with transactionData if there is any."""
        outbox = self._outbox
        record = outbox.record
        id_len = record.u8(records.STOP_ID_LEN)
        w.open_object()
        if id_len:
            w.key(b"idTag")
            w.text_range(record.buf, records.STOP_ID_TAG, records.STOP_ID_TAG + id_len)
        w.key(b"meterStop")
        w.int(record.u32(records.OFF_REGISTER_WH))
        w.key(b"timestamp")
        w.time(outbox.wall_s)
        w.key(b"transactionId")
        w.int(outbox.transaction_id)
        w.key(b"reason")
        w.text(STOP_REASON[record.u8(records.STOP_REASON)])
        self._write_data(w, outbox.tx)
        w.close_object()

    def _write_data(self, w, tx):  # HOT
        outbox = self._outbox
        seq = outbox.first_sample(tx)
        if seq < 0:
            return
        w.key(b"transactionData")
        w.open_array()
        while seq >= 0:
            sample = outbox.sample
            if outbox.load_sample(seq) == OK:
                mask = sample.u32(records.METER_STOP_MASK)
                if has_value(sample, mask):
                    write_meter_value(w, sample, mask, outbox.sample_wall_s)
            seq = outbox.next_sample(seq, tx)
        w.close_array()

    # ---- answers ----

    def answered(self, status, arg):  # HOT
        """Note what became of the record in flight (T3, T4)."""
        outbox = self._outbox
        if status == ANSWER_LOST:
            outbox.lost()
        elif status == ANSWER_DROPPED:
            outbox.dropped()
        elif status == ANSWER_RESULT and self._take(outbox.kind):
            outbox.accepted()
        else:
            why = WHY_CALL_ERROR
            if status == ANSWER_TIMEOUT:
                why = WHY_TIMEOUT
            elif status == ANSWER_RESULT:
                why = WHY_BAD_RESULT
            outbox.refused(self._clock.ticks_ms(), why)

    def _take(self, kind):  # HOT
        """Use the answer. Return False for an invalid one: that is a failure to process (J6)."""
        if kind == records.REC_START:
            return self._take_start()
        if kind == records.REC_STOP:
            self._take_stop()
        return True

    def _take_start(self):  # HOT
        rpc = self._rpc
        reader = rpc.reader
        info = self._info
        if info.read(reader, rpc.payload_idx) != OK:
            return False
        reader.clear()
        id_idx = reader.find(rpc.payload_idx, b"transactionId")
        transaction_id = reader.int_value(id_idx, _INT32_MIN, _INT32_MAX)
        if reader.error != OK:
            reader.clear()
            return False
        outbox = self._outbox
        outbox.set_transaction_id(outbox.tx, transaction_id)
        self._remember(records.START_ID_TAG, records.START_ID_LEN)
        self._authorizer.start_judged(self._tag, info.status)
        for connector in self._station.connectors:
            transaction = connector.transaction
            if transaction.is_active and transaction.number == outbox.tx:
                transaction.set_id(transaction_id)
                if info.parent.length:
                    transaction.parent.copy_from(info.parent)
                if info.status != TAG_ACCEPTED:
                    connector.refuse()
        return True

    def _take_stop(self):  # HOT
        """Only the cache learns from it; no answer reopens a stopped transaction (T17)."""
        record = self._outbox.record
        if not record.u8(records.STOP_ID_LEN):
            return  # without an idTag the info can only be about no tag
        if self._info.read(self._rpc.reader, self._rpc.payload_idx) == OK:
            self._remember(records.STOP_ID_TAG, records.STOP_ID_LEN)

    def _remember(self, tag_offset, len_offset):  # HOT
        record = self._outbox.record
        info = self._info
        self._tag.set(record.buf, tag_offset, record.u8(len_offset))
        self._authorizer.remember(self._tag, info.status, info.expiry_s, info.parent)
