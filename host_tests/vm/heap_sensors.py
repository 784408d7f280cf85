"""evse's sensors with the heap locked: cable, temperature, rails, -12 V on purpose, samplers."""

import unittest
from array import array

from boards.host.thermometer import ntc_uv
from chargecore.evse.jittered_sampler import JitteredSampler
from chargecore.evse.lower_pwm import LowerPwm
from chargecore.evse.pilot_sense import PilotSense
from chargecore.evse.temperature import dc_of_uv
from chargecore.safety import faults, reasons
from chargecore.station.config import StationConfig
from fakes.evse_rig import EvseRig
from heap import growth, locked

COVERS = (
    "chargecore.evse.controller.EvseController._follow_pulse",
    "chargecore.evse.jittered_sampler.JitteredSampler.fill",
    "chargecore.evse.jittered_sampler.JitteredSampler._read",
    "chargecore.evse.low_pulse.LowPulse.tell_fault",
    "chargecore.evse.low_pulse.LowPulse.step",
    "chargecore.evse.low_pulse.LowPulse._begin",
    "chargecore.evse.lower_pwm.LowerPwm.duty_u16",
    "chargecore.evse.pilot_drive.PilotDrive.end_wake_up",
    "chargecore.evse.pilot_sense.PilotSense._fill",
    "chargecore.evse.pilot_supply.widen",
    "chargecore.evse.pilot_supply.PilotSupply.step",
    "chargecore.evse.pilot_supply.PilotSupply._begin",
    "chargecore.evse.pilot_supply.PilotSupply._is_good",
    "chargecore.evse.proximity.rating_of_uv",
    "chargecore.evse.proximity.Proximity.poll",
    "chargecore.evse.proximity.Proximity._take",
    "chargecore.evse.proximity.Proximity._compare",
    "chargecore.evse.sensors.Sensors.step",
    "chargecore.evse.sensors.Sensors.limit_ma",
    "chargecore.evse.sensors.Sensors._take_current",
    "chargecore.evse.temperature.dc_of_uv",
    "chargecore.evse.temperature.Temperature.step",
    "chargecore.evse.temperature.Temperature.limit_ma",
    "chargecore.evse.temperature.Temperature._mean_uv",
    "chargecore.evse.temperature.Temperature._lose",
    "chargecore.evse.temperature.Temperature._take",
    "chargecore.evse.temperature.Temperature._is_rising",
)


class Meter:
    current_ma = (15_000, None, 14_000)


class HeapOfSensorsTest(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()
        self.rig.keeps_history = False
        self.rig.controller.set_meter(Meter)

    def test_cable_that_changes_in_a_charge(self):
        rig = self.rig
        rig.run_ms(100)
        rig.ev("B")
        with locked():
            rig.run_ms(3_100)
        rig.charge()
        offered_ma = rig.controller.offered_ma
        rig.fault("pp_ohm", True, 1_500)
        with locked():
            rig.run_ms(200)

        self.assertEqual(offered_ma, 16_000)
        self.assertEqual(rig.controller.open_reason, reasons.OPEN_PROXIMITY)

    def test_heat_and_a_sensor_that_is_lost(self):
        rig = self.rig
        rig.charge()
        offers = []
        for dc in (650, 560, 568, 575, 583, 590, 598, 605, 613):
            rig.hw.temp_adc.level_uv = ntc_uv(dc)
            with locked():
                rig.run_ms(1_000)
            offers.append(rig.controller.offered_ma)
        fault = rig.controller.fault
        rig.hw.temp_adc.level_uv = 3_300_000
        with locked():
            rig.run_ms(1_000)
            lost_dc = dc_of_uv(3_300_000)

        self.assertTrue(offers[0] < 16_000)
        self.assertEqual(fault, faults.FAULT_HIGH_TEMPERATURE)
        self.assertIsNone(lost_dc)
        self.assertFalse(rig.interlock.is_temperature_known)

    def test_rail_that_is_weak(self):
        rig = self.rig
        rig.charge()
        rig.fault("rail_plus", True, 10_400)
        with locked():
            rig.run_ms(1_000)

        self.assertEqual(rig.controller.open_reason, reasons.OPEN_PILOT_SUPPLY)

    def test_wake_up_and_fault_signal(self):
        rig = self.rig
        options = StationConfig()
        options.fault_pilot_f = True
        rig.controller.configure(options)
        rig.offer()
        with locked():
            rig.run_ms(31_000)
            is_low = rig.controller.drive.is_low
            rig.run_ms(5_000)
            is_pwm_on = rig.controller.drive.is_pwm_on
        rig.ev("C")
        rig.run_ms(2_000)
        rig.fault("rcd_open")
        with locked():
            rig.run_ms(100)
            is_low_again = rig.controller.drive.is_low
            rig.run_ms(400)

        self.assertTrue(is_low and is_pwm_on and is_low_again)
        self.assertFalse(rig.controller.drive.is_low)

    def test_sampler_and_pwm_of_other_boards(self):
        hw = self.rig.hw
        pwm = LowerPwm(hw.pilot_pwm, 4)
        sampler = JitteredSampler(hw.pilot_adc, abs)
        sense = PilotSense(hw.pilot_adc, sampler)
        buf = array("i", [0] * 150)
        with locked():
            pwm.duty_u16(17_476)
            is_filled = sampler.fill(buf, 150)
            sense.read(True)

        self.assertTrue(is_filled)
        self.assertEqual((hw.pilot_pwm.duty, sense.high_mv), (17_472, 12_000))

    def test_leaves_nothing_behind_when_the_meter_is_there(self):
        self.rig.charge()

        self.assertEqual(growth(self.run_a_burst, 500), 0)

    def run_a_burst(self):
        self.rig.run_ms(20)
