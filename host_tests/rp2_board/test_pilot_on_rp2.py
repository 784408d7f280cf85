"""The pilot's levels as PilotSense gets them out of the ring, at the shortest halves there are."""

import unittest

from boards.rp2.adc_ring import RP2040, AdcRing
from boards.rp2.pilot_sampler import PilotSampler
from boards.rp2.sampled_channel import SampledChannel
from chargecore.evse.pilot_sense import PilotSense
from fakes.rp2_adc import FakeRp2Chip

_STEP = 2_361  # conversions
_PERIOD_NS = 1_000_000


def raw_of(mv):
    """Return what the ADC reads for a level at the CP pin: 1.3 V + 88 mV per V."""
    return (1_300_000 + 88 * mv) * 4096 // 3_300_000


class TestPilotOnRp2(unittest.TestCase):
    def setUp(self):
        self.chip = FakeRp2Chip()
        self.ring = AdcRing(
            self.chip, self.chip.dma, RP2040, self.chip.ticks_us, self.chip.address_of
        )
        adc = SampledChannel(self.ring, 0)
        self.sense = PilotSense(adc, PilotSampler(self.ring, 0))

    def play(self, duty_permille, high_mv, low_mv):
        """Let the pilot have these levels from now on."""
        conversion_ns = self.chip.conversion_ns
        high_ns = duty_permille * 1000
        high, low = raw_of(high_mv), raw_of(low_mv)
        self.chip.values[0] = lambda n: high if n * conversion_ns % _PERIOD_NS < high_ns else low

    def check_levels(self, duty_permille, is_wide):
        self.play(duty_permille, 6_000, -12_000)
        for _ in range(5):
            self.chip.convert(_STEP)
            self.sense.read(is_wide)
            self.assertTrue(abs(self.sense.high_mv - 6_000) < 30, self.sense.high_mv)
            self.assertTrue(abs(self.sense.low_mv + 12_000) < 30, self.sense.low_mv)

    def test_both_levels_at_6_a(self):
        self.check_levels(99, False)

    def test_both_levels_at_51_a(self):
        self.check_levels(850, False)

    def test_both_levels_at_80_a(self):
        self.check_levels(960, True)

    def test_static_pilot_is_one_level(self):
        self.play(1000, 9_000, -12_000)
        self.chip.convert(_STEP)

        self.sense.read(False)

        self.assertTrue(abs(self.sense.high_mv - 9_000) < 30)
        self.assertTrue(abs(self.sense.low_mv - 9_000) < 30)

    def test_no_reading_is_far_beyond_any_level(self):
        self.play(1000, 9_000, -12_000)
        self.chip.convert(_STEP)
        self.sense.read(False)
        self.chip.dma.is_frozen = True
        self.chip.convert(_STEP)

        self.sense.read(False)

        self.assertTrue(abs(self.sense.high_mv) > 13_000)
        self.assertTrue(abs(self.sense.low_mv) > 13_000)
