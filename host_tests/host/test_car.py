"""The simulated car: what it does by itself, and what it draws."""

import unittest

from boards.host.car import Car, offer_of_duty

_X1 = 65_535  # static +12 V
_6_A = 6_553
_16_A = 17_476
_32_A = 34_952


class OfferOfDutyTest(unittest.TestCase):
    def test_reads_the_duty_as_the_standard_says(self):
        rows = ((6_553, 6_000), (17_476, 16_000), (34_952, 32_000), (55_705, 51_000))
        for duty_u16, ma in rows:
            with self.subTest(duty_u16):
                self.assertLessEqual(abs(offer_of_duty(duty_u16) - ma), 2)

    def test_reads_the_upper_range_in_steps_of_two_and_a_half_ampere(self):
        self.assertLessEqual(abs(offer_of_duty(58_326) - 62_500), 10)  # 89 %
        self.assertLessEqual(abs(offer_of_duty(62_914) - 80_000), 10)  # 96 %

    def test_takes_no_current_from_a_duty_that_offers_none(self):
        for duty_u16 in (0, 1_310, 3_277, 5_100, 64_000, _X1):
            with self.subTest(duty_u16):
                self.assertEqual(offer_of_duty(duty_u16), 0)


class CarTest(unittest.TestCase):
    def setUp(self):
        self.car = Car()

    def run_ms(self, ms, duty_u16, is_live=False):
        for _ in range(ms // 10):
            self.car.step(10, duty_u16, is_live)

    def test_is_in_b_when_plugged_and_in_a_when_unplugged(self):
        self.car.plug(True, 16_000, 3)
        self.assertEqual(self.car.state, "B")

        self.car.unplug()
        self.assertEqual(self.car.state, "A")

    def test_goes_to_c_about_a_second_after_current_is_offered(self):
        self.car.plug(True, 16_000, 3)

        self.run_ms(5_000, _X1)
        self.assertEqual(self.car.state, "B")
        self.run_ms(900, _16_A)
        self.assertEqual(self.car.state, "B")
        self.run_ms(200, _16_A)
        self.assertEqual(self.car.state, "C")

    def test_goes_back_to_b_when_the_offer_is_withdrawn(self):
        self.car.plug(True, 16_000, 3)
        self.run_ms(2_000, _16_A)

        self.run_ms(1_000, _X1)

        self.assertEqual(self.car.state, "B")

    def test_stays_where_it_is_when_forced_by_hand(self):
        self.car.plug(True, 16_000, 3)

        self.car.force("C")
        self.run_ms(5_000, _X1)

        self.assertEqual(self.car.state, "C")

    def test_comes_back_when_the_pulse_is_over(self):
        self.car.plug(False, 16_000, 3)
        self.car.force("C", 612)

        self.car.force("B", 0, 200)
        self.run_ms(190, _X1)
        self.assertEqual((self.car.state, self.car.ohm), ("B", 0))
        self.assertTrue(self.car.step(10, _X1, False))
        self.assertEqual((self.car.state, self.car.ohm), ("C", 612))

        self.run_ms(1_000, _X1)
        self.assertEqual(self.car.state, "C")

    def test_forgets_the_pulse_when_it_is_unplugged(self):
        self.car.plug(False, 16_000, 3)
        self.car.force("C", 0, 200)
        self.car.unplug()

        self.run_ms(1_000, _X1)

        self.assertEqual((self.car.state, self.car.has_cable), ("A", False))

    def test_draws_what_is_offered_but_never_more_than_it_wants(self):
        self.car.plug(True, 20_000, 3)
        self.run_ms(2_000, _32_A, True)
        self.assertEqual(self.car.drawn_ma, 20_000)

        self.run_ms(1_000, _16_A, True)

        self.assertLessEqual(abs(self.car.drawn_ma - 16_000), 2)

    def test_draws_nothing_when_the_contactor_is_open(self):
        self.car.plug(True, 20_000, 3)

        self.run_ms(3_000, _32_A, False)

        self.assertEqual(self.car.state, "C")
        self.assertEqual(self.car.drawn_ma, 0)

    def test_goes_on_drawing_when_it_is_forced_to_ignore_the_withdrawal(self):
        self.car.plug(False, 16_000, 3)
        self.car.force("C")
        self.run_ms(1_000, _6_A, True)

        self.run_ms(1_000, _X1, True)

        self.assertEqual(self.car.drawn_ma, 6_000)
