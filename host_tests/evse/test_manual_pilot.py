"""ManualPilot: somebody at the bench drives the pilot, and permits nothing by it."""

import unittest

from chargecore.base.codes import E_RANGE, OK
from chargecore.evse.manual_pilot import MANUAL_AUTO, MANUAL_F, MANUAL_PWM, MANUAL_X1, ManualPilot
from fakes.evse_rig import EvseRig


class ManualPilotTest(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()
        self.manual = self.rig.controller.manual = ManualPilot()

    def test_drives_what_was_chosen_whatever_the_car_says(self):
        rig = self.rig
        rig.run_ms(4_000)
        for state in "ABC":
            rig.ev(state)
            for mode, duty in ((MANUAL_X1, 65_535), (MANUAL_F, 0), (MANUAL_X1, 65_535)):
                self.assertEqual(self.manual.choose(mode), OK)
                rig.run_ms(100)
                self.assertEqual(rig.hw.pilot_pwm.duty, duty)
            self.assertEqual(self.manual.choose(MANUAL_PWM, 16_000), OK)
            rig.run_ms(4_000)
            self.assertEqual(rig.hw.pilot_pwm.duty, 17_476)

    def test_is_x1_until_somebody_chooses_and_the_self_test_goes_first(self):
        duties = set()
        for _ in range(200):
            self.rig.run_ms(5)
            duties.add(self.rig.hw.pilot_pwm.duty)

        self.assertEqual(self.manual.mode, MANUAL_X1)
        self.assertEqual(duties, {0, 65_535})  # -12 V for the burst of the self-test
        self.assertTrue(self.rig.interlock.is_tested)

    def test_refuses_an_offer_that_is_none_and_stays_as_it_was(self):
        self.manual.choose(MANUAL_F)
        for offer_ma in (0, 5_999, 80_001, -1):
            self.assertEqual(self.manual.choose(MANUAL_PWM, offer_ma), E_RANGE)
        self.assertEqual(self.manual.mode, MANUAL_F)

    def test_auto_gives_the_pilot_back_to_the_states(self):
        self.manual.choose(MANUAL_AUTO)

        took_ms = self.rig.charge()

        self.assertTrue(0 <= took_ms <= 3_000, took_ms)

    def test_nothing_closes_by_hand(self):
        rig = self.rig
        self.manual.choose(MANUAL_PWM, 16_000)
        rig.plug()
        rig.ev("C")

        rig.run_ms(10_000)

        self.assertEqual(rig.contactor.closings, 0)


if __name__ == "__main__":
    unittest.main()
