"""AdcCt: RMS on every kind of wave and polling, sensors that are gone, energy."""

import unittest

from chargecore.meters.adc_ct import AdcCt, isqrt
from fakes.clock import FakeClock
from fakes.mains_adc import MainsAdc
from fakes.storage import FakeStorage

_SCALE_PERMILLE = 6_060  # 2000:1 at 33 Ohm: 16.5 mV per ampere


class IsqrtTest(unittest.TestCase):
    def test_rounds_down_over_the_whole_range(self):
        for root in (0, 1, 2, 3, 1_000, 16_499, 32_766):
            self.assertEqual(isqrt(root * root), root)
            self.assertEqual(isqrt(root * root + 2 * root), root)
        self.assertEqual(isqrt((1 << 30) - 1), 32_767)


class AdcCtTest(unittest.TestCase):
    def setUp(self):
        self.make(50)

    def make(self, hz, phases=1):
        self.clock = FakeClock()
        self.adcs = [MainsAdc(self.clock, hz, 333 * n) for n in range(phases)]
        self.adc = self.adcs[0]
        args = self.adcs, self.clock, _SCALE_PERMILLE, hz, 230
        self.meter = AdcCt(*args, FakeStorage(), None)

    def run_ms(self, ms, step_ms=7):
        for _ in range(ms // step_ms):
            self.meter.poll(self.clock.advance_ms(step_ms))

    def check_near(self, value, expected, permille=10):
        is_near = abs(value - expected) * 1000 <= expected * permille
        self.assertTrue(is_near, "{} {}".format(value, expected))

    def test_measures_the_rms_of_any_current(self):
        for hz in (50, 60):
            for current_ma in (500, 6_000, 16_000, 32_000, 60_000):
                self.make(hz)
                self.adc.rms_uv = current_ma * 33 // 2
                self.run_ms(700)
                self.check_near(self.meter.current_ma[0], current_ma, 15)

    def test_measures_the_rms_of_a_distorted_current(self):
        self.adc.rms_uv = 160_000
        self.adc.third_uv = 120_000
        self.run_ms(700)

        self.check_near(self.meter.current_ma[0], 200_000 * 2 // 33, 15)  # sqrt(16^2 + 12^2) = 20

    def test_measures_the_same_however_irregular_the_polls_are(self):
        for steps_ms in ((1,), (3,), (7, 1, 2, 9, 4), (11,), (13, 4)):
            self.make(50)
            self.adc.rms_uv = 264_000
            for n in range(300):
                self.meter.poll(self.clock.advance_ms(steps_ms[n % len(steps_ms)]))
            self.check_near(self.meter.current_ma[0], 16_000, 15)

    def test_knows_nothing_when_the_polls_fall_on_the_same_place_of_the_wave(self):
        self.adc.rms_uv = 264_000
        self.run_ms(5_000, 20)
        first = self.meter.current_ma[0]
        self.run_ms(5_000, 100)

        self.assertEqual((first, self.meter.current_ma[0]), (None, None))
        self.assertIsNone(self.meter.import_wh)

    def test_samples_once_per_phase_and_poll_and_not_twice_in_a_step(self):
        self.make(50, 3)
        self.run_ms(140)
        self.assertEqual([adc.reads for adc in self.adcs], [20] * 3)

        before = self.adc.reads
        for _ in range(50):
            self.meter.poll(self.clock.ticks_ms())

        self.assertEqual(self.adc.reads - before, 1)

    def test_has_a_reading_after_seven_cycles(self):
        self.adc.rms_uv = 264_000
        self.run_ms(133)
        first = self.meter.current_ma[0]
        self.run_ms(7)

        self.assertIsNone(first)
        self.check_near(self.meter.current_ma[0], 16_000, 15)

    def test_does_not_mind_a_bias_that_is_off_or_drifts(self):
        self.adc.rms_uv = 264_000
        self.adc.zero_uv = 1_500_000
        for _ in range(50):
            self.adc.zero_uv += 4_000
            self.run_ms(140)
            self.check_near(self.meter.current_ma[0], 16_000, 20)
        self.check_near(self.meter.zero_uv[0], self.adc.zero_uv, 20)

    def test_knows_nothing_when_the_bias_is_gone(self):
        self.adc.rms_uv = 264_000
        self.run_ms(700)
        for zero_uv in (0, 3_300_000):
            self.adc.rms_uv = 0
            self.adc.zero_uv = zero_uv
            self.run_ms(280)
            self.assertIsNone(self.meter.current_ma[0])  # not 0 A
            self.adc.zero_uv = 1_650_000
            self.run_ms(280)
            self.assertEqual(self.meter.current_ma[0], 0)

    def test_tells_at_least_what_fits_when_the_input_is_overdriven(self):
        self.adc.rms_uv = 3_000_000
        self.run_ms(700)

        self.assertTrue(self.meter.current_ma[0] >= 80_000)

    def test_takes_noise_for_no_current(self):
        self.adc.rms_uv = 1_000
        self.run_ms(700)

        self.assertEqual(self.meter.current_ma[0], 0)

    def test_estimates_power_with_the_nominal_voltage(self):
        self.make(50, 3)
        for adc in self.adcs:
            adc.rms_uv = 264_000
        self.run_ms(700)

        self.assertEqual(self.meter.voltage_dv, [None] * 3)
        for power_w in self.meter.power_w:
            self.check_near(power_w, 3_680, 15)
        self.assertIsNone(self.meter.power_factor_permille)

    def test_counts_no_energy_while_a_phase_is_unknown(self):
        self.make(50, 3)
        for adc in self.adcs:
            adc.rms_uv = 264_000
        self.run_ms(60_000)
        known_wh = self.meter.import_wh
        self.adcs[1].zero_uv = 0
        self.adcs[1].rms_uv = 0
        self.run_ms(5_000)

        self.assertTrue(self.meter.import_wh <= known_wh + 1)  # the window it broke in
        self.assertFalse(self.meter.fresh)
        self.assertIsNone(self.meter.current_ma[1])
        self.check_near(self.meter.current_ma[2], 16_000, 15)

    def test_counts_no_energy_for_the_time_of_a_gap(self):
        self.adc.rms_uv = 264_000
        self.run_ms(60_000)
        known_wh = self.meter.import_wh
        self.clock.advance_ms(600_000)
        self.run_ms(1_400)

        self.assertTrue(known_wh <= self.meter.import_wh <= known_wh + 2)

    def test_counts_refused_samples_and_makes_no_window_of_them(self):
        self.adc.rms_uv = 264_000
        self.adc.is_broken = True
        self.run_ms(700)

        self.assertEqual(self.meter.silent, 100)
        self.assertIsNone(self.meter.current_ma[0])
