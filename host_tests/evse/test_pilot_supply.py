"""PilotSupply: rails of the pilot's output stage, seen before the 1 kOhm. F8."""

import unittest

from boards.host.sim_adc import SimAdc
from chargecore.evse.pilot_supply import PilotSupply

_STEP_MS = 20
_PWM_6A, _PWM_80A = 6_553, 62_914


class SilentAdc:
    def read_uv(self):
        raise OSError(5)


class PilotSupplyTest(unittest.TestCase):
    def setUp(self):
        self.adc = SimAdc(0)
        self.supply = PilotSupply(self.adc)

    def run_ms(self, ms, duty, plus_mv=12_000, minus_mv=-12_000):
        """Run with rails and duty; return after how many ms is_ok was lost, or -1."""
        self.adc.set_levels(duty, plus_mv, minus_mv)
        lost_ms = -1
        for at_ms in range(_STEP_MS, ms + 1, _STEP_MS):
            self.supply.step(duty != 0, duty != 65_535, duty > 55_706)
            if lost_ms < 0 and not self.supply.is_ok:
                lost_ms = at_ms
        return lost_ms

    def test_is_ok_with_every_legal_rail(self):
        for duty in (0, 65_535, _PWM_6A, 17_476, 55_704, _PWM_80A):
            for rail_mv in (11_400, 12_000, 12_600):
                with self.subTest((duty, rail_mv)):
                    self.assertEqual(self.run_ms(4_000, duty, rail_mv, -rail_mv), -1)

    def test_finds_a_weak_or_dead_rail_within_half_a_second(self):
        rows = ((10_000, -12_000), (12_000, -9_000), (12_000, 0), (0, -12_000), (13_500, -12_000))
        for plus_mv, minus_mv in rows:
            for duty in (_PWM_6A, 17_476, _PWM_80A):
                with self.subTest((plus_mv, minus_mv, duty)):
                    self.supply = PilotSupply(self.adc)
                    self.run_ms(1_020, duty)
                    lost_ms = self.run_ms(1_000, duty, plus_mv, minus_mv)
                    self.assertTrue(0 < lost_ms <= 500, lost_ms)

    def test_judges_only_the_rail_that_is_driven(self):
        self.assertEqual(self.run_ms(2_000, 65_535, 12_000, -5_000), -1)
        self.assertEqual(self.run_ms(2_000, 0, 5_000, -12_000), -1)
        self.assertTrue(self.run_ms(2_000, 65_535, 10_000, -12_000) > 0)

    def test_begins_anew_when_the_pilot_changes(self):
        for _ in range(40):  # each time half a window
            self.assertEqual(self.run_ms(60, 65_535), -1)
            self.assertEqual(self.run_ms(60, 17_476), -1)

    def test_is_ok_again_when_the_rail_is_back(self):
        self.run_ms(1_000, 17_476, 10_000)
        self.assertFalse(self.supply.is_ok)

        self.run_ms(260, 17_476)

        self.assertTrue(self.supply.is_ok)

    def test_never_blames_a_good_rail_at_the_narrowest_halves(self):
        for duty in (_PWM_6A, _PWM_80A):
            self.assertEqual(self.run_ms(60_000, duty), -1)

    def test_is_not_ok_without_readings(self):
        supply = PilotSupply(SilentAdc())
        for _ in range(12):
            supply.step(True, True, False)

        self.assertFalse(supply.is_ok)
