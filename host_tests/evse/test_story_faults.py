"""Faults that keep the contactor open, and how each one ends, on the simulated board.

R numbers: docs/safety.md. The rows F1 to F44 are stories: host_tests/stories/test_f_*.py.
"""

import unittest

from chargecore.safety import faults, reasons
from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C, PILOT_E, PILOT_F
from fakes.evse_rig import EvseRig

_X1 = 65_535
_TICKS_MAX = (1 << 30) - 1


class NeverClosesTest(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()

    def check_never_closed(self):
        self.assertEqual(self.rig.contactor.closings, 0)
        self.assertEqual(self.rig.coil_history, [(5, 0)])

    def test_never_closes_when_the_diode_is_shorted_in_c1(self):
        rig = self.rig
        rig.plug()
        rig.fault("diode_short")
        rig.ev("C")
        rig.run_ms(1_000)

        rig.controller.allow(True)
        rig.run_ms(10_000)

        self.check_never_closed()
        self.assertEqual(rig.controller.fault, faults.FAULT_OTHER)

    def test_never_closes_without_an_allowance(self):
        rig = self.rig
        rig.plug()
        rig.ev("C")

        rig.run_ms(10_000)

        self.check_never_closed()
        self.assertEqual(rig.outputs(), (0, _X1, 0, 0))
        self.assertTrue(rig.controller.ev_asks)

    def test_never_closes_while_the_connector_is_unavailable(self):
        rig = self.rig
        rig.plug()
        rig.controller.set_available(False)
        rig.controller.allow(True)
        rig.ev("C")

        rig.run_ms(10_000)

        self.check_never_closed()
        self.assertEqual(rig.outputs(), (0, _X1, 0, 0))


class NoFlickerTest(unittest.TestCase):
    def test_reports_no_fault_when_the_plug_bounces(self):
        rig = EvseRig()
        rig.run_ms(1_000)

        for state in "EAEBEBFB":
            rig.ev(state)
            rig.run_ms(100)
            self.assertFalse(rig.is_faulted())

        rig.run_ms(200)
        self.assertEqual(rig.controller.pilot_state, PILOT_B)

    def test_reports_a_short_that_lasts_without_a_car(self):
        rig = EvseRig()
        rig.run_ms(1_000)

        rig.fault("cp_pe_short")
        took_ms = rig.until(rig.is_faulted, 2_000)

        self.assertTrue(500 <= took_ms <= 600)
        self.assertEqual(rig.controller.pilot_state, PILOT_E)
        self.assertFalse(rig.controller.is_plugged)

    def test_reports_a_pilot_held_at_minus_12_v(self):
        rig = EvseRig()
        rig.plug()

        rig.ev("F")
        rig.run_ms(1_000)

        self.assertEqual(rig.controller.pilot_state, PILOT_F)
        self.assertEqual(rig.controller.fault, faults.FAULT_INTERNAL)
        self.assertTrue(rig.controller.is_plugged)


class RecoveryTest(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig(pass_ms=10)

    def test_clears_a_pilot_fault_a_second_after_unplugging(self):  # R50
        rig = self.rig
        rig.charge()
        rig.fault("cp_pe_short")
        rig.run_ms(1_000)
        self.assertTrue(rig.is_faulted())

        rig.fault("cp_pe_short", False)
        rig.unplug()
        took_ms = rig.until(rig.is_clear, 5_000)

        self.assertTrue(1_000 <= took_ms <= 1_100)
        self.assertEqual(rig.controller.pilot_state, PILOT_A)
        self.assertEqual(rig.controller.open_reason, reasons.OPEN_PILOT_SHORT)  # why it opened

    def test_tries_a_pilot_fault_again_three_times_per_session(self):  # R50
        rig = self.rig
        rig.charge()
        waits = []
        for _ in range(4):
            rig.fault("diode_short")
            self.assertTrue(rig.until(rig.is_faulted, 5_000) >= 0)
            rig.fault("diode_short", False)
            waits.append(rig.until(rig.is_clear, 100_000))
            rig.until(rig.is_live, 10_000)

        self.assertEqual(waits[3], -1)
        for wait_ms in waits[:3]:
            self.assertTrue(59_900 <= wait_ms <= 60_100)

    def test_waits_30_s_after_a_fault_under_load_before_it_closes_again(self):  # R11
        rig = self.rig
        rig.charge()

        rig.fault("OverVoltage")
        rig.run_ms(500)
        rig.fault("OverVoltage", False)
        took_ms = rig.until(rig.is_coil_on, 60_000)

        self.assertTrue(29_400 <= took_ms <= 30_000)

    def test_waits_5_s_after_an_ordinary_opening(self):  # R11
        rig = self.rig
        rig.charge()
        rig.ev("B")
        rig.until(rig.is_coil_off, 100)

        rig.ev("C")
        took_ms = rig.until(rig.is_coil_on, 10_000)

        self.assertTrue(5_000 <= took_ms <= 5_100)

    def test_lets_the_next_car_charge_after_a_fault_of_the_one_before(self):
        rig = self.rig
        rig.charge()
        rig.fault("OverVoltage")
        rig.run_ms(500)
        rig.fault("OverVoltage", False)
        rig.unplug()
        rig.run_ms(5_000)

        rig.ev("C")
        took_ms = rig.until(rig.is_coil_on, 10_000)

        self.assertTrue(0 <= took_ms <= 3_000)

    def test_says_rcd_when_it_trips_during_another_fault(self):
        rig = self.rig
        rig.charge()
        rig.fault("OverVoltage")
        rig.run_ms(100)

        rig.plant.rcd.has_residual = True
        rig.run_ms(100)

        self.assertEqual(rig.controller.fault, faults.FAULT_GROUND)
        self.assertEqual(rig.controller.open_reason, reasons.OPEN_RCD)

    def test_follows_the_fault_line_that_is_left(self):
        rig = self.rig
        rig.fault("OverVoltage")
        rig.fault("HighTemperature")
        rig.run_ms(100)
        self.assertEqual(rig.controller.fault, faults.FAULT_HIGH_TEMPERATURE)

        rig.fault("HighTemperature", False)
        rig.run_ms(100)

        self.assertEqual(rig.controller.fault, faults.FAULT_OVER_VOLTAGE)

    def test_opens_again_while_the_residual_current_flows_on(self):
        rig = self.rig
        rig.charge()
        rig.plant.rcd.has_residual = True
        rig.run_ms(5_000)

        self.assertTrue(rig.is_dead() and rig.controller.rcd.is_tripped)
        self.assertEqual(rig.contactor.closings, 1)


class WrapTest(unittest.TestCase):
    """The waits, each across the tick wrap at 2^30."""

    def wrap_in(self, ms):
        """Return a rig whose ticks wrap that many ms from now on."""
        return EvseRig(start_ms=_TICKS_MAX - ms, pass_ms=10)

    def test_closes_and_opens_across_the_wrap(self):
        for wrap_ms in (3_900, 4_100, 4_300, 4_500, 5_000):
            with self.subTest(wrap_ms):
                rig = self.wrap_in(wrap_ms)
                took_ms = rig.charge()
                self.assertTrue(500 <= took_ms <= 700)

                rig.ev("B")
                self.assertTrue(0 <= rig.until(rig.is_coil_off, 100) <= 50)

    def test_stops_after_6_s_across_the_wrap(self):
        rig = self.wrap_in(8_000)
        rig.charge()

        rig.controller.allow(False)
        took_ms = rig.until(rig.is_coil_off, 10_000)

        self.assertTrue(6_000 <= took_ms <= 6_100)

    def test_waits_30_s_across_the_wrap(self):
        rig = self.wrap_in(20_000)
        rig.charge()
        rig.fault("OverVoltage")
        rig.run_ms(100)
        rig.fault("OverVoltage", False)

        took_ms = rig.until(rig.is_coil_on, 60_000)

        self.assertTrue(29_800 <= took_ms <= 30_000)

    def test_tries_again_after_60_s_across_the_wrap(self):
        rig = self.wrap_in(30_000)
        rig.charge()
        rig.fault("diode_short")
        rig.run_ms(200)
        rig.fault("diode_short", False)

        took_ms = rig.until(rig.is_clear, 100_000)

        self.assertTrue(59_800 <= took_ms <= 60_000)

    def test_charges_as_usual_after_a_week_without_a_car(self):
        rig = EvseRig(pass_ms=10)
        rig.charge()
        rig.unplug()
        rig.run_ms(6_000)

        for _ in range(5):  # 7.7 days; the wrap takes 12.4, and 6.2 look like the future
            rig.clock.advance_ms(1 << 27)
            rig.run_ms(5_200)
        rig.plug()
        rig.controller.allow(True)
        rig.ev("C")
        took_ms = rig.until(rig.is_coil_on, 10_000)

        self.assertTrue(0 <= took_ms <= 1_000)

    def test_clears_a_fault_after_a_week(self):
        rig = EvseRig(pass_ms=10)
        rig.charge()
        rig.fault("feedback_open")
        rig.run_ms(1_000)
        rig.fault("feedback_open", False)

        for _ in range(5):
            rig.clock.advance_ms(1 << 27)
            rig.run_ms(5_200)
        rig.unplug()
        took_ms = rig.until(rig.is_clear, 5_000)

        self.assertTrue(1_000 <= took_ms <= 1_100)


class StateNamesTest(unittest.TestCase):
    def test_follows_a_simple_car_that_asks_at_once(self):
        rig = EvseRig()
        rig.run_ms(1_000)

        rig.ev("C")
        rig.run_ms(60)
        self.assertEqual((rig.controller.pilot_state, rig.controller.is_plugged), (PILOT_B, True))
        rig.run_ms(500)

        self.assertEqual((rig.controller.pilot_state, rig.controller.ev_asks), (PILOT_C, True))
