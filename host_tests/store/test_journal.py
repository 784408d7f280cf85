"""Journal: records by number, block by block, on flash that may refuse."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.codes import E_EMPTY, E_FULL, E_IO, E_MISSING, OK
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_FLASH_ERROR, EV_RECORD_BROKEN
from chargecore.store.journal import Journal
from chargecore.store.records import OFF_REGISTER_WH, OFF_SEQ, REC_METER, Record
from fakes.clock import FakeClock
from fakes.flash import FakeFlash

SLOTS = 4  # a header and three records in a block of 256 bytes


class JournalCase(unittest.TestCase):
    def setUp(self):
        self.flash = FakeFlash(5, SLOTS * 64)
        self.record = Record()
        self.mount()

    def mount(self):
        clock = Clock(FakeClock().ticks_ms, 1)
        self.events = EventLog(clock, 16)
        self.journal = Journal(self.flash, self.events)
        self.journal.mount()

    def append(self, value=0):
        self.record.clear(REC_METER, 1)
        self.record.put_u32(OFF_REGISTER_WH, value)
        return self.journal.append(self.record.buf)

    def fill(self, count):
        return [self.append(value) for value in range(count)]

    def numbers(self):
        found = []
        seq = self.journal.read_from(1, self.record)
        while seq >= 0:
            found.append(seq)
            seq = self.journal.read_from(seq + 1, self.record)
        return found


class TestJournal(JournalCase):
    def test_is_empty_when_new(self):
        self.assertEqual(self.journal.next_seq, 1)
        self.assertEqual(self.journal.read_from(1, self.record), E_EMPTY)
        self.assertEqual(self.journal.room(), 4 * 3)
        self.assertEqual(self.journal.room(), self.journal.record_room)
        self.assertEqual(self.flash.erases, 0)

    def test_numbers_records_from_one_up(self):
        self.assertEqual(self.fill(5), [1, 2, 3, 4, 5])
        self.assertEqual(self.record.u32(OFF_SEQ), 5)
        self.assertTrue(self.record.is_valid())

    def test_returns_a_record_as_it_was_appended(self):
        self.fill(7)

        for seq in (7, 1, 4, 3, 2, 6, 5):
            self.assertEqual(self.journal.read(seq, self.record), OK)
            self.assertEqual(self.record.u32(OFF_REGISTER_WH), seq - 1)
        self.assertEqual(self.journal.read(8, self.record), E_MISSING)

    def test_finds_everything_again_after_a_boot(self):
        self.fill(8)
        self.mount()

        self.assertEqual(self.numbers(), [1, 2, 3, 4, 5, 6, 7, 8])
        self.assertEqual(self.append(), 9)
        self.assertEqual(self.events.total, 0)

    def test_says_how_many_records_fit(self):
        rooms = []
        for _ in range(12):
            rooms.append(self.journal.room())
            self.append()

        self.assertEqual(rooms, [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
        self.assertEqual(self.journal.room(), 0)

    def test_refuses_when_all_but_the_spare_block_are_full(self):
        self.fill(12)

        self.assertEqual(self.append(), E_FULL)
        self.assertEqual(self.numbers(), list(range(1, 13)))

    def test_takes_records_again_when_a_block_was_dropped(self):
        self.fill(12)
        self.journal.drop(0)

        self.assertEqual(self.append(), 13)
        self.assertEqual(self.numbers(), list(range(4, 14)))

    def test_uses_all_blocks_in_turn_so_that_they_wear_alike(self):
        for _ in range(40):
            self.fill(3)
            if self.journal.blocks.order_count > 1:
                self.journal.drop(0)

        self.assertTrue(max(self.flash.erases_of) - min(self.flash.erases_of) <= 1)
        self.assertEqual(self.flash.overwrites, 0)

    def test_keeps_the_highest_mark_over_a_boot(self):
        self.fill(3)
        self.journal.mark = 2
        self.fill(1)
        self.mount()

        self.assertEqual(self.journal.mark, 2)

    def test_reads_each_record_of_a_walk_only_once(self):
        self.fill(9)
        self.flash.reads = 0

        self.numbers()

        self.assertTrue(self.flash.reads <= 9 + 2 * 3)

    def test_reads_every_slot_once_when_it_mounts(self):
        self.fill(12)
        self.flash.reads = 0
        self.mount()

        self.assertEqual(self.flash.reads, 5 * SLOTS + 1)  # the header of the blank block twice


class TestJournalAfterACut(JournalCase):
    def test_skips_a_record_that_was_cut_and_says_so(self):
        self.fill(2)
        self.flash.blocks[0][2 * 64 + 20] ^= 0x55
        self.mount()

        self.assertEqual(self.numbers(), [1])
        self.assertEqual(self.journal.broken, 1)
        self.assertEqual(self.events.field(0, 0), EV_RECORD_BROKEN)

    def test_never_writes_over_a_slot_that_was_cut(self):
        self.fill(1)
        self.flash.blocks[0][2 * 64] = 0x12
        self.mount()

        self.assertEqual(self.append(7), 2)
        self.assertEqual(self.flash.overwrites, 0)
        self.assertEqual(self.journal.room(), 9)

    def test_erases_a_block_whose_header_was_cut(self):
        self.fill(3)
        for i in range(30):
            self.flash.blocks[1][i] = 0x12
        self.mount()

        self.assertEqual(self.flash.erases_of, [0, 1, 0, 0, 0])
        self.assertEqual(self.append(), 4)

    def test_leaves_a_block_alone_that_cannot_be_read(self):
        self.fill(3)
        self.flash.is_unreadable = True
        self.mount()

        self.assertEqual(self.flash.erases, 0)
        self.assertEqual(self.append(), E_FULL)
        self.flash.is_unreadable = False
        self.mount()
        self.assertEqual(self.numbers(), [1, 2, 3])


class TestJournalMerge(JournalCase):
    def merge_odd(self, order_idx):
        """Merge, keeping odd numbers only."""

        def is_wanted(block, slot):
            return self.journal.load_slot(block, slot, self.record) and (
                self.record.u32(OFF_SEQ) % 2 == 1
            )

        return self.journal.merge(order_idx, is_wanted)

    def test_keeps_what_is_wanted_of_two_blocks(self):
        self.fill(9)

        self.assertEqual(self.merge_odd(0), OK)
        self.assertEqual(self.numbers(), [1, 3, 5, 7, 8, 9])
        self.assertEqual(self.flash.erases, 2)
        self.mount()
        self.assertEqual(self.numbers(), [1, 3, 5, 7, 8, 9])
        self.assertEqual(self.append(), 10)

    def test_goes_on_numbering_when_the_newest_records_were_left_out(self):
        self.fill(6)
        self.assertEqual(self.merge_odd(0), OK)
        self.mount()

        self.assertEqual(self.append(), 7)
        self.assertEqual(self.numbers(), [1, 3, 5, 7])

    def test_gives_the_old_blocks_back_when_the_cut_came_before_their_erase(self):
        self.fill(9)
        before = [bytes(block) for block in self.flash.blocks]
        self.merge_odd(0)
        for block in (0, 1):
            self.flash.blocks[block][:] = before[block]
        self.mount()

        self.assertEqual(self.numbers(), [1, 3, 5, 7, 8, 9])
        self.assertEqual(self.flash.erases_of[:3], [2, 2, 0])

    def test_ignores_a_copy_without_header(self):
        self.fill(9)
        target = 3
        self.flash.blocks[target][64:128] = self.flash.blocks[0][64:128]
        self.mount()

        self.assertEqual(self.numbers(), list(range(1, 10)))
        self.assertEqual(self.flash.erases_of[target], 1)

    def test_leaves_both_blocks_as_they_are_when_flash_refuses(self):
        self.fill(9)
        self.flash.is_refusing = True

        self.assertEqual(self.merge_odd(0), E_IO)
        self.assertEqual(self.numbers(), list(range(1, 10)))

    def test_leaves_both_blocks_as_they_are_when_a_wanted_record_cannot_be_read(self):
        self.fill(9)
        self.flash.is_unreadable = True

        self.assertEqual(self.journal.merge(0, lambda block, slot: slot < 3), E_IO)
        self.flash.is_unreadable = False
        self.assertEqual(self.numbers(), list(range(1, 10)))


class TestJournalOnBadFlash(JournalCase):
    def test_tells_when_flash_refuses_a_record(self):
        self.fill(1)
        self.flash.is_refusing = True

        self.assertEqual(self.append(), E_IO)
        self.assertEqual(self.events.field(0, 0), EV_FLASH_ERROR)
        self.flash.is_refusing = False
        self.assertEqual(self.append(), 3)
        self.assertEqual(self.numbers(), [1, 3])

    def test_makes_a_refused_record_invalid_when_flash_wrote_it_all_the_same(self):
        self.fill(1)
        program = self.flash.program

        def write_and_refuse(block, offset, buf, flush=True):
            program(block, offset, buf, flush)
            return E_IO

        self.flash.program = write_and_refuse

        self.assertEqual(self.append(), E_IO)
        self.assertEqual(self.numbers(), [1])

    def test_takes_the_next_block_when_one_is_bad(self):
        self.flash.refused_blocks.append(0)

        self.assertEqual(self.append(), E_IO)
        self.assertEqual(self.append(), 1)
        self.assertEqual(self.journal.room(), 3 * 3 - 1)

    def test_counts_no_room_in_blocks_that_cannot_be_erased(self):
        self.fill(12)
        self.flash.refused_blocks.append(0)
        self.journal.drop(0)

        self.assertEqual(self.journal.room(), 0)
        self.assertEqual(self.append(), E_FULL)

    def test_takes_a_block_again_that_could_not_be_erased_before(self):
        self.fill(12)
        self.flash.refused_blocks.append(0)
        self.journal.drop(0)

        self.assertFalse(self.journal.revive())
        self.flash.refused_blocks.clear()
        self.assertTrue(self.journal.revive())
        self.assertFalse(self.journal.revive())
        self.assertEqual(self.append(), 13)

    def test_is_not_kept_by_a_bad_block_from_taking_the_others_again(self):
        self.fill(12)
        self.flash.is_refusing = True
        for _ in range(3):
            self.journal.drop(0)
        self.flash.is_refusing = False
        self.flash.refused_blocks.append(0)

        self.assertEqual([self.journal.revive() for _ in range(4)].count(True), 2)
        self.assertEqual(self.flash.erases_of[3:], [0, 0])
        self.assertEqual(self.journal.room(), 2 * 3)

    def test_leaves_blocks_alone_whose_records_it_could_not_read(self):
        self.fill(12)
        self.flash.is_unreadable = True
        self.mount()
        self.flash.is_unreadable = False

        self.assertFalse(self.journal.revive())
        self.assertEqual(self.flash.erases, 0)


if __name__ == "__main__":
    unittest.main()
