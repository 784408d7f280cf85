"""store with the heap locked: records, journal, sessions, times, samples, settings, files.

What a file costs when FlashFiles opens it is the documented exception: measured, not locked.
"""

import gc
import unittest

from chargecore.base.clock import WALL_UNKNOWN, Clock
from chargecore.base.codes import E_FULL, E_IO, OK
from chargecore.base.event_log import EventLog
from chargecore.store import records
from chargecore.store.boot_times import BOOTS_KEPT, BootTimes
from chargecore.store.flash_files import FlashFiles
from chargecore.store.journal import Journal
from chargecore.store.layout import carry_over
from chargecore.store.open_session import OpenSession
from chargecore.store.records import Record
from chargecore.store.sample_list import SampleList
from chargecore.store.sessions import Sessions
from chargecore.store.setting_rows import RW, T_INT, T_TEXT, WO, SettingRows, pack
from chargecore.store.settings import Settings
from fakes.ram_flash import RamFlash
from fakes.scratch import new_folder
from fakes.storage import FakeStorage
from fakes.ticks import FakeTicks
from heap import growth, locked

COVERS = (
    "chargecore.store.block_head.BlockHead.fill",
    "chargecore.store.block_table.BlockTable.newest",
    "chargecore.store.block_table.BlockTable.newest_room",
    "chargecore.store.block_table.BlockTable.free_count",
    "chargecore.store.block_table.BlockTable.next_free",
    "chargecore.store.block_table.BlockTable.take",
    "chargecore.store.block_table.BlockTable.erased",
    "chargecore.store.block_table.BlockTable.next_unusable",
    "chargecore.store.boot_times.BootTimes.see",
    "chargecore.store.boot_times.BootTimes._see",
    "chargecore.store.boot_times.BootTimes.learn",
    "chargecore.store.boot_times.BootTimes.knows",
    "chargecore.store.boot_times.BootTimes.wall_at",
    "chargecore.store.boot_times.BootTimes.wall_of",
    "chargecore.store.boot_times.BootTimes._find",
    "chargecore.store.boot_times.BootTimes._add",
    "chargecore.store.boot_times.BootTimes._forget",
    "chargecore.store.flash_files.FlashFiles.read",
    "chargecore.store.flash_files.FlashFiles.program",
    "chargecore.store.journal.Journal.append",
    "chargecore.store.journal.Journal.room",
    "chargecore.store.journal.Journal.read",
    "chargecore.store.journal.Journal.read_from",
    "chargecore.store.journal.Journal._find",
    "chargecore.store.journal.Journal._slot_before",
    "chargecore.store.journal.Journal._load",
    "chargecore.store.journal.Journal.load_slot",
    "chargecore.store.journal.Journal.is_closed",
    "chargecore.store.journal.Journal.revive",
    "chargecore.store.journal.Journal._begin_block",
    "chargecore.store.journal.Journal._write_head",
    "chargecore.store.journal.Journal._erase",
    "chargecore.store.layout.carry_over",
    "chargecore.store.layout._from_1",
    "chargecore.store.open_session.OpenSession.load",
    "chargecore.store.open_session.OpenSession._take",
    "chargecore.store.open_session.OpenSession._take_sample",
    "chargecore.store.open_session.OpenSession._take_instant",
    "chargecore.store.records.Record.clear",
    "chargecore.store.records.Record.stamp",
    "chargecore.store.records.Record.seal",
    "chargecore.store.records.Record.is_valid",
    "chargecore.store.records.Record.is_erased",
    "chargecore.store.records.Record.copy_from",
    "chargecore.store.records.Record.u8",
    "chargecore.store.records.Record.put_u8",
    "chargecore.store.records.Record.u16",
    "chargecore.store.records.Record.put_u16",
    "chargecore.store.records.Record.u32",
    "chargecore.store.records.Record.put_u32",
    "chargecore.store.records.Record.i32",
    "chargecore.store.records.Record.put_i32",
    "chargecore.store.records.Record.put_text",
    "chargecore.store.sample_list.SampleList.collect",
    "chargecore.store.sample_list.SampleList.first",
    "chargecore.store.sample_list.SampleList.next",
    "chargecore.store.sample_list.SampleList._walk",
    "chargecore.store.sample_list.SampleList._is_sample",
    "chargecore.store.sample_list.SampleList._is_picked",
    "chargecore.store.sessions.Sessions.note",
    "chargecore.store.sessions.Sessions.started",
    "chargecore.store.sessions.Sessions.answered",
    "chargecore.store.sessions.Sessions.stopped",
    "chargecore.store.sessions.Sessions._has_sent",
    "chargecore.store.sessions.Sessions.is_needed",
    "chargecore.store.settings.Settings.find_row",
    "chargecore.store.settings.Settings.row_of",
    "chargecore.store.settings.Settings.render_name",
    "chargecore.store.settings.Settings.is_readable",
    "chargecore.store.settings.Settings.is_readonly",
    "chargecore.store.settings.Settings.value",
    "chargecore.store.settings.Settings.is_default",
    "chargecore.store.settings.Settings.render_value",
    "chargecore.store.setting_rows.SettingRows.find",
    "chargecore.store.setting_rows.SettingRows.render_name",
    "chargecore.store.setting_rows.SettingRows.kind",
    "chargecore.store.setting_rows.SettingRows.access",
    "chargecore.store.setting_rows.SettingRows.low",
    "chargecore.store.setting_rows.SettingRows.high",
    "chargecore.store.setting_rows.SettingRows.attribute",
    "chargecore.store.setting_rows.SettingRows._byte",
    "chargecore.store.setting_rows.SettingRows._number",
    "chargecore.store.setting_rows.is_same",
)

_WALL_S = 90_000_000


def make_journal(flash):
    clock = Clock(FakeTicks().ticks_ms, 1)
    journal = Journal(flash, EventLog(clock, 16))
    journal.mount()
    return journal


class TestHeapOfRecords(unittest.TestCase):
    def test_record(self):
        record = Record()
        other = Record()
        with locked():
            record.clear(records.REC_START, 2)
            record.stamp(7, 0x3FFFFFFF, -1)
            record.put_u8(53, 200)
            record.put_text(records.START_ID_LEN, b"0123456789012345678901", 22)
            record.put_i32(records.START_RESERVATION_ID, -0x3FFFFFFF)
            record.seal(0x3FFFFFFF)
            is_whole = record.is_valid() and not record.is_erased()
            other.copy_from(record)
            is_same = (
                other.u8(53) == 200
                and other.u16(records.OFF_BOOT) == 7
                and other.u32(records.OFF_UPTIME_S) == 0x3FFFFFFF
                and other.i32(records.START_RESERVATION_ID) == -0x3FFFFFFF
                and other.i32(records.OFF_WALL_S) == WALL_UNKNOWN
            )

        self.assertTrue(is_whole and is_same)

    def test_records_of_an_older_layout(self):
        record = Record()
        carried = 0
        with locked():
            for kind in range(records.REC_START, records.REC_BOOT_TIME + 1):
                record.clear(kind, 1)
                record.put_u8(28, 3)  # of layout 1: parked, refused
                carry_over(record, 1)
                carried += record.u8(records.OFF_KIND) == records.REC_PARKED

        self.assertEqual(carried, 2)

    def test_sessions(self):
        sessions = Sessions()
        record = Record()
        needed = 0
        with locked():
            for n in range(1, 60):
                for kind in range(records.REC_START, records.REC_BOOT_TIME + 1):
                    record.clear(kind, n % 4)
                    record.put_u32(records.OFF_TX, n)
                    record.put_u8(records.TX_ID_FLAGS, records.TX_ID_FLAG_KNOWN)
                    sessions.note(record, n, n % 2 == 0)
                    needed += sessions.is_needed(record, n, n)

        self.assertTrue(needed > 10)

    def test_boot_times_also_when_the_table_is_full(self):
        boots = BootTimes()
        record = Record()
        with locked():
            for boot in range(1, 2 * BOOTS_KEPT):
                record.clear(records.REC_METER, 1)
                record.stamp(boot, 100, WALL_UNKNOWN)
                boots.see(record)
            boots.learn(2 * BOOTS_KEPT, _WALL_S)
            is_known = boots.knows(2 * BOOTS_KEPT)
            wall_s = boots.wall_of(record)

        self.assertTrue(is_known)
        self.assertEqual(wall_s, _WALL_S - 1)


class TestHeapOfJournal(unittest.TestCase):
    def setUp(self):
        self.flash = RamFlash(5, 512)
        self.journal = make_journal(self.flash)
        self.record = Record()
        self.tx = 0

    def append(self, kind=records.REC_METER):
        record = self.record
        record.clear(kind, 1)
        record.put_u32(records.OFF_TX, self.tx)
        record.put_u8(records.METER_FLAGS, records.METER_FLAG_DATA)
        return self.journal.append(record.buf)

    def test_appends_and_reads_until_it_is_full(self):
        count = 0
        with locked():
            while self.append() > 0:
                count += 1
            is_full = self.append() == E_FULL and not self.journal.room()
            found = 0
            seq = self.journal.read_from(1, self.record)
            while seq >= 0:
                found += 1
                seq = self.journal.read_from(seq + 1, self.record)
            is_there = self.journal.read(3, self.record) == OK
            is_closed = self.journal.is_closed(0)
            is_loaded = self.journal.load_slot(0, 1, self.record)

        self.assertEqual((count, found), (28, 28))
        self.assertTrue(is_full and is_there and is_closed and is_loaded)

    def test_appends_to_flash_that_refuses(self):
        self.flash.is_refusing = True
        with locked():
            code = self.append()

        self.assertEqual(code, E_IO)

    def test_erases_once_more_what_flash_refused(self):
        with locked():
            while self.append() > 0:
                pass
            self.flash.is_refusing = True
            self.journal.drop(0)
            still_refused = self.journal.revive()
            self.flash.is_refusing = False
            is_revived = self.journal.revive()

        self.assertFalse(still_refused)
        self.assertTrue(is_revived)

    def test_samples_of_a_stop(self):
        samples = SampleList(self.journal)
        self.tx = 4
        count = 0
        with locked():
            for _ in range(20):
                self.append()
            samples.collect(4, 1, 100, 7)
            seq = samples.first(4)
            while seq >= 0:
                count += 1
                seq = samples.next(seq)

        self.assertEqual(count, 7)

    def test_what_is_known_of_an_open_session(self):
        known = OpenSession(self.journal, BootTimes())
        self.tx = 4
        with locked():
            self.append(records.REC_START)
            self.append()
            self.tx = 5
            self.append()
            is_found = known.load(4)

        self.assertTrue(is_found)


class TestHeapOfFiles(unittest.TestCase):
    def setUp(self):
        self.flash = FlashFiles(new_folder(self), 1_024, 3)
        self.addCleanup(self.flash.close)
        self.buf = bytearray(64)

    def test_reads_and_programs_a_block_that_is_open(self):
        self.flash.program(0, 0, self.buf)
        self.flash.program(1, 0, self.buf)
        self.flash.read(0, 0, self.buf)
        code = OK
        with locked():
            for slot in range(1, 16):
                code += self.flash.program(1, slot * 64, self.buf)
                code += self.flash.read(1, slot * 64, self.buf)
                code += self.flash.read(0, slot * 64, self.buf)

        self.assertEqual(code, OK)

    def test_leaves_nothing_behind_when_the_block_changes(self):
        """A file is opened then: the collector gets it back, and the heap stays where it was."""
        self.assertEqual(growth(self.change_blocks, 20), 0)

    def change_blocks(self):
        for block in range(3):
            self.flash.program(block, 0, self.buf)
            self.flash.read((block + 1) % 3, 0, self.buf)
        gc.collect()


class Target:
    """What settings act on."""

    def __init__(self):
        self.period_s = 0
        self.name = b""
        self.secret = b""
        self.frozen = ()

    def set_text(self, attribute, value):
        setattr(self, attribute, value)
        return OK


class Words:
    """A writer that only counts."""

    def __init__(self):
        self.count = 0
        self.names = 0

    def text_range(self, buf, start, end):
        self.names += 1

    def text(self, value):
        self.count += 1

    def int_text(self, number):
        self.count += 1


class TestHeapOfSettings(unittest.TestCase):
    def test_settings_are_found_and_rendered(self):
        table = (
            (b"Period", T_INT, 1, 100, RW, 10, "period_s"),
            (b"Name", T_TEXT, 0, 8, RW, b"abc", "name"),
            (b"Secret", T_TEXT, 0, 8, WO, b"x", "secret"),
        )
        clock = Clock(FakeTicks().ticks_ms, 1)
        rows = SettingRows(pack(table))
        settings = Settings(rows, Target(), FakeStorage(), EventLog(clock, 8))
        words = Words()
        readable = 0
        with locked():
            row = settings.find_row(b"..nAmE", 2, 6)
            none = settings.find_row(b"..nAmF", 2, 6)
            same = settings.row_of(b"Name")
            for i in range(3):
                readable += settings.is_readable(i) and not settings.is_readonly(i)
                settings.render_value(words, i)
                settings.render_name(words, i)
            low = rows.low(0)
            high = rows.high(0)
            is_default = settings.is_default(0)
            value = settings.value(0)

        self.assertEqual((row, same, readable, value), (1, 1, 2, 10))
        self.assertTrue(none < 0 and is_default)
        self.assertTrue(words.count >= 2)
        self.assertEqual((words.names, low, high), (3, 1, 100))


class TestGrowthOfJournal(unittest.TestCase):
    def test_leaves_nothing_behind_over_many_blocks(self):
        journal = make_journal(RamFlash(4, 512))
        record = Record()

        def fill_and_drop():
            record.clear(records.REC_METER, 1)
            journal.append(record.buf)
            if not journal.room():
                journal.drop(0)

        self.assertEqual(growth(fill_and_drop, 200), 0)
