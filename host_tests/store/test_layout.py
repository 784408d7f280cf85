"""Layouts of the journal: an older one is carried over, a newer one is left alone."""

import unittest

from chargecore.base.codes import E_FULL, E_MISSING, OK
from chargecore.base.events import EV_JOURNAL_NEWER, EV_JOURNAL_OLDER
from chargecore.store import records
from chargecore.store.layout import LAYOUT, carry_over
from chargecore.store.parked import WHY_UNKNOWN
from chargecore.store.records import Record
from fakes.journal_image import (
    expected_of_layout_1,
    flash_of_layout_1,
    layout_of,
    set_layout,
    used_blocks,
)
from fakes.outbox_world import OutboxWorld

BOTH = records.METER_FLAG_SEND | records.METER_FLAG_DATA
NEWER = LAYOUT + 1


def message(outbox):
    """Return all that the server gets to see of the loaded message."""
    record = outbox.record
    row = {
        "kind": outbox.kind,
        "seq": outbox.seq,
        "connector": outbox.connector,
        "tx": outbox.tx,
        "wall_s": outbox.wall_s,
        "register_wh": record.u32(records.OFF_REGISTER_WH),
        "payload": "".join(["%02x" % value for value in record.buf[24:54]]),
        "transaction_id": outbox.transaction_id,
    }
    samples = []
    if outbox.kind == records.REC_STOP:
        seq = outbox.first_sample(outbox.tx)
        while seq >= 0 and outbox.load_sample(seq) == OK:
            samples.append(seq)
            seq = outbox.next_sample(seq, outbox.tx)
    row["samples"] = samples
    return row


def deliver_all(world):
    """Return what the server gets to see of everything owed."""
    seen = []
    while world.next_kind():
        seen.append(message(world.outbox))
        world.deliver()
    return seen


class TestLayout1(unittest.TestCase):
    """The image has been booted and delivered by the build that wrote it: same result here."""

    def setUp(self):
        self.flash = flash_of_layout_1()
        self.expected = expected_of_layout_1()
        self.world = self.booted()

    def booted(self):
        world = OutboxWorld(flash=self.flash)
        world.boots = 3  # as many as before, so that the next one is a new boot
        world.boot()
        return world

    def test_finds_what_the_older_build_found(self):
        outbox = self.world.outbox

        self.assertEqual(outbox.pending, self.expected["pending"])
        self.assertEqual(outbox.parked, self.expected["parked"])
        self.assertEqual(outbox.find_open(0), self.expected["open"])
        self.assertEqual(outbox.next_tx_number(), self.expected["next_tx"])
        self.assertEqual(self.world.journal.next_seq, self.expected["next_seq"])
        self.assertEqual(self.world.journal.broken, self.expected["broken"])
        self.assertIn(EV_JOURNAL_OLDER, self.world.codes())

    def test_delivers_what_the_older_build_owed_with_ids_times_and_samples(self):
        self.assertEqual(deliver_all(self.world), self.expected["messages"])
        self.assertEqual(self.world.outbox.pending, 0)

    def test_writes_nothing_before_there_is_something_to_write(self):
        self.assertEqual((self.flash.programs, self.flash.erases), (0, 0))

    def test_writes_no_record_into_a_block_of_the_older_layout(self):
        before = [bytes(block) for block in self.flash.blocks]

        self.world.stop(self.world.start(2), 2)

        for block in used_blocks(self.flash):
            if layout_of(self.flash, block) == 1:
                self.assertEqual(bytes(self.flash.blocks[block]), before[block])
        self.assertIn(LAYOUT, [layout_of(self.flash, block) for block in range(6)])

    def test_says_of_what_an_older_build_parked_all_that_is_known(self):
        parked = self.world.outbox.parked_list

        self.assertEqual(parked.list_len, 2)
        self.assertEqual(parked.load(0), OK)
        record = parked.record
        self.assertEqual(record.u8(records.PARKED_KIND), records.PARKED_KIND_UNKNOWN)
        self.assertEqual(record.u8(records.PARKED_WHY), WHY_UNKNOWN)
        self.assertEqual(record.i32(records.PARKED_WALL_S), -1)
        self.assertEqual(parked.load(1), OK)
        self.assertEqual(record.u8(records.PARKED_KIND), records.REC_START)
        self.assertTrue(record.u32(records.PARKED_SEQ) > 0)
        self.assertTrue(record.is_valid())
        self.assertEqual(parked.load(2), E_MISSING)

    def test_copies_what_is_still_needed_into_blocks_of_today(self):
        deliver_all(self.world)
        while not self.world.outbox.compactor.thinned:
            tx = self.world.start(2)
            for _ in range(6):
                self.world.sample(tx, 2, flags=BOTH)
            self.world.stop(tx, 2)

        self.assertFalse(1 in [layout_of(self.flash, block) for block in range(6)])
        again = self.booted()
        self.assertEqual(again.outbox.find_open(0), self.expected["open"])
        self.assertEqual(again.outbox.load_open(self.expected["open"]), OK)
        self.assertEqual(again.outbox.open.tx, self.expected["next_tx"] - 1)
        self.assertEqual(again.outbox.open.start.u32(records.OFF_REGISTER_WH), 600)
        self.assertEqual(again.outbox.parked, 2)
        self.assertEqual(again.journal.broken, 0)
        self.assertFalse(EV_JOURNAL_OLDER in again.codes())


class TestCarryOver(unittest.TestCase):
    def test_changes_no_record_that_means_the_same_today(self):
        for kind in (1, 2, 3, 4, 5, 6):
            with self.subTest(kind=kind):
                record = Record()
                record.clear(kind, 3)
                for at in range(8, 62):
                    record.put_u8(at, at * 7 & 0xFF)
                record.put_u8(28, 0)
                record.seal(77)
                before = bytes(record.buf)

                carry_over(record, 1)

                self.assertEqual(bytes(record.buf), before)


class TestNewerLayout(unittest.TestCase):
    """Two blocks get the header of a build that does not exist yet."""

    def setUp(self):
        self.world = OutboxWorld(block_count=8, block_size=1_024)
        self.flash = self.world.flash
        self.open_tx = self.world.start(3)
        self.session(1, 12)
        deliver_all(self.world)
        self.fill_block()
        self.lost = self.world.journal.next_seq
        self.owed = self.session(2, 28)
        self.newer = [
            block
            for block in used_blocks(self.flash)
            if block != self.world.journal.blocks.order[0]
        ]
        for block in self.newer:
            set_layout(self.flash, block, NEWER)
        self.before = [bytes(self.flash.blocks[block]) for block in self.newer]
        self.highest_seq = self.world.journal.next_seq - 1
        self.world.boot()

    def fill_block(self):
        while self.world.journal.blocks.newest_room():
            self.world.sample(0)
            self.world.deliver()

    def session(self, connector, samples):
        first = self.world.journal.next_seq
        tx = self.world.start(connector)
        for _ in range(samples):
            self.world.sample(tx, connector)
        self.world.stop(tx, connector)
        return list(range(first, self.world.journal.next_seq))

    def return_of_the_newer_build(self):
        """Give the layouts lower numbers, so that NEWER is today's."""
        for block in used_blocks(self.flash):
            set_layout(self.flash, block, layout_of(self.flash, block) - 1)
        self.world.boot()

    def test_says_how_many_blocks_it_leaves_alone(self):
        self.assertEqual(self.world.journal.newer, len(self.newer))
        self.assertIn(EV_JOURNAL_NEWER, self.world.codes())
        self.assertEqual(self.world.outbox.pending, 0)

    def test_goes_on_in_the_blocks_that_are_left_and_never_touches_the_others(self):
        for n in range(30):
            self.session(n % 3 + 1, 8)
            self.assertEqual(len(deliver_all(self.world)), 10)
            self.world.outbox.tidy()
            if n % 7 == 0:
                self.world.boot()

        self.assertEqual([bytes(self.flash.blocks[block]) for block in self.newer], self.before)
        self.assertEqual([self.flash.erases_of[block] for block in self.newer], [0, 0, 0])
        self.assertTrue(self.flash.erases > 3)

    def test_uses_no_number_again_that_may_be_in_them(self):
        tx = self.world.start()

        self.assertTrue(self.world.journal.next_seq > self.highest_seq + 1)
        self.assertTrue(tx > 2)

    def test_refuses_new_sessions_when_no_block_is_left(self):
        for block in range(8):
            self.flash.blocks[block][:] = self.flash.blocks[self.newer[0]]
        self.world.boot()

        self.assertEqual(self.world.start(), E_FULL)
        self.assertEqual(self.flash.erases, 0)

    def test_delivers_what_waited_in_them_once_the_newer_build_is_back(self):
        later = self.session(1, 3)
        self.assertEqual([row["seq"] for row in deliver_all(self.world)], later)

        self.return_of_the_newer_build()

        self.assertEqual(self.world.journal.newer, 0)
        self.assertEqual(self.world.outbox.pending, len(self.owed))
        self.assertEqual([row["seq"] for row in deliver_all(self.world)], self.owed)
        self.world.boot()
        self.assertEqual(self.world.outbox.pending, 0)

    def test_knows_the_ids_of_both_when_the_newer_build_is_back(self):
        tx = self.world.start(2)
        self.world.deliver(555)
        self.world.sample(tx, 2)

        self.return_of_the_newer_build()
        self.world.stop(tx, 2)
        rows = deliver_all(self.world)

        ids = [row["transaction_id"] for row in rows if row["kind"] == records.REC_STOP]
        self.assertEqual(ids, [3_000, 555])
        self.assertEqual([row["tx"] for row in rows[-2:]], [tx, tx])

    def test_copies_nothing_across_the_blocks_it_leaves_alone(self):
        """A merged block stands for a range of numbers; theirs would lie inside."""
        while not self.world.outbox.compactor.thinned:
            self.session(1, 10)
        self.world.stop(self.open_tx, 3)
        self.return_of_the_newer_build()

        seen = [row["seq"] for row in deliver_all(self.world)]
        self.assertEqual(seen, sorted(seen))
        self.assertEqual([seq for seq in self.owed if seq not in seen], [])

    def test_sends_nothing_again_when_it_makes_room_before_all_is_delivered(self):
        """What the older build delivered must not be owed once more in a copy."""
        first = self.world.journal.next_seq
        tx = self.world.start(2)
        for _ in range(20):
            self.world.sample(tx, 2, flags=BOTH)
        self.world.deliver_all()
        self.return_of_the_newer_build()
        while self.world.start(1) > 0:
            self.world.stop(self.world.outbox.sessions.open_tx[1], 1)
        self.world.stop(tx, 2)

        seen = [row["seq"] for row in deliver_all(self.world)]
        # The last 7 samples may come twice, as after any boot.
        self.assertEqual([seq for seq in range(first, first + 14) if seq in seen], [])
        edges = self.owed[:2] + self.owed[-2:]  # the rest may be thinned out
        self.assertEqual([seq for seq in edges if seq not in seen], [])


if __name__ == "__main__":
    unittest.main()
