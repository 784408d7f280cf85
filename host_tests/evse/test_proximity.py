"""Proximity: bands of the Type 2 resistors, and a cable that changes. F27..F29, R7, R22."""

import unittest

from boards.host.sim_voltage import SimVoltage
from chargecore.evse.proximity import Proximity, rating_of_uv
from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C, PILOT_E, PILOT_INVALID

_OPEN_UV = 3_300_000


def uv_of(ohm):
    """Return what the ADC sees of a resistor behind 1 kOhm from 3.3 V."""
    return 3_300_000 * ohm // (ohm + 1_000)


class RatingTest(unittest.TestCase):
    def test_knows_every_legal_resistor(self):
        rows = (
            (63_000, (80, 100, 140)),
            (32_000, (164, 220, 308)),
            (20_000, (400, 680, 936)),
            (13_000, (1_100, 1_500, 2_460)),
        )
        for rating_ma, resistors in rows:
            for ohm in resistors:
                with self.subTest(ohm):
                    self.assertEqual(rating_of_uv(uv_of(ohm)), rating_ma)

    def test_takes_the_lower_current_between_two_bands(self):  # F28
        for ohm, rating_ma in ((150, 32_000), (350, 20_000), (1_000, 13_000), (4_000, 13_000)):
            with self.subTest(ohm):
                self.assertEqual(rating_of_uv(uv_of(ohm)), rating_ma)

    def test_has_no_rating_for_open_short_and_what_no_cable_has(self):
        for ohm in (0, 20, 59, 4_501, 10_000, 10_000_000):
            with self.subTest(ohm):
                self.assertEqual(rating_of_uv(uv_of(ohm)), 0)
        self.assertEqual(rating_of_uv(-20), 0)

    def test_has_exact_boundaries(self):
        rows = (
            (60, 0, 63_000),
            (140, 63_000, 32_000),
            (308, 32_000, 20_000),
            (936, 20_000, 13_000),
            (4_500, 13_000, 0),
        )
        for ohm, below_ma, above_ma in rows:
            exact_uv = 3_300_000 * ohm / (ohm + 1_000)
            with self.subTest(ohm):
                self.assertEqual(rating_of_uv(int(exact_uv) - 2), below_ma)
                self.assertEqual(rating_of_uv(int(exact_uv) + 2), above_ma)

    def test_never_rises_with_the_resistance(self):
        last_ma = 80_000
        for ohm in range(60, 6_000):
            rating_ma = rating_of_uv(uv_of(ohm))
            self.assertTrue(rating_ma <= last_ma)
            last_ma = rating_ma


class ProximityTest(unittest.TestCase):
    def setUp(self):
        self.adc = SimVoltage(0, _OPEN_UV)
        self.proximity = Proximity(self.adc)

    def see(self, ohm, pilot_state, polls=1):
        self.adc.level_uv = _OPEN_UV if ohm is None else uv_of(ohm)
        for _ in range(polls):
            self.proximity.poll(pilot_state)
        return (self.proximity.cable_ma, self.proximity.is_ok)

    def test_has_no_rating_and_no_fault_without_a_car(self):
        for ohm in (None, 220, 0, 1_500):
            self.assertEqual(self.see(ohm, PILOT_A, 5), (0, True))

    def test_takes_the_rating_once_the_plug_has_stopped_bouncing(self):
        self.see(None, PILOT_A)
        self.assertEqual(self.see(220, PILOT_B), (0, False))
        self.assertEqual(self.see(None, PILOT_B), (0, False))
        self.assertEqual(self.see(680, PILOT_B, 2), (0, False))

        self.assertEqual(self.see(680, PILOT_B), (20_000, True))

    def test_has_no_rating_for_a_plug_without_a_valid_resistor(self):
        for ohm in (None, 0, 50, 5_000):
            self.see(None, PILOT_A, 2)
            self.assertEqual(self.see(ohm, PILOT_B, 50), (0, False))

    def test_takes_none_while_the_pilot_fits_no_car(self):
        for state in (PILOT_INVALID, PILOT_E):
            self.assertEqual(self.see(220, state, 50), (0, True))

    def test_loses_the_cable_in_the_second_poll(self):  # F27
        for ohm in (None, 0, 220, 1_500):
            with self.subTest(ohm):
                self.see(None, PILOT_A, 2)
                self.assertEqual(self.see(680, PILOT_B, 3), (20_000, True))

                self.assertEqual(self.see(ohm, PILOT_C), (20_000, True))
                self.assertEqual(self.see(ohm, PILOT_C), (20_000, False))

    def test_never_changes_the_rating_in_a_session(self):
        self.see(1_500, PILOT_B, 3)
        for ohm in (220, 100, 680, 1_500, None, 1_500):
            cable_ma, is_ok = self.see(ohm, PILOT_C, 10)
            self.assertEqual((cable_ma, is_ok), (13_000, ohm == 1_500))

    def test_forgives_a_single_reading(self):
        self.see(220, PILOT_B, 3)
        for _ in range(20):
            self.assertEqual(self.see(None, PILOT_C), (32_000, True))
            self.assertEqual(self.see(220, PILOT_C), (32_000, True))

    def test_is_not_shaken_by_noise_at_the_edge_of_a_band(self):
        self.see(140, PILOT_B, 3)
        for ohm in (141, 144, 138, 150, 142):
            self.assertEqual(self.see(ohm, PILOT_C, 3), (63_000, True))

    def test_parts_the_nearest_legal_resistors_of_two_bands(self):
        for taken, changed in ((140, 164), (308, 400), (936, 1_100)):
            self.see(None, PILOT_A)
            self.see(taken, PILOT_B, 3)
            self.assertFalse(self.see(changed, PILOT_C, 2)[1])

    def test_begins_anew_with_the_next_car(self):
        self.see(1_500, PILOT_B, 3)
        self.see(220, PILOT_B, 3)

        self.assertEqual(self.see(220, PILOT_A), (0, True))
        self.assertEqual(self.see(220, PILOT_B, 3), (32_000, True))

    def test_allows_70_a_on_a_single_phase(self):
        self.proximity.is_single_phase = True
        self.assertEqual(self.see(100, PILOT_B, 3), (70_000, True))
        self.see(None, PILOT_A)
        self.assertEqual(self.see(220, PILOT_B, 3), (32_000, True))

    def test_is_lost_while_the_converter_gives_no_reading(self):
        self.see(220, PILOT_B, 3)
        self.adc.is_silent = True
        self.assertEqual(self.see(220, PILOT_C), (32_000, True))
        self.assertEqual(self.see(220, PILOT_C), (32_000, False))

        self.adc.is_silent = False
        self.assertEqual(self.see(220, PILOT_C, 2), (32_000, True))
