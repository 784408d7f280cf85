"""SelfTest of the boot on the simulated board: what it proves, and what nobody may do before."""

import unittest

from chargecore.base.events import EV_SELF_TEST
from chargecore.safety import faults, reasons
from chargecore.safety.permissions import BLOCK_TEST
from fakes.evse_rig import EvseRig

_X1 = 65_535


class SelfTestTest(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()

    def verdicts(self):
        log = self.rig.events
        found = []
        for number in range(log.oldest(), log.total):
            if log.field(number, 0) == EV_SELF_TEST:
                found.append(log.field(number, 2))
        return found

    def check_failed(self, verdict):
        rig = self.rig
        self.assertEqual(self.verdicts()[-1:], [verdict])
        self.assertTrue(rig.interlock.is_permanent)
        self.assertEqual(rig.controller.open_reason, reasons.OPEN_SELF_TEST)
        self.assertEqual(rig.controller.fault, faults.FAULT_INTERNAL)
        rig.ev("C")
        rig.controller.allow(True)
        rig.run_ms(100_000)
        self.assertEqual(self.verdicts()[-1:], [verdict])
        self.assertEqual(rig.contactor.closings, 0)
        self.assertEqual(rig.hw.rcd_test_pin.level, 0)
        self.assertTrue(rig.interlock.blocked_by & BLOCK_TEST)

    def test_passes_within_300_ms_and_keeps_the_contactor_open(self):
        rig = self.rig

        rig.run_ms(300)

        self.assertTrue(rig.interlock.is_tested)
        self.assertEqual(self.verdicts(), [0])
        self.assertFalse(rig.interlock.wants_x1 or rig.interlock.wants_low)
        self.assertEqual(rig.coil_history, [(5, 0)])
        self.assertEqual(rig.outputs(), (0, _X1, 0, 0))
        self.assertTrue(rig.is_clear())

    def test_drives_the_pilot_low_for_less_than_100_ms(self):
        rig = self.rig
        low_ms = 0
        for _ in range(1_000 // rig.pass_ms):
            rig.one_pass()
            low_ms += rig.pass_ms if rig.hw.pilot_pwm.duty == 0 else 0

        self.assertTrue(0 < low_ms < 100, low_ms)

    def test_leaves_the_pilot_of_a_plugged_car_alone(self):
        rig = self.rig
        rig.ev("C")
        for _ in range(1_000 // rig.pass_ms):
            rig.one_pass()
            self.assertEqual(rig.hw.pilot_pwm.duty, _X1)

        self.assertTrue(rig.interlock.is_tested)

    def test_offers_after_the_3_s_of_x1_when_a_car_is_there_at_boot(self):
        rig = EvseRig(has_lock=False)
        rig.ev("C")
        rig.controller.allow(True)

        took_ms = rig.until(lambda: rig.hw.pilot_pwm.duty != _X1, 10_000)

        self.assertTrue(3_000 <= took_ms <= 3_040, took_ms)
        self.assertTrue(0 <= rig.until(rig.is_live, 3_000))

    def test_offers_nothing_before_it_has_passed(self):  # X1->X2
        rig = self.rig = EvseRig(has_lock=False)
        rig.fault("rcd_slow", True, 2_700)
        rig.ev("C")
        rig.controller.allow(True)
        while not rig.interlock.is_tested:
            rig.one_pass()
            self.assertEqual(rig.outputs(), (0, _X1, 0, 0))

        self.assertTrue(2_700 <= rig.clock.elapsed_ms <= 3_200)

    def test_fails_when_the_rcd_does_not_trip(self):  # F21
        self.rig.fault("rcd_test_dead")

        took_ms = self.rig.until(self.rig.is_faulted, 5_000)

        self.assertTrue(1_000 <= took_ms <= 1_060, took_ms)
        self.check_failed(1)

    def test_fails_when_the_rcd_does_not_release(self):  # F21
        self.rig.fault("rcd_stuck")

        took_ms = self.rig.until(self.rig.is_faulted, 5_000)

        self.assertTrue(3_000 <= took_ms <= 3_100, took_ms)
        self.check_failed(2)

    def test_fails_when_the_rcd_is_tripped_at_boot(self):  # F21
        self.rig.fault("rcd_open")

        took_ms = self.rig.until(self.rig.is_faulted, 5_000)

        self.assertTrue(1_000 <= took_ms <= 1_060, took_ms)
        self.check_failed(3)

    def test_fails_when_the_positive_rail_is_weak(self):
        self.rig.fault("rail_plus", True, 10_800)

        self.rig.run_ms(1_500)

        self.check_failed(4)

    def test_fails_when_the_negative_rail_is_weak(self):
        self.rig.fault("rail_minus", True, -9_000)

        self.rig.run_ms(1_500)

        self.check_failed(5)

    def test_fails_when_the_adc_shows_12_v_whatever_the_pilot_does(self):
        self.rig.fault("cp_adc_stuck", True, 12_000)

        self.assertTrue(0 <= self.rig.until(self.rig.is_faulted, 1_500))

        self.check_failed(5)

    def test_waits_for_a_pilot_that_is_shorted_at_boot(self):
        rig = self.rig
        rig.fault("cp_pe_short")
        rig.run_ms(5_000)
        self.assertFalse(rig.interlock.is_tested)
        self.assertFalse(rig.interlock.is_permanent)
        rig.fault("cp_pe_short", False)

        rig.run_ms(500)

        self.assertTrue(rig.interlock.is_tested)

    def test_never_passes_while_the_contacts_are_welded(self):
        self.rig.plant.contactor.is_welded = True
        self.rig.run_ms(10_000)

        self.assertFalse(self.rig.interlock.is_tested)
        self.assertEqual(self.rig.controller.open_reason, reasons.OPEN_WELDED)

    # ---- the RCD, later ----

    def test_tests_the_rcd_again_when_the_car_is_gone(self):
        rig = self.rig
        rig.charge()
        self.assertEqual(self.verdicts(), [0])
        rig.controller.allow(False)
        rig.ev("B")
        rig.run_ms(5_000)
        self.assertEqual(self.verdicts(), [0])

        rig.unplug()
        rig.run_ms(500)

        self.assertEqual(self.verdicts(), [0, 0])
        self.assertEqual(rig.controller.rcd.trips, 0)
        self.assertTrue(rig.is_clear())

    def test_fails_when_the_rcd_is_dead_after_a_session(self):
        rig = self.rig
        rig.charge()
        rig.fault("rcd_test_dead")

        rig.unplug()
        rig.run_ms(1_300)

        self.assertTrue(rig.interlock.is_permanent)
        self.assertEqual(self.verdicts(), [0, 1])

    def test_does_not_cut_a_session_when_the_test_is_more_than_a_day_old(self):
        rig = self.rig
        rig.charge()
        rig.interlock.self_test.rcd_test.passed_at_ms = rig.clock.ticks_ms() - 90_000_000

        rig.run_ms(1_000)

        self.assertTrue(rig.is_live())
        self.assertFalse(rig.interlock.is_tested)
        self.assertEqual(rig.interlock.blocked_by, 0)
