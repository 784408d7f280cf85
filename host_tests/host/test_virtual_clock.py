"""Simulated time: its speed, its limit per pass, its wrap."""

import unittest

from boards.host.virtual_clock import PASS_MS, START_MS, VirtualClock
from chargecore.base.ticks import TICKS_MAX, ticks_diff


class RealTime:
    """Real microseconds, set by hand."""

    def __init__(self):
        self.us = TICKS_MAX - 5_000  # the real counter wraps early on

    def ticks_us(self):
        return self.us & TICKS_MAX


class VirtualClockTest(unittest.TestCase):
    def setUp(self):
        self.real = RealTime()

    def make(self, speed_permille):
        return VirtualClock(self.real.ticks_us, speed_permille)

    def run_passes(self, clock, passes, pass_us):
        for _ in range(passes):
            self.real.us += pass_us
            clock.advance(clock.catch_up())

    def test_follows_real_time_at_speed_1(self):
        clock = self.make(1_000)

        self.run_passes(clock, 1_000, 2_500)

        self.assertEqual(clock.elapsed_ms, 2_500)

    def test_keeps_the_speed_without_losing_fractions(self):
        for speed_permille, passes, pass_us in ((20_000, 2_000, 333), (1_500, 1_000, 777)):
            with self.subTest(speed_permille):
                clock = self.make(speed_permille)

                self.run_passes(clock, passes, pass_us)

                want_ms = passes * pass_us * speed_permille // 1_000_000
                self.assertLessEqual(abs(clock.elapsed_ms - want_ms), 1)

    def test_never_advances_more_than_a_pass_when_the_pc_stalls(self):
        clock = self.make(1_000)

        self.real.us += 5_000_000

        self.assertEqual(clock.catch_up(), PASS_MS)
        self.assertTrue(clock.is_behind)

    def test_makes_up_for_a_short_stall_only(self):
        clock = self.make(1_000)
        self.real.us += 5_000_000

        self.run_passes(clock, 100, 1_000)

        self.assertEqual(clock.elapsed_ms, 199)
        self.assertFalse(clock.is_behind)

    def test_wraps_one_minute_after_its_start(self):
        clock = self.make(1_000)

        for _ in range(6_001):
            clock.advance(10)

        self.assertLessEqual(clock.ticks_ms(), 20)
        self.assertEqual(ticks_diff(clock.ticks_ms(), START_MS), 60_010)
        self.assertEqual(clock.elapsed_ms, 60_010)

    def test_forgets_what_it_owes_when_it_gets_another_speed(self):
        clock = self.make(100_000)
        self.run_passes(clock, 1, 1_000)
        self.assertTrue(clock.is_behind)

        clock.set_speed(1_000)
        self.run_passes(clock, 4, 2_500)

        self.assertFalse(clock.is_behind)
        self.assertEqual(clock.elapsed_ms, 20)
