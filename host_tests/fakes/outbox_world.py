"""OutboxWorld: outbox and journal on a FakeFlash, with a clock, and records in one line."""

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.station.config import StationConfig
from chargecore.store import records
from chargecore.store.journal import Journal
from chargecore.store.records import Record
from chargecore.wire.outbox import Outbox
from fakes.clock import FakeClock
from fakes.flash import FakeFlash

WALL_S = 90_000_000  # some day in 2026


class OutboxWorld:
    """`boot()` starts again on the same flash, as after a power cut."""

    def __init__(self, block_count=16, block_size=4096, flash=None):
        self.flash = FakeFlash(block_count, block_size) if flash is None else flash
        self.time = FakeClock()
        self.config = StationConfig()
        self.boots = 0
        self.boot()

    def boot(self, is_time_known=True):
        """Forget what is in RAM and start the outbox."""
        self.boots += 1
        self.clock = Clock(self.time.ticks_ms, self.boots)
        if is_time_known:
            self.clock.set_wall(WALL_S + 100_000 * self.boots, 0, 1)
        self.events = EventLog(self.clock, 64)
        self.journal = Journal(self.flash, self.events)
        self.outbox = Outbox(self.journal, self.clock, self.events, self.config)
        return self.outbox.start()

    def pass_ms(self, ms):
        """Let time pass. Return the ticks."""
        self.clock.poll(self.time.advance_ms(ms))
        return self.time.ticks_ms()

    def codes(self):
        """Return the event codes so far."""
        first = self.events.oldest()
        return [self.events.field(number, 0) for number in range(first, self.events.total)]

    # ---- records ----

    def record(self, kind, connector, tx, register_wh):
        """Return a record of this moment."""
        record = Record()
        record.clear(kind, connector)
        record.stamp(self.clock.boot_number, self.clock.uptime_s, self.clock.wall_s())
        record.put_u32(records.OFF_TX, tx)
        record.put_u32(records.OFF_REGISTER_WH, register_wh)
        return record

    def start(self, connector=1, register_wh=0):
        """Append a start record. Return its transaction number, or the E_ code."""
        tx = self.outbox.next_tx_number()
        record = self.record(records.REC_START, connector, tx, register_wh)
        record.put_text(records.START_ID_LEN, b"TAG", 3)
        code = self.outbox.append(record.buf)
        return tx if code > 0 else code

    def sample(self, tx, connector=1, register_wh=0, flags=records.METER_FLAG_SEND, context=4):
        """Append a sample. Return its number, or the E_ code."""
        record = self.record(records.REC_METER, connector, tx, register_wh)
        record.put_u8(records.METER_FLAGS, flags)
        record.put_u8(records.METER_CONTEXT, context)
        return self.outbox.append(record.buf)

    def stop(self, tx, connector=1, register_wh=0):
        """Append a stop record. Return its number, or the E_ code."""
        return self.outbox.append(self.record(records.REC_STOP, connector, tx, register_wh).buf)

    # ---- the server ----

    def next_kind(self):
        """Load the next message. Return its kind, or 0 when none is due."""
        if not self.outbox.has_next(self.time.ticks_ms()) or self.outbox.load_next() != 0:
            return 0
        return self.outbox.kind

    def deliver(self, transaction_id=None):
        """Let the server take the next message. Return its kind, or 0 when none is due."""
        kind = self.next_kind()
        if kind == 0:
            return 0
        if kind == records.REC_START:
            number = self.outbox.tx * 1000 if transaction_id is None else transaction_id
            self.outbox.set_transaction_id(self.outbox.tx, number)
        self.outbox.accepted()
        return kind

    def refuse(self):
        """Let the server fail to process the next message. Return its kind."""
        kind = self.next_kind()
        self.outbox.refused(self.time.ticks_ms())
        return kind

    def deliver_all(self):
        """Let the server take everything. Return the kinds in order."""
        kinds = []
        kind = self.deliver()
        while kind:
            kinds.append(kind)
            kind = self.deliver()
        return kinds

    def numbers(self):
        """Return the numbers of all records that the journal holds."""
        found = []
        scan = Record()
        seq = self.journal.read_from(1, scan)
        while seq >= 0:
            found.append(seq)
            seq = self.journal.read_from(seq + 1, scan)
        return found
