"""Heartbeat: a fixed grid from the accepted boot."""

import unittest

from chargecore.base import calendar
from fakes.ocpp16_world import Ocpp16World


def text_of_wall(wall_s):
    """Return seconds since 2024 as OCPP writes a time."""
    day_idx, second = divmod(wall_s, 86_400)
    year = calendar.year_of_day(day_idx)
    day = calendar.day_of_year(day_idx)
    month = calendar.month_of_day(day, year % 4 == 0)
    day += 1 - calendar.days_before_month(month, year % 4 == 0)
    return "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(
        year, month, day, second // 3600, second // 60 % 60, second % 60
    )


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

    def answer_after(self, way_s, behind_s):
        """Let an answer take way_s; its time is behind_s behind the station's at its arrival."""
        self.world.mute.append("Heartbeat")
        self.world.run_ms(10_000, 100)
        self.world.run_ms(way_s * 1000, 100)
        text = text_of_wall(self.world.clock.wall_s() - behind_s)
        self.world.answer("Heartbeat", {"currentTime": text})
        self.world.run_ms(100, 100)

    def test_is_not_set_back_by_an_answer_that_was_long_on_its_way(self):
        offset_s = self.world.clock.offset_s

        self.answer_after(8, behind_s=8)

        self.assertEqual(self.world.clock.offset_s, offset_s)

    def test_is_set_back_by_an_answer_older_than_its_way(self):
        offset_s = self.world.clock.offset_s

        self.answer_after(8, behind_s=100)

        self.assertTrue(self.world.clock.offset_s <= offset_s - 90)

    def test_leaves_the_clock_alone_when_the_answer_has_no_time(self):
        offset_s = self.world.clock.offset_s
        for answer in ({}, {"currentTime": 5}, {"currentTime": "soon"}, ("error", "GenericError")):
            with self.subTest(answer=answer):
                self.world.answers["Heartbeat"] = answer
                self.assertEqual(self.count(10_000), 1)
                self.assertEqual(self.world.clock.offset_s, offset_s)
