"""PilotSense: levels of a burst, in the presence of noise and spikes."""

import unittest

from boards.host.sim_adc import SimAdc
from chargecore.evse.pilot_decoder import PilotDecoder
from chargecore.evse.pilot_sense import CENTRE_UV, READS, READS_WIDE, PilotSense
from chargecore.safety.pilot_states import PILOT_B, PILOT_INVALID


class ListAdc:
    """Answers the readings it was given, then the last one for ever."""

    def __init__(self, readings_uv):
        self.readings_uv = readings_uv
        self.reads = 0

    def read_uv(self):
        uv = self.readings_uv[min(self.reads, len(self.readings_uv) - 1)]
        self.reads += 1
        return uv


class ListSampler:
    """Gives bursts instead of single readings, or none."""

    def __init__(self, readings_uv):
        self.readings_uv = readings_uv
        self.counts = []

    def fill(self, buf, count):
        self.counts.append(count)
        for i in range(count):
            buf[i] = self.readings_uv[i % len(self.readings_uv)]
        return len(self.readings_uv) > 1


class SilentAdc:
    def read_uv(self):
        raise OSError(5)


def _uv(mv):
    return CENTRE_UV + 88 * mv


class PilotSenseTest(unittest.TestCase):
    def levels(self, readings_mv):
        adc = ListAdc([_uv(mv) for mv in readings_mv])
        sense = PilotSense(adc)
        sense.read(False)
        self.assertEqual(adc.reads, READS)
        return (sense.high_mv, sense.low_mv)

    def sim(self, duty_u16, high_mv, low_mv, noise_mv=0):
        adc = SimAdc(0)
        adc.set_levels(duty_u16, high_mv, low_mv)
        adc.set_noise(noise_mv)
        return PilotSense(adc)

    def test_reads_one_level_twice_when_the_pilot_is_static(self):
        self.assertEqual(self.levels([12_000]), (12_000, 12_000))
        self.assertEqual(self.levels([-12_000]), (-12_000, -12_000))

    def test_parts_the_two_halves(self):
        self.assertEqual(self.levels([6_000, -12_000] * 75), (6_000, -12_000))

    def test_ignores_a_spike_on_either_side(self):
        spikes = [15_000, -14_000]
        self.assertEqual(self.levels(spikes + [9_000, -12_000] * 74), (9_000, -12_000))

    def test_sees_two_readings_of_a_narrow_half(self):
        self.assertEqual(self.levels([-12_000] * 148 + [9_000] * 2), (9_000, -12_000))

    def test_hardly_misses_a_half_at_the_smallest_and_largest_offer(self):
        rows = ((6_553, 8_978, False, 0), (55_704, 5_990, False, 0), (62_914, 5_990, True, 2))
        for duty_u16, high_mv, is_wide, allowed in rows:
            with self.subTest(duty_u16):
                sense = self.sim(duty_u16, high_mv, -12_000)
                missed = 0
                for _ in range(500):
                    sense.read(is_wide)
                    is_low_seen = abs(sense.low_mv + 12_000) <= 1
                    missed += not (is_low_seen and abs(sense.high_mv - high_mv) <= 1)
                self.assertTrue(missed <= allowed)

    def test_is_not_lifted_by_noise(self):  # F11
        for noise_mv in (100, 400):
            sense = self.sim(17_476, 6_000, -12_000, noise_mv)
            for _ in range(100):
                sense.read(False)
                self.assertTrue(abs(sense.high_mv - 6_000) <= noise_mv // 2)
                self.assertTrue(abs(sense.low_mv + 12_000) <= noise_mv // 2)

    def test_keeps_full_scale_apart_from_any_legal_level(self):
        sense = PilotSense(ListAdc([3_300_000]))
        sense.read(False)
        self.assertEqual(sense.high_mv, 22_727)

        sense = PilotSense(ListAdc([-20]))  # offset of a real ADC below its zero
        sense.read(False)
        self.assertEqual(sense.low_mv, -14_773)

    def test_takes_gain_and_centre_of_the_board(self):
        sense = PilotSense(ListAdc([1_200_000 + 90_000 * 9]), None, 1_200_000, 90_000)

        sense.read(False)

        self.assertEqual(sense.high_mv, 9_000)

    def test_takes_bursts_of_the_sampler_where_there_is_one(self):
        sampler = ListSampler([_uv(6_000), _uv(-12_000)])
        sense = PilotSense(SilentAdc(), sampler)

        sense.read(False)
        self.assertEqual((sense.high_mv, sense.low_mv), (6_000, -12_000))
        sense.read(True)

        self.assertEqual(sampler.counts, [READS, READS_WIDE])

    def test_shows_no_level_at_all_without_readings(self):
        for sense in (PilotSense(SilentAdc()), PilotSense(SilentAdc(), ListSampler([_uv(9_000)]))):
            decoder = PilotDecoder()
            decoder.take(9_000, 9_000, False, 0)
            decoder.take(9_000, 9_000, False, 20)
            self.assertEqual(decoder.state, PILOT_B)
            for at_ms in (40, 60, 80):
                self.assertEqual(decoder.state, PILOT_B)
                sense.read(False)
                decoder.take(sense.high_mv, sense.low_mv, False, at_ms)
            self.assertEqual(decoder.state, PILOT_INVALID)
