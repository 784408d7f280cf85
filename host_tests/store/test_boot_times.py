"""BootTimes: the wall time of records that were made without."""

import unittest

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.store import records
from chargecore.store.boot_times import BOOTS_KEPT, BootTimes
from chargecore.store.records import Record

WALL_S = 90_000_000


def record_at(boot, uptime_s, wall_s=WALL_UNKNOWN, kind=records.REC_METER):
    record = Record()
    record.clear(kind, 1)
    record.stamp(boot, uptime_s, wall_s)
    return record


class TestBootTimes(unittest.TestCase):
    def setUp(self):
        self.boots = BootTimes()

    def test_believes_a_record_that_knows_its_time(self):
        self.assertEqual(self.boots.wall_of(record_at(3, 10, WALL_S)), WALL_S)

    def test_knows_nothing_when_no_boot_knows_the_time(self):
        self.boots.see(record_at(3, 10))

        self.assertEqual(self.boots.wall_of(record_at(3, 10)), WALL_UNKNOWN)
        self.assertFalse(self.boots.knows(3))

    def test_counts_from_the_time_that_became_known_later_in_the_same_boot(self):
        self.boots.see(record_at(3, 10))
        self.boots.learn(3, WALL_S)

        self.assertEqual(self.boots.wall_of(record_at(3, 10)), WALL_S + 10)
        self.assertTrue(self.boots.knows(3))

    def test_counts_from_another_record_of_the_same_boot(self):
        self.boots.see(record_at(3, 10))
        self.boots.see(record_at(3, 50, WALL_S + 50))

        self.assertEqual(self.boots.wall_of(record_at(3, 10)), WALL_S + 10)

    def test_places_a_boot_that_never_knew_the_time_right_before_the_next(self):
        self.boots.see(record_at(3, 10))
        self.boots.see(record_at(3, 100))
        self.boots.see(record_at(4, 7))
        self.boots.learn(5, WALL_S)

        self.assertEqual(self.boots.wall_of(record_at(4, 7)), WALL_S - 1)
        self.assertEqual(self.boots.wall_of(record_at(3, 100)), WALL_S - 9)
        self.assertEqual(self.boots.wall_of(record_at(3, 10)), WALL_S - 99)
        self.assertFalse(self.boots.knows(3))

    def test_places_a_forgotten_boot_before_all_others(self):
        for boot in range(1, BOOTS_KEPT + 2):
            self.boots.see(record_at(boot, 5))
        self.boots.learn(BOOTS_KEPT + 1, WALL_S)

        self.assertEqual(self.boots.count, BOOTS_KEPT)
        oldest_s = self.boots.wall_of(record_at(2, 0))
        self.assertTrue(WALL_UNKNOWN < self.boots.wall_of(record_at(1, 5)) <= oldest_s)

    def test_keeps_the_running_boot_newest_when_its_number_was_there_before(self):
        self.boots.see(record_at(2, 500, WALL_S))
        self.boots.see(record_at(9, 5))
        self.boots.begin(2)
        self.boots.learn(2, WALL_S + 1_000)

        self.assertEqual(self.boots.wall_of(record_at(9, 5)), WALL_S + 999)
        self.assertEqual(self.boots.count, 2)

    def test_does_not_take_the_boot_of_a_late_stop_for_a_newer_one(self):
        self.boots.begin(8)
        self.boots.see(record_at(3, 77, kind=records.REC_STOP))
        self.boots.learn(8, WALL_S)

        self.assertEqual(self.boots.count, 1)
        self.assertEqual(self.boots.wall_of(record_at(3, 77)), WALL_S)


if __name__ == "__main__":
    unittest.main()
