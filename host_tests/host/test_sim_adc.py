"""The pilot's ADC: which half a random instant falls into."""

import unittest

from boards.host.sim_adc import SimAdc

_HIGH_UV = 1_300_000 + 88 * 5_990
_LOW_UV = 1_300_000 - 88 * 12_000


class SimAdcTest(unittest.TestCase):
    def setUp(self):
        self.adc = SimAdc(10)

    def share_of_high(self, duty_u16, reads):
        self.adc.set_levels(duty_u16, 5_990, -12_000)
        high = 0
        for _ in range(reads):
            uv = self.adc.read_uv()
            self.assertIn(uv, (_HIGH_UV, _LOW_UV))
            if uv == _HIGH_UV:
                high += 1
        return high * 1000 // reads

    def test_reads_the_high_half_as_often_as_the_duty_says(self):
        for duty_u16, permille in ((6553, 100), (17_476, 267), (34_952, 533)):
            with self.subTest(duty_u16):
                self.assertLessEqual(abs(self.share_of_high(duty_u16, 4000) - permille), 20)

    def test_never_reads_the_other_half_when_the_level_is_static(self):
        self.assertEqual(self.share_of_high(65_535, 4000), 1000)
        self.assertEqual(self.share_of_high(0, 4000), 0)

    def test_stays_within_the_amplitude_when_noise_is_added(self):
        self.adc.set_levels(65_535, 9_000, -12_000)
        self.adc.set_noise(400)
        seen = [self.adc.read_uv() for _ in range(2000)]

        self.assertLessEqual(max(seen), 1_300_000 + 88 * 9_400)
        self.assertGreaterEqual(min(seen), 1_300_000 + 88 * 8_600)
        self.assertGreaterEqual(max(seen) - min(seen), 88 * 700)
