"""Temperature: the NTC's curve, derating, stop, and a sensor that is lost. R8, R31, F33."""

import math
import unittest

from boards.host.sim_voltage import SimVoltage
from boards.host.thermometer import ntc_uv
from chargecore.evse.temperature import Temperature, dc_of_uv
from fakes.clock import FakeClock

_STEP_MS = 20


class CurveTest(unittest.TestCase):
    def test_is_within_1_k_of_the_beta_equation(self):
        for exact_dc in range(-400, 1_250, 3):
            kelvin = exact_dc / 10 + 273.15
            ohm = 10_000 * math.exp(3_950 * (1 / kelvin - 1 / 298.15))
            found_dc = dc_of_uv(int(3_300_000 * ohm / (ohm + 10_000)))
            self.assertTrue(abs(found_dc - exact_dc) < 10, exact_dc)

    def test_knows_no_temperature_beyond_the_range(self):
        for uv in (3_300_000, 3_230_000, ntc_uv(-402), ntc_uv(1_252), 100_000, 0, -5):
            with self.subTest(uv):
                self.assertIsNone(dc_of_uv(uv))

    def test_never_falls_while_the_voltage_falls(self):
        last_dc = -401
        for uv in range(3_219_000, 115_000, -1_000):
            found_dc = dc_of_uv(uv)
            self.assertTrue(found_dc >= last_dc)
            last_dc = found_dc


class TemperatureTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.adc = SimVoltage(0, ntc_uv(250))
        self.temperature = Temperature(self.adc, self.clock)
        self.run_ms(_STEP_MS)

    def run_ms(self, ms):
        for _ in range(ms // _STEP_MS):
            self.temperature.step(self.clock.advance_ms(_STEP_MS))

    def heat(self, dc, ms=500):
        """Let the terminals be that warm from one reading to the next."""
        self.adc.level_uv = ntc_uv(dc)
        self.run_ms(ms)

    def until(self, condition, limit_ms):
        took_ms = 0
        while not condition():
            if took_ms >= limit_ms:
                return -1
            self.run_ms(_STEP_MS)
            took_ms += _STEP_MS
        return took_ms

    def is_near(self, dc):
        return abs(self.temperature.temperature_dc - dc) <= 6

    def test_knows_the_temperature_from_the_first_step(self):
        self.assertTrue(self.is_near(250))
        self.assertTrue(self.temperature.is_known)
        self.assertFalse(self.temperature.is_too_hot)

    def test_derates_from_60_to_70_c(self):
        rows = ((590, 32_000), (600, 32_000), (650, 19_000), (699, 6_260), (710, 6_000))
        for dc, limit_ma in rows:
            with self.subTest(dc):
                self.heat(dc)
                # 0.6 K of the table are 0.06 * 26 A
                self.assertTrue(abs(self.temperature.limit_ma(32_000) - limit_ma) <= 1_600)
                self.assertTrue(self.temperature.limit_ma(32_000) >= 6_000)
                self.assertFalse(self.temperature.is_too_hot)

    def test_never_raises_an_offer(self):
        self.heat(680)
        for offer_ma in (0, 5_000, 6_000, 6_001, 10_000, 80_000):
            limit_ma = self.temperature.limit_ma(offer_ma)
            self.assertTrue(limit_ma <= offer_ma)
            self.assertTrue(limit_ma >= min(offer_ma, 6_000))

    def test_derates_within_1_s(self):
        self.adc.level_uv = ntc_uv(650)

        took_ms = self.until(lambda: self.temperature.limit_ma(32_000) < 21_000, 2_000)

        self.assertTrue(0 <= took_ms <= 1_000)

    def test_does_not_follow_noise(self):
        self.heat(650)
        limit_ma = self.temperature.limit_ma(32_000)
        for dc in (645, 649, 643, 650, 644):
            self.heat(dc)
            self.assertEqual(self.temperature.limit_ma(32_000), limit_ma)
        self.heat(630)
        self.assertTrue(self.temperature.limit_ma(32_000) > limit_ma)

    def test_stops_above_72_c_and_resumes_below_60_c_after_5_min(self):
        self.heat(713)
        self.assertFalse(self.temperature.is_too_hot)
        self.heat(730)
        self.assertTrue(self.temperature.is_too_hot)
        self.heat(610, 600_000)
        self.assertTrue(self.temperature.is_too_hot)

        self.adc.level_uv = ntc_uv(585)
        took_ms = self.until(lambda: not self.temperature.is_too_hot, 400_000)

        self.assertTrue(299_700 <= took_ms <= 300_500, took_ms)  # a reading each 250 ms

    def test_waits_anew_when_it_gets_warm_in_between(self):
        self.heat(730)
        self.heat(580, 200_000)
        self.heat(620, 1_000)

        self.heat(580, 290_000)
        self.assertTrue(self.temperature.is_too_hot)
        self.heat(580, 20_000)
        self.assertFalse(self.temperature.is_too_hot)

    def test_stops_when_it_rises_by_more_than_5_k_in_10_s(self):
        for second in range(12):
            self.heat(250 + 7 * second, 1_000)
            self.assertEqual(self.temperature.is_too_hot, second >= 8, second)

    def test_goes_on_when_it_rises_more_slowly(self):
        for second in range(60):
            self.heat(250 + 4 * second, 1_000)

        self.assertFalse(self.temperature.is_too_hot)

    def test_takes_a_jump_for_what_it_is(self):
        self.heat(350, 15_000)
        self.heat(250, 15_000)

        self.assertFalse(self.temperature.is_too_hot)
        for second in range(10):  # and is watching again
            self.heat(250 + 7 * second, 1_000)
        self.assertTrue(self.temperature.is_too_hot)

    def test_is_unknown_within_1_s_when_a_wire_is_broken_or_shorted(self):
        for uv in (3_300_000, 0):
            self.heat(250)
            self.assertTrue(self.temperature.is_known)
            self.adc.level_uv = uv

            took_ms = self.until(lambda: not self.temperature.is_known, 2_000)

            self.assertTrue(0 <= took_ms <= 1_000)
            self.assertIsNone(self.temperature.temperature_dc)

    def test_forgives_a_single_reading(self):
        for _ in range(20):
            self.adc.level_uv = 3_300_000
            self.run_ms(260)
            self.heat(250, 260)
            self.assertTrue(self.temperature.is_known)

    def test_is_unknown_when_no_reading_could_be_taken_for_5_s(self):
        self.adc.is_silent = True
        self.run_ms(4_700)
        self.assertTrue(self.temperature.is_known)
        self.assertTrue(self.is_near(250))

        self.run_ms(600)

        self.assertFalse(self.temperature.is_known)

    def test_is_known_again_when_the_sensor_is_back(self):
        self.heat(730)
        self.adc.level_uv = 3_300_000
        self.run_ms(1_000)

        self.heat(580)

        self.assertTrue(self.temperature.is_known)
        self.assertTrue(self.temperature.is_too_hot)  # it was not cool meanwhile
        self.heat(580, 300_000)
        self.assertFalse(self.temperature.is_too_hot)

    def test_has_no_temperature_before_the_first_reading(self):
        self.adc.is_silent = True
        temperature = Temperature(self.adc, self.clock)
        temperature.step(self.clock.advance_ms(_STEP_MS))

        self.assertIsNone(temperature.temperature_dc)
