"""-12 V on purpose: the wake-up of a car (R42) and the signal of a fault (R41), on the board."""

import unittest

from chargecore.base.events import EV_WAKE_UP
from chargecore.safety import faults, reasons
from chargecore.station.config import StationConfig
from fakes.evse_rig import EvseRig

_X1, _PWM_16A, _LOW = 65_535, 17_476, 0


class LowPulseTest(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()

    def configure(self, **fields):
        options = StationConfig()
        for name in fields:
            setattr(options, name, fields[name])
        self.rig.controller.configure(options)

    def duty(self):
        return self.rig.hw.pilot_pwm.duty

    def until_duty(self, duty, limit_ms):
        return self.rig.until(lambda: self.duty() == duty, limit_ms)

    def sleep(self):
        """Bring the connector to the beginning of the wake-up. Return how long B2 lasted."""
        self.rig.offer()
        self.assertTrue(0 <= self.until_duty(_PWM_16A, 4_000))
        return self.until_duty(_LOW, 40_000)


class WakeUpTest(LowPulseTest):
    def check_wakes(self, times):
        self.assertEqual(self.rig.count_events(EV_WAKE_UP), times)

    def test_wakes_a_car_that_rests_for_30_s(self):
        waited_ms = self.sleep()
        self.assertTrue(29_900 <= waited_ms <= 30_100, waited_ms)
        self.assertTrue(self.rig.controller.is_plugged)

        low_ms = self.until_duty(_X1, 5_000)
        x1_ms = self.until_duty(_PWM_16A, 1_500)

        self.assertTrue(4_000 <= low_ms <= 4_040, low_ms)
        self.assertTrue(740 <= x1_ms <= 800, x1_ms)
        self.assertEqual(self.rig.controller.fault, faults.FAULT_NONE)
        self.check_wakes(1)

    def test_charges_when_the_car_wakes(self):
        self.sleep()
        self.until_duty(_PWM_16A, 6_000)
        self.rig.ev("C")

        self.assertTrue(0 <= self.rig.until(self.rig.is_live, 3_000))

    def test_wakes_once_in_a_session(self):
        self.sleep()
        self.until_duty(_PWM_16A, 6_000)

        self.assertEqual(self.until_duty(_LOW, 120_000), -1)
        self.check_wakes(1)

    def test_does_not_wake_a_car_that_has_asked(self):
        self.rig.charge()
        self.rig.ev("B")

        self.assertEqual(self.until_duty(_LOW, 120_000), -1)
        self.check_wakes(0)

    def test_does_not_wake_when_the_station_file_forbids_it(self):
        self.configure(wake_up=False)
        self.rig.offer()

        self.assertEqual(self.until_duty(_LOW, 60_000), -1)

    def test_does_not_wake_without_an_offer(self):
        self.rig.plug()

        self.assertEqual(self.until_duty(_LOW, 60_000), -1)

    def test_wakes_again_in_the_next_session(self):
        rig = self.rig
        for is_unplugged in (False, True):
            self.sleep()
            self.until_duty(_PWM_16A, 6_000)
            rig.controller.allow(False)
            rig.run_ms(100)
            if is_unplugged:
                rig.unplug()
                rig.run_ms(200)
        self.assertTrue(29_900 <= self.sleep() <= 30_100)

        self.check_wakes(3)

    def test_goes_to_x1_when_the_offer_is_withdrawn_meanwhile(self):
        self.sleep()
        self.rig.controller.allow(False)
        self.rig.run_ms(25)
        self.assertEqual(self.duty(), _X1)

        self.rig.controller.allow(True)

        x1_ms = self.until_duty(_PWM_16A, 4_000)
        self.assertTrue(2_950 <= x1_ms <= 3_050, x1_ms)  # R11, as ever

    def test_sees_a_car_that_leaves_when_the_pulse_is_over(self):
        self.sleep()
        self.rig.unplug()  # at the car; the plug in the station stays where it is
        self.rig.plant.proximity.is_inserted = True
        self.rig.run_ms(2_000)
        self.assertEqual(self.duty(), _LOW)
        self.assertTrue(self.rig.controller.is_plugged)

        self.until_duty(_X1, 5_000)
        self.rig.run_ms(60)

        self.assertFalse(self.rig.controller.is_plugged)
        self.assertEqual(self.rig.controller.fault, faults.FAULT_NONE)
        self.assertEqual(self.until_duty(_PWM_16A, 5_000), -1)

    def test_sees_at_once_when_the_plug_is_pulled_out_of_the_station(self):
        self.sleep()
        self.rig.fault("pp_open")
        self.rig.unplug()

        self.assertTrue(0 <= self.until_duty(_X1, 200))
        self.rig.run_ms(60)
        self.assertFalse(self.rig.controller.is_plugged)
        self.rig.run_ms(2_000)
        self.assertEqual(self.rig.controller.fault, faults.FAULT_NONE)

    def test_never_closes_during_the_pulse(self):
        self.sleep()
        self.rig.ev("C")
        self.rig.run_ms(3_900)

        self.assertEqual(self.duty(), _LOW)
        self.assertEqual([level for _, level in self.rig.coil_history], [0])

    def test_opens_for_good_when_a_weld_is_found_during_the_pulse(self):
        self.sleep()
        self.rig.fault("feedback_closed")
        self.rig.run_ms(6_000)

        self.assertEqual(self.duty(), _LOW)
        self.assertEqual(self.rig.controller.open_reason, reasons.OPEN_WELDED)


class FaultSignalTest(LowPulseTest):
    def test_shows_x1_at_once_by_default(self):
        self.rig.charge()
        self.rig.fault("rcd_open")
        self.assertTrue(0 <= self.rig.until(self.rig.is_coil_off, 50))
        self.rig.run_ms(20)

        self.assertEqual(self.duty(), _X1)
        self.assertEqual(self.until_duty(_LOW, 2_000), -1)

    def test_shows_f_for_300_ms_and_then_x1_when_told_so(self):
        for kind in ("rcd_open", "cp_pe_short", "pe_lost", "pp_open", "estop"):
            with self.subTest(kind):
                self.setUp()
                self.configure(fault_pilot_f=True)
                self.rig.charge()
                self.rig.fault(kind)
                self.assertTrue(0 <= self.rig.until(self.rig.is_coil_off, 100))

                self.assertTrue(0 <= self.until_duty(_LOW, 40))
                low_ms = self.until_duty(_X1, 1_000)

                self.assertTrue(300 <= low_ms <= 340, low_ms)
                self.assertTrue(self.rig.is_faulted())
                self.assertEqual(self.until_duty(_LOW, 2_000), -1)

    def test_shows_no_f_for_an_ordinary_end(self):
        self.configure(fault_pilot_f=True)
        self.rig.charge()
        self.rig.ev("B")
        self.assertEqual(self.until_duty(_LOW, 2_000), -1)

        self.rig.ev("C")
        self.rig.until(self.rig.is_live, 6_000)
        self.rig.controller.allow(False)
        self.assertEqual(self.until_duty(_LOW, 8_000), -1)
        self.assertTrue(self.rig.is_dead())

    def test_shows_no_f_for_a_fault_without_load(self):
        self.configure(fault_pilot_f=True)
        self.rig.offer()
        self.rig.fault("rcd_open")

        self.assertEqual(self.until_duty(_LOW, 2_000), -1)

    def test_stays_in_f_for_a_weld(self):
        self.configure(fault_pilot_f=True)
        self.rig.charge()
        self.rig.plant.contactor.is_welded = True
        self.rig.fault("rcd_open")
        self.rig.run_ms(3_000)

        self.assertEqual(self.duty(), _LOW)
        self.assertEqual(self.until_duty(_X1, 3_000), -1)
