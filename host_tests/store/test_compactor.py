"""Compactor: what it gives back, what it thins, what it never touches."""

import unittest

from chargecore.base.codes import E_FULL, E_IO, OK
from chargecore.base.events import EV_SAMPLES_THINNED
from chargecore.store import records
from fakes.outbox_world import OutboxWorld

BOTH = records.METER_FLAG_SEND | records.METER_FLAG_DATA
SEND = records.METER_FLAG_SEND


class TestCompactor(unittest.TestCase):
    """Blocks of 15 records, 6 of them."""

    def setUp(self):
        self.world = OutboxWorld(block_count=6, block_size=1_024)

    @property
    def compactor(self):
        return self.world.outbox.compactor

    def make_room(self, may_thin=True):
        """Call it as if everything before the next owed message were delivered."""
        return self.compactor.make_room(self.world.outbox._progress.done_seq, may_thin)

    def session(self, count, connector=1, flags=SEND):
        """Return the numbers of a session: start, its samples, stop."""
        first = self.world.journal.next_seq
        tx = self.world.start(connector)
        for _ in range(count):
            self.world.sample(tx, connector, flags=flags)
        self.world.stop(tx, connector)
        return list(range(first, self.world.journal.next_seq))

    def test_gives_a_block_back_when_everything_in_it_is_delivered(self):
        self.session(20)
        self.session(20)
        self.world.deliver_all()
        before = self.world.journal.room()

        self.assertEqual(self.make_room(), OK)
        self.assertEqual(self.world.journal.room(), before + 15)
        self.assertEqual(self.world.flash.erases, 1)
        self.assertEqual(self.compactor.thinned, 0)

    def test_never_gives_the_newest_block_back_since_it_knows_what_is_delivered(self):
        for _ in range(5):
            self.world.sample(0)
        blocks = self.world.journal.blocks
        while blocks.newest_room() or blocks.order_count < 2 or self.world.outbox.pending:
            self.world.sample(0)
            self.world.deliver()
            if not self.world.outbox.pending:
                continue
            self.world.deliver()
        done_seq = self.world.outbox._progress.done_seq
        self.world.journal.mark = done_seq

        while self.make_room() == OK:
            pass

        self.world.boot()
        self.assertTrue(self.world.outbox._progress.done_seq >= done_seq - 7)
        self.assertTrue(self.world.journal.next_seq > done_seq)

    def test_merges_two_half_needed_blocks_before_it_thins(self):
        tx = self.world.start(2)
        self.world.sample(tx, 2)
        self.session(11)
        self.session(20)
        for _ in range(2 + 13 + 5):
            self.world.deliver()
        self.world.flash.erases = 0

        self.assertEqual(self.make_room(), OK)
        self.assertEqual(self.compactor.thinned, 0)

    def test_refuses_when_it_may_not_thin_and_all_is_owed(self):
        self.session(40)

        self.assertEqual(self.make_room(may_thin=False), E_FULL)
        self.assertEqual(self.world.flash.erases, 0)

    def test_leaves_out_samples_of_the_middle_and_counts_them(self):
        numbers = self.session(40)

        self.assertEqual(self.make_room(), OK)

        found = self.world.numbers()
        self.assertEqual(found[0], numbers[0])
        self.assertEqual(found[1], numbers[1])
        self.assertEqual(found[-2:], numbers[-2:])
        self.assertEqual(len(numbers) - len(found), 15)
        self.assertEqual(self.compactor.thinned, 15)
        self.assertIn(EV_SAMPLES_THINNED, self.world.codes())

    def test_spreads_what_it_leaves_out(self):
        self.session(40)
        self.make_room()

        found = self.world.numbers()
        gaps = [found[i + 1] - found[i] for i in range(14)]
        self.assertEqual(max(gaps[2:]), 3)

    def test_thins_the_oldest_session_first(self):
        first = self.session(28)
        second = self.session(28)
        self.make_room()

        found = self.world.numbers()
        self.assertEqual([seq for seq in second if seq not in found], [])
        self.assertEqual(len([seq for seq in first if seq not in found]), 15)

    def test_owes_less_when_samples_are_left_out(self):
        self.session(40)
        self.make_room()

        self.assertEqual(self.world.outbox.pending, 42 - 15)
        kinds = self.world.deliver_all()
        self.assertEqual(len(kinds), 42 - 15)
        self.assertEqual(self.world.outbox.pending, 0)

    def test_owes_the_same_when_the_samples_were_sent_and_only_wait_for_the_stop(self):
        tx = self.world.start()
        for _ in range(40):
            self.world.sample(tx, flags=BOTH)
        self.world.deliver_all()
        self.assertEqual(self.world.outbox.pending, 0)

        self.assertEqual(self.make_room(), OK)

        self.assertTrue(self.compactor.thinned > 0)
        self.assertEqual(self.world.outbox.pending, 0)

    def test_never_touches_starts_stops_and_the_ends_of_sessions(self):
        kept = []
        for n in range(5):
            numbers = self.session(10, n % 3 + 1)
            kept += numbers[:2] + numbers[-2:]
        while self.make_room() == OK:
            pass

        found = self.world.numbers()
        self.assertEqual([seq for seq in kept if seq not in found], [])

    def test_takes_samples_of_no_session_before_it_is_full(self):
        for _ in range(40):
            self.world.sample(0)

        self.assertEqual(self.make_room(), OK)
        self.assertEqual(self.compactor.thinned, 15)

    def test_leaves_the_samples_of_the_message_in_flight_alone(self):
        tx = self.world.start()
        for _ in range(40):
            self.world.sample(tx, flags=records.METER_FLAG_DATA)
        self.world.stop(tx)
        self.world.deliver()
        self.assertEqual(self.world.next_kind(), records.REC_STOP)

        self.assertEqual(self.make_room(), E_FULL)

    def test_counts_nothing_when_flash_refuses(self):
        self.session(40)
        self.world.flash.is_refusing = True

        self.assertEqual(self.make_room(), E_IO)
        self.assertEqual(self.compactor.thinned, 0)
        self.assertEqual(self.world.outbox.pending, 42)
        self.assertEqual(len(self.world.numbers()), 42)

    def test_keeps_the_time_of_a_boot_with_the_samples_that_lack_it(self):
        self.world.boot(is_time_known=False)
        tx = self.world.start()
        self.world.sample(tx, flags=records.METER_FLAG_DATA)
        self.world.clock.set_wall(95_000_000, 0, 1)
        for _ in range(24):
            self.world.sample(tx)
        self.world.boot()  # so that the answer to the start is of another boot
        self.world.deliver_all()
        self.assertEqual(self.make_room(may_thin=False), OK)
        self.world.boot(is_time_known=False)

        self.world.stop(tx)
        while self.world.next_kind() != records.REC_STOP:
            self.world.deliver()
        seq = self.world.outbox.first_sample(tx)
        self.assertEqual(self.world.outbox.load_sample(seq), OK)
        self.assertEqual(self.world.outbox.sample_wall_s, 95_000_000)


if __name__ == "__main__":
    unittest.main()
