"""Heartbeat: a fixed grid from the accepted boot."""

import unittest

from fakes.ocpp16_world import Ocpp16World


class HeartbeatTest(unittest.TestCase):
    def setUp(self):
        self.world = Ocpp16World()
        self.world.answers["BootNotification"] = dict(
            self.world.answers["BootNotification"], interval=10
        )
        self.world.boot()

    def count(self, run_ms, step_ms=100):
        self.world.run_ms(run_ms, step_ms)
        return len([row for row in self.world.take_calls() if row[0] == "Heartbeat"])

    def test_sends_one_every_interval(self):
        """B12, TC_001."""
        self.assertEqual(self.count(60_000), 6)

    def test_keeps_its_grid_while_there_is_other_traffic(self):
        """B12: other messages do not put it off."""
        beats = 0
        for _ in range(6):
            self.world.controller.is_plugged = not self.world.controller.is_plugged
            beats += self.count(10_000)

        self.assertEqual(beats, 6)

    def test_takes_a_new_interval_at_once(self):
        """G2."""
        self.assertEqual(self.world.set("HeartbeatInterval", "3"), "Accepted")

        self.assertEqual(self.count(30_000), 10)

    def test_sends_no_burst_after_a_time_offline(self):
        self.world.close()
        self.world.run_ms(100_000, 500)
        self.world.open()

        self.assertLessEqual(self.count(5_000), 1)
        self.assertEqual(self.count(20_000), 2)

    def test_goes_on_after_days_offline(self):
        """The ticks wrap after 12 days; a deadline from before must not keep it silent."""
        self.world.close()
        for _ in range(7):
            self.world.run_ms(100_000_000, 50_000_000)
        self.world.open()

        self.assertTrue(self.count(30_000) >= 2)

    def test_sets_the_clock_from_the_answer(self):
        self.world.answers["Heartbeat"] = {"currentTime": "2026-11-24T12:00:00.5+01:00"}
        self.world.run_ms(10_000, 100)
        before_s = self.world.clock.wall_s()
        self.world.answers["Heartbeat"] = {"currentTime": "2027-01-01T00:00:00Z"}
        self.world.run_ms(10_000, 100)

        self.assertTrue(self.world.clock.wall_s() > before_s + 30 * 86_400)

    def test_leaves_the_clock_alone_when_the_answer_has_no_time(self):
        offset_s = self.world.clock.offset_s
        for answer in ({}, {"currentTime": 5}, {"currentTime": "soon"}, ("error", "GenericError")):
            with self.subTest(answer=answer):
                self.world.answers["Heartbeat"] = answer
                self.assertEqual(self.count(10_000), 1)
                self.assertEqual(self.world.clock.offset_s, offset_s)
