"""Tick arithmetic, far from the wrap and across it."""

import unittest

from chargecore.base.ticks import TICKS_MAX, ticks_add, ticks_diff

_FARTHEST_MS = (1 << 29) - 1


class TestTicksAdd(unittest.TestCase):
    def test_adds_when_far_from_the_wrap(self):
        self.assertEqual(ticks_add(1_000, 250), 1_250)

    def test_stays_when_nothing_is_added(self):
        for at_ms in (0, 1, TICKS_MAX - 1, TICKS_MAX):
            with self.subTest(at_ms=at_ms):
                self.assertEqual(ticks_add(at_ms, 0), at_ms)

    def test_starts_again_at_0_after_the_last_tick(self):
        self.assertEqual(ticks_add(TICKS_MAX, 1), 0)
        self.assertEqual(ticks_add(TICKS_MAX - 999, 5_000), 4_000)

    def test_reaches_six_days_from_any_instant(self):
        for at_ms in (0, 1 << 29, TICKS_MAX):
            with self.subTest(at_ms=at_ms):
                self.assertEqual(ticks_diff(ticks_add(at_ms, _FARTHEST_MS), at_ms), _FARTHEST_MS)


class TestTicksDiff(unittest.TestCase):
    def test_is_positive_when_the_first_is_later(self):
        self.assertEqual(ticks_diff(1_250, 1_000), 250)

    def test_is_negative_when_the_first_is_earlier(self):
        self.assertEqual(ticks_diff(1_000, 1_250), -250)

    def test_is_right_across_the_wrap_both_ways(self):
        self.assertEqual(ticks_diff(4_000, TICKS_MAX - 999), 5_000)
        self.assertEqual(ticks_diff(TICKS_MAX - 999, 4_000), -5_000)

    def test_calls_a_deadline_not_due_one_tick_before_the_wrap(self):
        deadline_ms = ticks_add(TICKS_MAX, 5_000)

        self.assertTrue(ticks_diff(TICKS_MAX, deadline_ms) < 0)
        self.assertTrue(ticks_diff(4_998, deadline_ms) < 0)
        self.assertEqual(ticks_diff(4_999, deadline_ms), 0)

    def test_turns_negative_at_half_the_range(self):
        self.assertEqual(ticks_diff(_FARTHEST_MS, 0), _FARTHEST_MS)
        self.assertEqual(ticks_diff(_FARTHEST_MS + 1, 0), -_FARTHEST_MS - 1)
