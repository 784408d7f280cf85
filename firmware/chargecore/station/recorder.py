"""Recorder: turns facts into 64-byte records and hands them to the outbox.

Called by: Transaction, Metering, Recovery, RemoteTrigger. Layout: store/records.py.
Heap: one record buffer, none after __init__.
"""

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.station.measurands import MASK_ENERGY, pack_readings
from chargecore.store import records


class Recorder:
    """Fills one record buffer, over and over."""

    def __init__(self, outbox, clock):
        self._outbox = outbox
        self._clock = clock
        self._record = records.Record()
        self._boot_number = 0  # instant of the next record: boot, uptime in it, wall time
        self._uptime_s = 0
        self._wall_s = WALL_UNKNOWN
        self._has_instant = False  # prepare() was called for the next record
        self.refused = 0  # records that found no room or no working flash

    def prepare(self, uptime_s, wall_s):  # HOT
        """Set the instant of the next record; without it a record carries the present one."""
        self.prepare_in(self._clock.boot_number, uptime_s, wall_s)

    def prepare_in(self, boot_number, uptime_s, wall_s):  # HOT
        """Set the instant of the next record to one of another boot."""
        self._boot_number = boot_number
        self._uptime_s = uptime_s
        self._wall_s = wall_s
        self._has_instant = True

    def start(self, connector_id, number, tag, register_wh, reservation_id=None):  # HOT
        """Append a start record, with the reservation that it ends. Return OK or E_."""
        record = self._record
        self._head(record, records.REC_START, connector_id, number, register_wh)
        record.put_text(records.START_ID_LEN, tag.buf, tag.length)
        if reservation_id is not None:
            record.put_u8(records.START_FLAGS, records.START_FLAG_RESERVATION)
            record.put_i32(records.START_RESERVATION_ID, reservation_id)
        return self._append()

    def stop(self, connector_id, number, reason, tag, register_wh):  # HOT
        """Append a stop record; tag may be empty. Return OK, or why it is not durable."""
        record = self._record
        self._head(record, records.REC_STOP, connector_id, number, register_wh)
        record.put_text(records.STOP_ID_LEN, tag.buf, tag.length)
        record.put_u8(records.STOP_REASON, reason)
        return self._append()

    def meter(self, connector_id, number, context, send_mask, stop_mask, meter, offered_ma):  # HOT
        """Append a meter record: send_mask is for MeterValues, stop_mask for transactionData."""
        record = self._record
        self.fill_meter(record, connector_id, context, meter, offered_ma)
        record.put_u32(records.OFF_TX, number)
        self._put_masks(record, send_mask, stop_mask)
        return self._append()

    def last_register(self, connector_id, number, register_wh):  # HOT
        """Append the end value of a session of which only the register is known."""
        record = self._record
        self._head(record, records.REC_METER, connector_id, number, register_wh)
        record.put_u8(records.METER_CONTEXT, records.CONTEXT_TRANSACTION_END)
        self._put_masks(record, 0, MASK_ENERGY)
        return self._append()

    def fill_meter(self, record, connector_id, context, meter, offered_ma):  # HOT
        """Fill a record the caller owns with the readings of this moment, without storing it."""
        register_wh = meter.import_wh
        self._head(record, records.REC_METER, connector_id, 0, register_wh or 0)
        record.put_u8(records.METER_CONTEXT, context)
        pack_readings(record, meter, offered_ma)

    def _put_masks(self, record, send_mask, stop_mask):  # HOT
        flags = 0
        if send_mask:
            flags |= records.METER_FLAG_SEND
        if stop_mask:
            flags |= records.METER_FLAG_DATA
        record.put_u8(records.METER_FLAGS, flags)
        record.put_u32(records.METER_SEND_MASK, send_mask)
        record.put_u32(records.METER_STOP_MASK, stop_mask)

    def _head(self, record, kind, connector_id, number, register_wh):  # HOT
        clock = self._clock
        if self._has_instant:
            self._has_instant = False
        else:
            self._boot_number = clock.boot_number
            self._uptime_s = clock.uptime_s
            self._wall_s = clock.wall_s()
        record.clear(kind, connector_id)
        record.stamp(self._boot_number, self._uptime_s, self._wall_s)
        record.put_u32(records.OFF_TX, number)
        record.put_u32(records.OFF_REGISTER_WH, register_wh)

    def _append(self):  # HOT
        code = self._outbox.append(self._record.buf)
        if code < 0:
            self.refused += 1
            return code
        return OK
