"""OverCurrent: the curve of R32 and R26, decreases of the offer, and what is unknown."""

import unittest

from chargecore.safety.over_current import LOAD_OK, LOAD_OPEN, LOAD_STOP, OverCurrent

_STEP_MS = 20


class OverCurrentTest(unittest.TestCase):
    def setUp(self):
        self.load = OverCurrent()
        self.count = 0  # of samples
        self.load.rest(_STEP_MS, 16_000)

    def feed(self, current_ma, offer_ma=16_000, sample=True):
        self.count += 1 if sample else 0
        return self.load.step(_STEP_MS, current_ma, self.count & 0xFF, offer_ma)

    def trip_ms(self, current_ma, offer_ma=16_000, limit_ms=100_000):
        """Return after how many ms the load is judged too high, -1 = not within limit_ms."""
        for step in range(limit_ms // _STEP_MS):
            if self.feed(current_ma, offer_ma) != LOAD_OK:
                return (step + 1) * _STEP_MS
        return -1

    def check_trip(self, permille, limit_ms, offer_ma):
        self.setUp()
        self.load.rest(_STEP_MS, offer_ma)
        took_ms = self.trip_ms(offer_ma * permille // 1000, offer_ma)
        self.assertTrue(limit_ms * 9 // 10 <= took_ms <= limit_ms * 11 // 10, took_ms)

    def test_trips_within_a_tenth_of_the_time_of_the_curve(self):  # F34
        for offer_ma in (16_000, 20_000, 32_000, 63_000, 80_000):
            self.check_trip(1_150, 30_000, offer_ma)
            self.check_trip(1_300, 7_000, offer_ma)
            self.check_trip(1_600, 2_000, offer_ma)
            self.check_trip(2_100, 200, offer_ma)

    def test_adds_half_an_ampere_of_noise_to_the_offer(self):
        for percent in (110, 125, 150, 200):
            self.setUp()
            limit_ma = 16_500 * percent // 100
            below_ms = self.trip_ms(limit_ma - 1)
            self.setUp()
            above_ms = self.trip_ms(limit_ma + 1)
            self.assertTrue(below_ms > 3 * above_ms or below_ms == -1, percent)

    def test_never_trips_up_to_110_percent(self):
        self.assertEqual(self.trip_ms(18_150, limit_ms=1_000_000), -1)

    def test_opens_at_once_only_when_the_current_is_twice_the_offer(self):
        for _ in range(9):
            self.assertEqual(self.feed(33_000), LOAD_OK)
        self.assertEqual(self.feed(33_000), LOAD_OPEN)

        self.setUp()
        for _ in range(99):
            self.assertEqual(self.feed(32_999), LOAD_OK)
        self.assertEqual(self.feed(32_999), LOAD_STOP)

    def test_says_so_as_long_as_it_is_so(self):
        self.trip_ms(25_600)

        self.assertEqual(self.feed(25_600), LOAD_STOP)
        self.assertEqual(self.feed(40_000), LOAD_OPEN)

    def test_takes_a_current_that_flows_back_for_one_that_heats(self):
        self.assertEqual(self.trip_ms(-33_600), 200)

    def test_bounds_what_no_wire_can_carry(self):
        self.assertEqual(self.trip_ms(0x3FFFFFFF), 200)

    # ---- moving between the bands ----

    def test_does_not_restart_the_clock_when_the_current_hops_around_a_bound(self):
        took_ms = 0
        verdict = LOAD_OK
        while verdict == LOAD_OK and took_ms < 60_000:
            permille = 1_260 if took_ms // _STEP_MS % 2 else 1_240
            verdict = self.feed(16_500 * permille // 1000)
            took_ms += _STEP_MS

        self.assertEqual(verdict, LOAD_STOP)
        self.assertTrue(11_000 <= took_ms <= 11_700, took_ms)  # 2 / (1/7 + 1/30)

    def test_trips_when_short_rests_break_an_over_current(self):
        took_ms = 0
        verdict = LOAD_OK
        while verdict == LOAD_OK and took_ms < 60_000:
            verdict = self.feed(21_000 if took_ms % 1_000 < 500 else 16_000)
            took_ms += _STEP_MS

        self.assertEqual(verdict, LOAD_STOP)
        self.assertTrue(took_ms <= 19_000, took_ms)  # 2 / (1/7 - 1/30)

    def test_forgets_an_over_current_within_30_s(self):
        self.assertEqual(self.trip_ms(20_800, limit_ms=6_800), -1)
        for _ in range(30_000 // _STEP_MS):
            self.feed(16_000)

        self.check_time(self.trip_ms(20_800), 7_000)

    def check_time(self, took_ms, wanted_ms):
        self.assertTrue(abs(took_ms - wanted_ms) <= wanted_ms // 10, took_ms)

    # ---- the offer changes ----

    def test_lets_a_car_follow_a_cut_within_4900_ms(self):  # F35
        self.load.rest(_STEP_MS, 32_000)
        for _ in range(4_900 // _STEP_MS):
            self.assertEqual(self.feed(32_000, 6_000), LOAD_OK)

        self.assertEqual(self.trip_ms(6_000, 6_000), -1)

    def test_trips_by_the_curve_when_the_car_takes_8_s_to_follow_a_cut(self):  # F35
        self.load.rest(_STEP_MS, 32_000)

        took_ms = self.trip_ms(32_000, 6_000, 8_000)

        self.assertTrue(5_180 <= took_ms <= 5_300, took_ms)

    def test_holds_the_car_to_the_old_offer_while_it_follows(self):
        self.load.rest(_STEP_MS, 32_000)

        self.assertEqual(self.trip_ms(65_000, 6_000), 200)

    def test_holds_the_car_to_a_rise_at_once(self):
        self.assertEqual(self.trip_ms(32_000, 32_000, 40_000), -1)

    def test_gives_5_s_for_each_of_two_cuts(self):
        self.load.rest(_STEP_MS, 32_000)
        for _ in range(4_900 // _STEP_MS):
            self.assertEqual(self.feed(32_000, 16_000), LOAD_OK)

        took_ms = self.trip_ms(16_000, 6_000, 20_000)

        self.assertTrue(5_000 <= took_ms <= 10_300, took_ms)

    def test_cannot_be_put_off_by_a_row_of_cuts(self):
        offer_ma = 32_000
        self.load.rest(_STEP_MS, offer_ma)
        took_ms = 0
        while self.feed(32_000, offer_ma) == LOAD_OK and took_ms < 60_000:
            took_ms += _STEP_MS
            if took_ms % 4_000 == 0 and offer_ma > 6_000:
                offer_ma -= 2_000

        self.assertTrue(took_ms <= 35_000, took_ms)

    def test_forgets_a_cut_that_is_taken_back(self):
        self.load.rest(_STEP_MS, 32_000)
        for _ in range(4_000 // _STEP_MS):
            self.feed(32_000, 6_000)

        self.assertEqual(self.trip_ms(32_000, 32_000, 20_000), -1)

    def test_holds_the_car_to_the_last_offer_when_the_pwm_is_off(self):
        self.assertEqual(self.trip_ms(16_000, 0, 20_000), -1)
        self.assertEqual(self.trip_ms(33_600, 0), 200)

    def test_holds_a_car_to_a_new_offer_at_once_after_the_contactor_was_open(self):
        self.load.rest(_STEP_MS, 32_000)
        self.load.rest(_STEP_MS, 6_000)

        self.assertEqual(self.trip_ms(16_000, 6_000), 200)

    # ---- what is unknown ----

    def test_never_trips_for_an_unknown_current(self):
        self.assertEqual(self.trip_ms(None), -1)

    def test_does_not_take_an_unknown_current_for_a_rest(self):
        self.assertEqual(self.trip_ms(20_800, limit_ms=6_800), -1)
        self.assertEqual(self.trip_ms(None, limit_ms=60_000), -1)

        self.assertTrue(self.trip_ms(20_800) <= 700)

    def test_takes_a_sample_for_unknown_after_5_s(self):
        self.assertEqual(self.feed(18_500), LOAD_OK)
        for _ in range(100_000 // _STEP_MS):
            self.assertEqual(self.feed(18_500, sample=False), LOAD_OK)

    def test_counts_a_stall_of_the_station_for_no_more_than_a_second(self):
        self.assertEqual(self.load.step(500_000, 20_800, 1, 16_000), LOAD_OK)
