"""SampleList: the samples of a transactionData."""

import unittest

from chargecore.base.codes import E_EMPTY
from chargecore.store import records
from chargecore.store.sample_list import SAMPLES_MAX, SampleList
from fakes.outbox_world import OutboxWorld

DATA = records.METER_FLAG_DATA
SEND = records.METER_FLAG_SEND


class TestSampleList(unittest.TestCase):
    def setUp(self):
        self.world = OutboxWorld()
        self.samples = SampleList(self.world.journal)
        self.tx = self.world.start()

    def collected(self, limit=60, first_seq=1):
        end_seq = self.world.journal.next_seq
        self.samples.collect(self.tx, first_seq, end_seq, limit)
        found = []
        seq = self.samples.first(self.tx)
        while seq >= 0:
            found.append(seq)
            seq = self.samples.next(seq)
        return found

    def test_is_empty_when_no_sample_was_kept_for_the_stop(self):
        self.world.sample(self.tx, flags=SEND)

        self.assertEqual(self.collected(), [])
        self.assertEqual(self.samples.first(self.tx), E_EMPTY)

    def test_has_the_samples_of_the_transaction_in_order(self):
        other = self.world.start(2)
        own = []
        for n in range(4):
            own.append(self.world.sample(self.tx, register_wh=n, flags=DATA))
            self.world.sample(other, 2, flags=DATA)
            self.world.sample(self.tx, flags=SEND)

        self.assertEqual(self.collected(), own)

    def test_leaves_out_the_middle_evenly_beyond_the_limit(self):
        own = [self.world.sample(self.tx, flags=DATA) for _ in range(10)]

        self.assertEqual(self.collected(limit=4), [own[0], own[3], own[6], own[9]])
        self.assertEqual(self.collected(limit=2), [own[0], own[9]])

    def test_keeps_first_and_last_for_every_count_and_limit(self):
        own = []
        for count in range(1, 25):
            own.append(self.world.sample(self.tx, flags=DATA))
            for limit in range(2, 12):
                found = self.collected(limit)
                self.assertEqual(len(found), min(count, limit))
                self.assertEqual((found[0], found[-1]), (own[0], own[-1]))

    def test_never_holds_more_than_it_has_room_for(self):
        for _ in range(SAMPLES_MAX + 20):
            self.world.sample(self.tx, flags=DATA)

        self.assertEqual(len(self.collected(limit=1_000)), SAMPLES_MAX)

    def test_can_be_walked_from_any_place_again(self):
        own = [self.world.sample(self.tx, flags=DATA) for _ in range(5)]
        self.collected()

        self.assertEqual(self.samples.next(own[1]), own[2])
        self.assertEqual(self.samples.next(own[3]), own[4])
        self.assertEqual(self.samples.next(own[0]), own[1])
        self.assertEqual(self.samples.next(own[4]), E_EMPTY)

    def test_is_of_one_transaction_only(self):
        self.world.sample(self.tx, flags=DATA)
        self.collected()

        self.assertEqual(self.samples.first(self.tx + 1), E_EMPTY)


if __name__ == "__main__":
    unittest.main()
