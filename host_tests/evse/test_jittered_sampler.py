"""JitteredSampler: how often a burst misses a half of the pilot, whatever a read takes."""

import unittest
from array import array

from chargecore.evse.jittered_sampler import JitteredSampler

_PERIOD_TENTH_US = 10_000
_HIGH_UV, _LOW_UV = 2_000_000, 300_000


class TimedAdc:
    """An ADC that takes read_tenth_us per read, on a pilot whose period is exactly 1 ms."""

    def __init__(self, read_tenth_us, high_tenth_us, phase):
        self.read_tenth_us = read_tenth_us
        self.high_tenth_us = high_tenth_us
        self.at = phase  # tenth us within the period
        self.longest_us = 0

    def read_uv(self):
        self.at = (self.at + self.read_tenth_us) % _PERIOD_TENTH_US
        return _HIGH_UV if self.at < self.high_tenth_us else _LOW_UV

    def sleep_us(self, us):
        self.at = (self.at + 10 * us) % _PERIOD_TENTH_US
        self.longest_us = max(self.longest_us, us)


class SilentAdc:
    def read_uv(self):
        raise OSError(5)


def missed(read_tenth_us, high_tenth_us, count, bursts, wanted_uv, has_jitter=True):
    """Return how many bursts had fewer than two reads of the half."""
    buf = array("i", [0] * count)
    found = 0
    for burst in range(bursts):
        # Each burst begins 20 ms after the one before, at any phase: seeded, so that it repeats.
        phase = (burst * 7_919 + 13) % _PERIOD_TENTH_US
        adc = TimedAdc(read_tenth_us, high_tenth_us, phase)
        sampler = JitteredSampler(adc, adc.sleep_us if has_jitter else _no_sleep)
        sampler._seed = burst * 40_503 & 0xFFFF
        sampler.fill(buf, count)
        found += sum([uv == wanted_uv for uv in buf]) < 2
    return found


def _no_sleep(_us):
    pass


class JitteredSamplerTest(unittest.TestCase):
    # Reads of 1/4 .. 1/25 of the period and of none of it, 20 us at least.
    READS_TENTH_US = (200, 250, 400, 437, 500, 625, 1_000, 1_250, 2_000, 2_500)

    def test_hardly_misses_the_high_half_at_6_a(self):
        for read_tenth_us in self.READS_TENTH_US:
            with self.subTest(read_tenth_us):
                self.assertEqual(missed(read_tenth_us, 1_000, 150, 100, _HIGH_UV), 0)

    def test_hardly_misses_the_low_half_at_80_a(self):
        for read_tenth_us in self.READS_TENTH_US:
            with self.subTest(read_tenth_us):
                # (1 - 0.04)^250: 0.04 % have no read, 0.04 * 10 % one; the decoder forgives them
                self.assertTrue(missed(read_tenth_us, 9_600, 250, 100, _LOW_UV) <= 3)

    def test_misses_most_without_jitter_when_a_read_takes_a_fraction_of_the_period(self):
        # 250 us per read: four phases, and none of them in the half for 6 periods out of 10.
        self.assertTrue(missed(2_500, 1_000, 150, 100, _HIGH_UV, has_jitter=False) > 50)

    def test_waits_at_most_15_us(self):
        adc = TimedAdc(437, 1_000, 0)
        JitteredSampler(adc, adc.sleep_us).fill(array("i", [0] * 250), 250)
        self.assertEqual(adc.longest_us, 15)

    def test_goes_on_with_its_sequence_in_the_next_burst(self):
        seeds = []
        adc = TimedAdc(437, 1_000, 0)
        sampler = JitteredSampler(adc, adc.sleep_us)
        for _ in range(100):
            sampler.fill(array("i", [0] * 150), 150)
            seeds.append(sampler._seed)
        self.assertEqual(len(set(seeds)), 100)

    def test_gives_nothing_when_the_adc_gives_nothing(self):
        sampler = JitteredSampler(SilentAdc(), _no_sleep)
        self.assertFalse(sampler.fill(array("i", [0] * 150), 150))
