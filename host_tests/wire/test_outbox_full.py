"""Outbox on a full journal: what is thinned, refused, tidied, and how much fits."""

import unittest

from chargecore.base.codes import E_FULL
from chargecore.base.events import EV_OUTBOX_FULL
from chargecore.store import records
from chargecore.store.records import REC_METER, REC_START, REC_STOP, Record
from fakes.outbox_world import OutboxWorld

DATA = records.METER_FLAG_DATA


class TestOutboxFull(unittest.TestCase):
    """75 records fit; 9 of them are kept for stops and answers."""

    def setUp(self):
        self.world = OutboxWorld(block_count=6, block_size=1_024)
        self.outbox = self.world.outbox

    def fill(self):
        """Fill the outbox with sessions that nothing can be left out of."""
        count = 0
        tx = self.world.start()
        while tx > 0:
            self.assertTrue(self.world.stop(tx) > 0)
            count += 1
            tx = self.world.start()
        self.assertEqual(tx, E_FULL)
        return count

    def test_refuses_a_start_before_it_would_have_to_refuse_a_stop(self):
        count = self.fill()

        self.assertTrue(count >= 32)
        self.assertEqual(self.outbox.refused_records, 1)
        self.assertIn(EV_OUTBOX_FULL, self.world.codes())
        self.assertEqual(self.outbox.pending, 2 * count)

    def test_takes_the_end_of_every_session_that_runs_when_it_is_full(self):
        running = [self.world.start(connector) for connector in (13, 14, 15)]
        self.fill()

        for n in range(3):
            self.assertEqual(self.world.sample(running[n], 13 + n), E_FULL)
            end = records.CONTEXT_TRANSACTION_END
            code = self.world.sample(running[n], 13 + n, flags=DATA, context=end)
            self.assertTrue(code > 0)
            self.assertTrue(self.world.stop(running[n], 13 + n) > 0)

    def test_does_not_read_the_whole_journal_again_for_every_refused_sample(self):
        self.fill()
        self.world.flash.reads = 0
        for _ in range(50):
            self.world.sample(0)

        self.assertEqual(self.world.flash.reads, 0)

    def test_takes_starts_again_when_the_server_is_back(self):
        count = self.fill()
        kinds = self.world.deliver_all()

        self.assertEqual(kinds, [REC_START, REC_STOP] * count)
        self.assertTrue(self.world.start() > 0)

    def test_delivers_everything_while_it_stays_full(self):
        count = self.fill()
        for _ in range(3 * count):
            self.world.deliver()
            self.world.deliver()
            tx = self.world.start()
            if tx > 0:
                self.assertTrue(self.world.stop(tx) > 0)

        self.assertEqual(self.outbox.parked, 0)
        self.assertEqual(self.world.flash.overwrites, 0)
        self.assertEqual(self.world.boot(), self.outbox.pending)


class TestOutboxAfterRefusals(unittest.TestCase):
    """Flash has refused for so long that every free block is out of use; no server is there."""

    def setUp(self):
        self.world = OutboxWorld(block_count=6, block_size=1_024)
        self.tx = self.world.start()
        self.world.flash.is_refusing = True
        for _ in range(200):
            self.assertTrue(self.world.stop(self.tx) < 0)
        self.assertTrue(self.world.start() < 0)
        self.world.flash.is_refusing = False

    def test_takes_a_stop_as_soon_as_flash_works_again(self):
        self.assertTrue(self.world.stop(self.tx) > 0)
        self.assertEqual(self.world.deliver_all(), [REC_START, REC_STOP])

    def test_takes_a_start_as_soon_as_flash_works_again(self):
        self.assertTrue(self.world.start(2) > 0)

    def test_holds_as_much_as_before_but_for_the_slots_that_were_lost(self):
        """32 sessions less the 14 slots that stay lost until what shares their block is taken."""
        self.assertTrue(self.world.stop(self.tx) > 0)
        count = 0
        tx = self.world.start()
        while tx > 0:
            count += 1
            self.assertTrue(self.world.stop(tx) > 0)
            tx = self.world.start()

        self.assertTrue(count >= 24)
        self.assertEqual(self.world.journal.blocks.unusable, 0)
        self.assertEqual(self.world.boot(), 2 * count + 2)

    def test_tries_one_erase_for_a_start_that_it_refuses(self):
        self.world.flash.is_refusing = True
        self.world.start()
        self.world.flash.erases = 0
        self.world.flash.reads = 0

        self.assertEqual(self.world.start(), E_FULL)
        self.assertEqual((self.world.flash.erases, self.world.flash.reads), (1, 0))


class TestOutboxTidy(unittest.TestCase):
    def setUp(self):
        self.world = OutboxWorld(block_count=6, block_size=1_024)

    def test_makes_room_while_nobody_charges_so_that_a_session_needs_no_erase(self):
        for _ in range(4):
            tx = self.world.start()
            for _n in range(14):
                self.world.sample(tx)
            self.world.stop(tx)
            self.world.deliver_all()
            for _n in range(10):
                self.world.outbox.tidy()
        self.world.flash.erases = 0

        tx = self.world.start()
        for _ in range(12):
            self.world.sample(tx)
        self.world.stop(tx)

        self.assertEqual(self.world.flash.erases, 0)

    def test_does_nothing_while_there_is_room(self):
        self.world.start()
        self.world.flash.reads = 0
        self.world.outbox.tidy()

        self.assertEqual(self.world.flash.reads, 0)

    def test_tries_only_once_when_everything_is_owed(self):
        for _ in range(30):
            self.world.stop(self.world.start())
        self.world.outbox.tidy()
        self.world.flash.reads = 0
        self.world.outbox.tidy()

        self.assertEqual((self.world.flash.reads, self.world.flash.erases), (0, 0))


class TestOutboxCapacity(unittest.TestCase):
    """64 KiB of flash, no server: the budget of the design is 50 sessions and 12 erases each."""

    def test_keeps_fifty_sessions_with_their_samples_offline(self):
        world = OutboxWorld(block_count=16, block_size=4_096)
        wanted = {}
        sessions = 60
        for n in range(sessions):
            tx = world.start(n % 2 + 1, n)
            self.assertTrue(tx > 0)
            for minute in range(60):  # an hour, a sample a minute, all also for the stop
                world.pass_ms(60_000)
                world.sample(tx, n % 2 + 1, minute, records.METER_FLAG_SEND | DATA)
            self.assertTrue(world.stop(tx, n % 2 + 1, n + 5) > 0)
            wanted[tx] = [REC_START, REC_METER, REC_METER, REC_STOP]
        erases_per_session = world.flash.erases / sessions
        self.assertEqual(world.outbox.refused_records, 0)
        self.assertTrue(erases_per_session <= 12)
        self.assertEqual(world.outbox.pending, world.boot())

        found = {}
        record = Record()
        for seq in world.numbers():
            world.journal.read(seq, record)
            found.setdefault(record.u32(records.OFF_TX), []).append(record.u8(0))
        for tx in wanted:
            kinds = found[tx]
            self.assertTrue(len(kinds) >= 4)
            self.assertEqual((kinds[0], kinds[1], kinds[-2], kinds[-1]), (1, 2, 2, 3))
        kinds = world.deliver_all()
        self.assertEqual(kinds.count(REC_START), sessions)
        self.assertEqual(kinds.count(REC_STOP), sessions)

    def test_wears_all_blocks_alike(self):
        world = OutboxWorld(block_count=8, block_size=1_024)
        for _ in range(200):
            tx = world.start()
            for _n in range(5):
                world.sample(tx)
            world.stop(tx)
            world.deliver_all()

        self.assertTrue(max(world.flash.erases_of) - min(world.flash.erases_of) <= 3)
        self.assertTrue(world.flash.erases / 200 <= 1)


if __name__ == "__main__":
    unittest.main()
