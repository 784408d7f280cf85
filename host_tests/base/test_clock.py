"""Clock: uptime, wall time with its provenance, steps of the wall time."""

import unittest

from chargecore.base.clock import (
    QUALITY_CSMS,
    QUALITY_NONE,
    QUALITY_SNTP,
    WALL_UNKNOWN,
    Clock,
)
from fakes.ticks import FakeTicks

_BOOT = 7
_WALL_S = 91_000_000  # a day in November 2026


class ClockCase(unittest.TestCase):
    def setUp(self):
        self.ticks = FakeTicks()  # 1.5 s before the wrap
        self.clock = Clock(self.ticks.ticks_ms, _BOOT)

    def run_ms(self, ms, step_ms=100):
        """Let time pass, with a poll now and then as the scheduler does."""
        for _ in range(ms // step_ms):
            self.clock.poll(self.ticks.advance_ms(step_ms))
        self.clock.poll(self.ticks.advance_ms(ms % step_ms))


class TestUptime(ClockCase):
    def test_is_0_at_boot(self):
        self.assertEqual(self.clock.uptime_s, 0)

    def test_counts_whole_seconds_across_the_wrap(self):
        self.run_ms(999)
        self.assertEqual(self.clock.uptime_s, 0)

        self.run_ms(1)
        self.assertEqual(self.clock.uptime_s, 1)

        self.run_ms(9_000)
        self.assertEqual(self.clock.uptime_s, 10)

    def test_loses_nothing_when_polled_seldom_and_late(self):
        for _ in range(10):
            self.clock.poll(self.ticks.advance_ms(1_999))

        self.assertEqual(self.clock.uptime_s, 19)
        self.assertEqual(self.clock.uptime_ms_part(self.ticks.at_ms), 990)

    def test_survives_six_days_without_a_poll(self):
        self.clock.poll(self.ticks.advance_ms(6 * 86_400_000))

        self.assertEqual(self.clock.uptime_s, 6 * 86_400)

    def test_keeps_ticks_inside_the_small_ints(self):
        clock = Clock(FakeTicks(5 << 30 | 17).ticks_ms, _BOOT)

        self.assertEqual(clock.ticks_ms(), 17)


class TestWallTime(ClockCase):
    def test_is_unknown_at_boot(self):
        self.assertEqual(self.clock.wall_s(), WALL_UNKNOWN)
        self.assertEqual(self.clock.quality, QUALITY_NONE)
        self.assertEqual(self.clock.wall_at(_BOOT, 0), WALL_UNKNOWN)

    def test_is_what_was_set_at_that_instant(self):
        for part_ms in (0, 1, 499, 999):
            for late_ms in (0, 1, 500, 999):
                with self.subTest(part_ms=part_ms, late_ms=late_ms):
                    ticks = FakeTicks()
                    clock = Clock(ticks.ticks_ms, _BOOT)
                    ticks.advance_ms(late_ms)

                    clock.set_wall(_WALL_S, part_ms, QUALITY_CSMS)
                    self.assertEqual(clock.wall_s(), _WALL_S)

                    ticks.advance_ms(999 - part_ms)
                    self.assertEqual(clock.wall_s(), _WALL_S)

                    ticks.advance_ms(1)
                    self.assertEqual(clock.wall_s(), _WALL_S + 1)

    def test_goes_on_across_the_wrap(self):
        self.clock.set_wall(_WALL_S, 0, QUALITY_CSMS)

        self.run_ms(60_000)

        self.assertEqual(self.clock.wall_s(), _WALL_S + 60)

    def test_keeps_running_between_polls(self):
        self.clock.set_wall(_WALL_S, 0, QUALITY_CSMS)

        self.ticks.advance_ms(30_000)

        self.assertEqual(self.clock.wall_s(), _WALL_S + 30)

    def test_is_not_a_step_when_it_becomes_known(self):
        self.assertEqual(self.clock.set_wall(_WALL_S, 0, QUALITY_CSMS), 0)
        self.assertEqual(self.clock.steps, 0)

    def test_tells_by_how_much_it_was_moved(self):
        self.clock.set_wall(_WALL_S, 0, QUALITY_CSMS)
        self.run_ms(10_000)

        self.assertEqual(self.clock.set_wall(_WALL_S + 70, 0, QUALITY_SNTP), 60)
        self.assertEqual(self.clock.set_wall(_WALL_S - 30, 0, QUALITY_SNTP), -100)
        self.assertEqual(self.clock.steps, 2)
        self.assertEqual(self.clock.quality, QUALITY_SNTP)

    def test_does_not_count_small_corrections_as_steps(self):
        self.clock.set_wall(_WALL_S, 0, QUALITY_CSMS)

        self.clock.set_wall(_WALL_S + 2, 0, QUALITY_CSMS)
        self.clock.set_wall(_WALL_S, 0, QUALITY_CSMS)

        self.assertEqual(self.clock.steps, 0)

    def test_dates_instants_of_this_boot_from_before_it_was_known(self):
        self.run_ms(100_000)
        self.clock.set_wall(_WALL_S, 0, QUALITY_CSMS)

        self.assertEqual(self.clock.wall_at(_BOOT, 40), _WALL_S - 60)
        self.assertEqual(self.clock.wall_at(_BOOT, 100), _WALL_S)

    def test_does_not_date_instants_of_another_boot(self):
        self.clock.set_wall(_WALL_S, 0, QUALITY_CSMS)

        self.assertEqual(self.clock.wall_at(_BOOT - 1, 5), WALL_UNKNOWN)
