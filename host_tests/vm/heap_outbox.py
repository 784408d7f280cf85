"""wire.outbox with the heap locked, with all of store below it, on flash in RAM.

Compaction included: on flash in RAM it leaves the heap alone; FlashFiles may open files then.
"""

import unittest

from chargecore.base.clock import QUALITY_CSMS, Clock
from chargecore.base.codes import E_FULL, OK
from chargecore.base.event_log import EventLog
from chargecore.base.ticks import ticks_add
from chargecore.station.config import StationConfig
from chargecore.store import records
from chargecore.store.journal import Journal
from chargecore.store.records import Record
from chargecore.wire.outbox import Outbox
from fakes.ram_flash import RamFlash
from fakes.ticks import FakeTicks
from heap import growth, locked

COVERS = (
    "chargecore.store.block_table.BlockTable.take_out",
    "chargecore.store.block_table.BlockTable.replace_pair",
    "chargecore.store.block_table.BlockTable.is_pair",
    "chargecore.store.journal.Journal.drop",
    "chargecore.store.journal.Journal.merge",
    "chargecore.store.journal.Journal._copy_wanted",
    "chargecore.store.compactor.Compactor.make_room",
    "chargecore.store.compactor.Compactor.is_wanted",
    "chargecore.store.compactor.Compactor._merge_first",
    "chargecore.store.compactor.Compactor._may_merge",
    "chargecore.store.compactor.Compactor._is_ahead",
    "chargecore.store.compactor.Compactor._merge",
    "chargecore.store.compactor.Compactor._thin",
    "chargecore.store.compactor.Compactor._count_owed",
    "chargecore.store.compactor.Compactor._classify",
    "chargecore.store.compactor.Compactor._classify_record",
    "chargecore.store.compactor.Compactor._classify_sample",
    "chargecore.store.compactor.Compactor._spare",
    "chargecore.store.delivered.Delivered.upto",
    "chargecore.store.parked.Parked.fill",
    "chargecore.store.parked.Parked.add",
    "chargecore.store.parked.Parked.is_kept",
    "chargecore.store.parked.Parked.load",
    "chargecore.store.progress.Progress.stamp",
    "chargecore.store.progress.Progress.stamped",
    "chargecore.store.progress.Progress.delivered",
    "chargecore.store.progress.Progress.keep_tx_id",
    "chargecore.store.progress.Progress.is_done",
    "chargecore.store.progress.Progress.keep_parked",
    "chargecore.store.progress.Progress._keep_done",
    "chargecore.store.progress.Progress.note_time",
    "chargecore.store.progress.Progress._append",
    "chargecore.store.progress.Progress._kept",
    "chargecore.store.room.Room.make",
    "chargecore.store.room.Room._is_known_full",
    "chargecore.store.room.Room.tidy",
    "chargecore.wire.outbox.Outbox.next_tx_number",
    "chargecore.wire.outbox.Outbox.append",
    "chargecore.wire.outbox.Outbox.find_open",
    "chargecore.wire.outbox.Outbox.load_open",
    "chargecore.wire.outbox.Outbox.tidy",
    "chargecore.wire.outbox.Outbox.has_next",
    "chargecore.wire.outbox.Outbox.load_next",
    "chargecore.wire.outbox.Outbox._is_owed",
    "chargecore.wire.outbox.Outbox._resolve_id",
    "chargecore.store.sessions.Sessions.pass_over",
    "chargecore.wire.outbox.Outbox.first_sample",
    "chargecore.wire.outbox.Outbox.next_sample",
    "chargecore.wire.outbox.Outbox.load_sample",
    "chargecore.wire.outbox.Outbox.set_transaction_id",
    "chargecore.wire.outbox.Outbox.accepted",
    "chargecore.wire.outbox.Outbox.refused",
    "chargecore.wire.outbox.Outbox.dropped",
    "chargecore.wire.outbox.Outbox.lost",
    "chargecore.wire.outbox.Outbox.is_stop_next",
    "chargecore.wire.outbox.Outbox._park",
    "chargecore.wire.outbox.Outbox._finish",
    "chargecore.wire.outbox._is_message",
    "chargecore.wire.outbox._may_use_reserve",
    "chargecore.wire.retry.Retry.clear",
    "chargecore.wire.retry.Retry.dropped",
    "chargecore.wire.retry.Retry.is_due",
    "chargecore.wire.retry.Retry.refused",
)

_BOTH = records.METER_FLAG_SEND | records.METER_FLAG_DATA


class Station:
    """Writes sessions, and lets a server take or refuse them, without a heap."""

    def __init__(self):
        self.ticks = FakeTicks()
        self.clock = Clock(self.ticks.ticks_ms, 1)
        self.config = StationConfig()
        self.config.transaction_message_attempts = 2
        self.flash = RamFlash(6, 1_024)
        self.journal = Journal(self.flash, EventLog(self.clock, 16))
        self.outbox = Outbox(self.journal, self.clock, EventLog(self.clock, 16), self.config)
        self.outbox.start()
        self.record = Record()
        self.tx = 0
        self.samples_seen = 0

    def write(self, kind, connector=1):
        """Append a record of the running session."""
        if kind == records.REC_START:
            self.tx = self.outbox.next_tx_number()
        record = self.record
        record.clear(kind, connector)
        record.stamp(1, self.clock.uptime_s, self.clock.wall_s())
        record.put_u32(records.OFF_TX, self.tx)
        if kind == records.REC_METER:
            record.put_u8(records.METER_FLAGS, _BOTH)
        return self.outbox.append(record.buf)

    def session(self, count):
        """Write a whole session. Return the worst code."""
        worst = self.write(records.REC_START)
        for _ in range(count):
            worst = min(worst, self.write(records.REC_METER))
        return min(worst, self.write(records.REC_STOP))

    def deliver(self):
        """Let the server take the next message. Return False when none is due."""
        outbox = self.outbox
        if not outbox.has_next(self.ticks.at_ms) or outbox.load_next() != OK:
            return False
        if outbox.kind == records.REC_START:
            outbox.set_transaction_id(outbox.tx, outbox.tx)
        elif outbox.kind == records.REC_STOP:
            seq = outbox.first_sample(outbox.tx)
            while seq >= 0:
                outbox.load_sample(seq)
                self.samples_seen += 1
                seq = outbox.next_sample(seq, outbox.tx)
        outbox.accepted()
        return True

    def deliver_all(self):
        """Let the server take everything."""
        while self.deliver():
            pass


class TestHeapOfOutbox(unittest.TestCase):
    def setUp(self):
        self.station = Station()
        self.outbox = self.station.outbox

    def test_sessions_before_and_after_the_time_is_known(self):
        station = self.station
        outbox = self.outbox
        with locked():
            station.write(records.REC_START)
            station.write(records.REC_METER)
        station.clock.set_wall(90_000_000, 0, QUALITY_CSMS)
        with locked():
            station.write(records.REC_METER)
            open_connector = outbox.find_open(0)
            is_known = outbox.load_open(1) == OK
            station.deliver()
            outbox.load_next()
            outbox.lost()
            outbox.load_next()
            outbox.dropped()
            station.deliver_all()
            station.write(records.REC_STOP)
            is_stop_next = outbox.is_stop_next(1, 0)
            station.deliver_all()

        self.assertTrue(is_known and is_stop_next)
        self.assertEqual(open_connector, 1)
        self.assertEqual(station.samples_seen, 2)
        self.assertEqual(outbox.pending, 0)

    def test_refusals_until_the_message_is_parked(self):
        station = self.station
        outbox = self.outbox
        with locked():
            station.session(2)
            for _ in range(8):
                if outbox.has_next(station.ticks.at_ms) and outbox.load_next() == OK:
                    outbox.refused(station.ticks.at_ms)
                station.ticks.at_ms = ticks_add(station.ticks.at_ms, 1_000_000)
            is_listed = outbox.parked_list.load(3) == OK
            while station.session(12) != E_FULL:
                pass

        self.assertEqual(outbox.parked, 4)
        self.assertTrue(is_listed)

    def test_fills_thins_and_tidies(self):
        station = self.station
        worst = OK
        with locked():
            while worst != E_FULL:
                worst = station.session(12)
            pending = self.outbox.pending
            self.outbox.tidy()
            station.deliver_all()
            self.outbox.tidy()

        self.assertTrue(pending > 40)
        self.assertTrue(self.outbox.compactor.thinned > 10)
        self.assertEqual(self.outbox.pending, 0)

    def test_leaves_nothing_behind_over_many_sessions(self):
        station = self.station

        def run_a_session():
            station.session(10)
            station.deliver_all()
            self.outbox.tidy()

        self.assertEqual(growth(run_a_session, 50), 0)


if __name__ == "__main__":
    unittest.main()
