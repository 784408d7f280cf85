"""OpenSession: where and when a session stood that a power cut ended."""

import unittest

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.store import records
from fakes.outbox_world import WALL_S, OutboxWorld

BOOT_1_S = WALL_S + 100_000
DATA = records.METER_FLAG_DATA


class TestOpenSession(unittest.TestCase):
    def setUp(self):
        self.world = OutboxWorld()

    def load(self, connector=1):
        outbox = self.world.outbox
        self.assertEqual(outbox.find_open(0), connector)
        self.assertEqual(outbox.load_open(connector), 0)
        return outbox.open

    def test_stands_at_the_start_when_nothing_followed(self):
        self.world.pass_ms(5_000)
        tx = self.world.start(register_wh=1_000)
        self.world.boot()

        known = self.load()

        self.assertEqual((known.tx, known.register_wh), (tx, 1_000))
        self.assertEqual((known.boot, known.uptime_s, known.wall_s), (1, 5, BOOT_1_S + 5))
        self.assertEqual(bytes(known.start.buf[25:28]), b"TAG")
        self.assertFalse(known.has_end)

    def test_stands_at_the_newest_sample(self):
        tx = self.world.start(register_wh=1_000)
        self.world.pass_ms(60_000)
        self.world.sample(tx, register_wh=1_500)
        self.world.boot()

        known = self.load()

        self.assertEqual((known.register_wh, known.uptime_s), (1_500, 60))

    def test_keeps_the_highest_register_when_a_sample_did_not_know_it(self):
        tx = self.world.start(register_wh=1_000)
        self.world.sample(tx, register_wh=1_500)
        self.world.sample(tx, register_wh=records.REGISTER_UNKNOWN_WH)
        self.world.sample(tx, register_wh=1_400)
        self.world.boot()

        self.assertEqual(self.load().register_wh, 1_500)

    def test_was_alive_as_long_as_anything_was_recorded_in_that_boot(self):
        self.world.start(1)
        other = self.world.start(2)
        self.world.pass_ms(90_000)
        self.world.stop(other, 2)
        self.world.boot()

        known = self.load()

        self.assertEqual((known.boot, known.uptime_s), (1, 90))
        self.assertEqual(known.wall_s, BOOT_1_S + 90)

    def test_ends_no_earlier_than_a_sample_when_the_clock_was_set_back(self):
        tx = self.world.start(1)
        self.world.pass_ms(60_000)
        self.world.sample(tx)
        self.world.clock.offset_s -= 1
        other = self.world.start(2)
        self.world.pass_ms(1_000)
        self.world.stop(other, 2)
        self.world.boot()

        known = self.load()

        self.assertEqual((known.uptime_s, known.wall_s), (61, BOOT_1_S + 60))

    def test_does_not_move_to_records_of_a_later_boot(self):
        self.world.start(1, register_wh=7)
        self.world.boot()
        self.world.pass_ms(500_000)
        self.world.sample(0, 2)
        self.world.boot()

        known = self.load()

        self.assertEqual((known.boot, known.uptime_s), (1, 0))

    def test_leaves_the_time_open_when_that_boot_never_knew_it(self):
        self.world.boot(is_time_known=False)
        self.world.pass_ms(3_000)
        self.world.start(1)
        self.world.boot()

        known = self.load()

        self.assertEqual((known.boot, known.uptime_s, known.wall_s), (2, 3, WALL_UNKNOWN))

    def test_says_when_the_end_value_is_there_already(self):
        tx = self.world.start(1)
        self.world.sample(tx, flags=DATA, context=records.CONTEXT_TRANSACTION_END)
        self.world.boot()

        self.assertTrue(self.load().has_end)

    def test_finds_no_session_when_all_are_stopped(self):
        self.world.stop(self.world.start(1), 1)
        self.world.boot()

        self.assertTrue(self.world.outbox.find_open(0) < 0)
        self.assertTrue(self.world.outbox.load_open(1) < 0)


if __name__ == "__main__":
    unittest.main()
