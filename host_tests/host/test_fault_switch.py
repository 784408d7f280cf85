"""Every fault kind of the control socket acts on a pin, the ADC or the meter."""

import unittest

from boards.host.fault_switch import FIELDS, FaultSwitch
from boards.host.hardware import Hardware
from boards.host.one_shot import OneShot
from boards.host.plant import Plant
from chargecore.safety import faults

_OCPP_CODES = (
    ("ConnectorLockFailure", faults.FAULT_CONNECTOR_LOCK),
    ("EVCommunicationError", faults.FAULT_EV_COMMUNICATION),
    ("GroundFailure", faults.FAULT_GROUND),
    ("HighTemperature", faults.FAULT_HIGH_TEMPERATURE),
    ("InternalError", faults.FAULT_INTERNAL),
    ("LocalListConflict", faults.FAULT_LOCAL_LIST),
    ("OtherError", faults.FAULT_OTHER),
    ("OverCurrentFailure", faults.FAULT_OVER_CURRENT),
    ("OverVoltage", faults.FAULT_OVER_VOLTAGE),
    ("PowerMeterFailure", faults.FAULT_POWER_METER),
    ("PowerSwitchFailure", faults.FAULT_POWER_SWITCH),
    ("ReaderFailure", faults.FAULT_READER),
    ("ResetFailure", faults.FAULT_RESET),
    ("UnderVoltage", faults.FAULT_UNDER_VOLTAGE),
    ("WeakSignal", faults.FAULT_WEAK_SIGNAL),
)


class NoStore:
    """Keeps nothing."""

    def load(self):
        return 500

    def save(self, value_wh):
        pass


class FaultSwitchTest(unittest.TestCase):
    def setUp(self):
        self.hw = Hardware(16)
        self.one_shot = OneShot(0)
        self.plant = Plant(self.hw, self.one_shot, NoStore(), 3)
        self.switch = FaultSwitch(self.hw, self.plant)

    def charge(self):
        """Bring the plant to C with the coil driven."""
        self.hw.pilot_pwm.duty_u16(17_476)
        self.plant.car.plug(True, 16_000, 3)
        self.plant.pilot_changed()
        self.hw.coil_pin.on()
        self.run_ms(2_000)

    def run_ms(self, ms):
        for _ in range(ms // 10):
            self.one_shot.value(self.one_shot.level ^ 1)
            self.plant.step(10)

    def test_puts_every_ocpp_error_code_on_its_fault_line(self):
        for word, line in _OCPP_CODES:
            with self.subTest(word):
                self.assertTrue(self.switch.knows(word))

                self.switch.set(word, True, 0)
                self.assertEqual(self.hw.aux_fault.code, line)
                self.switch.set(word, False, 0)
                self.assertEqual(self.hw.aux_fault.code, 0)

    def test_shows_the_latest_line_and_the_former_one_when_that_clears(self):
        self.switch.set("WeakSignal", True, 0)
        self.switch.set("OverVoltage", True, 0)
        self.assertEqual(self.hw.aux_fault.code, faults.FAULT_OVER_VOLTAGE)

        self.switch.set("OverVoltage", False, 0)
        self.assertEqual(self.hw.aux_fault.code, faults.FAULT_WEAK_SIGNAL)

    def test_does_not_know_what_is_no_fault(self):
        for kind in ("NoError", "nonsense", ""):
            self.assertFalse(self.switch.knows(kind))

    def test_knows_every_kind_that_needs_a_number(self):
        for kind in FIELDS:
            self.assertTrue(kind == "loop_block" or self.switch.knows(kind))

    def test_changes_the_pilot_levels_and_gives_them_back(self):
        self.charge()
        healthy = (self.plant.seen_high_mv, self.plant.seen_low_mv)
        kinds = (
            ("diode_short", 0),
            ("cp_pe_short", 0),
            ("cp_open", 0),
            ("pe_lost", 0),
            ("rail_plus", 10_000),
            ("rail_minus", -9_000),
        )
        for kind, value in kinds:
            with self.subTest(kind):
                self.switch.set(kind, True, value)
                self.assertNotEqual((self.plant.seen_high_mv, self.plant.seen_low_mv), healthy)
                self.switch.set(kind, False, 0)
                self.assertEqual((self.plant.seen_high_mv, self.plant.seen_low_mv), healthy)

    def test_freezes_the_adc(self):
        self.charge()
        self.switch.set("cp_adc_stuck", True, 0)

        self.assertEqual([self.hw.pilot_adc.read_uv() for _ in range(50)], [1_300_000] * 50)

    def test_sticks_the_contactor_feedback(self):
        self.switch.set("feedback_closed", True, 0)
        self.assertEqual(self.hw.feedback_pin.value(), 1)
        self.switch.set("feedback_closed", False, 0)
        self.assertEqual(self.hw.feedback_pin.value(), 0)

        self.charge()
        self.switch.set("feedback_open", True, 0)
        self.assertEqual(self.hw.feedback_pin.value(), 0)

    def test_keeps_the_contactor_open_when_the_coil_is_broken(self):
        self.switch.set("coil_open", True, 0)

        self.charge()

        self.assertEqual(self.hw.feedback_pin.value(), 0)

    def test_opens_the_stop_loop_and_the_rcd_wire(self):
        self.switch.set("estop", True, 0)
        self.switch.set("rcd_open", True, 0)

        self.assertEqual(self.hw.estop_pin.value(), 0)
        self.assertEqual(self.hw.rcd_pin.value(), 0)

    def test_draws_more_than_was_offered(self):
        self.charge()

        self.switch.set("over_current", True, 40_000)
        self.run_ms(10)

        self.assertEqual(self.plant.meter.current_ma, 40_000)

    def test_heats_the_ntc_and_the_meter(self):
        rows = ((-400, 3_219_900), (250, 1_650_000), (600, 657_000), (730, 453_400))
        for temperature_dc, uv in rows:
            with self.subTest(str(temperature_dc)):
                self.switch.set("temp_dc", True, temperature_dc)

                self.assertLessEqual(abs(self.hw.temp_adc.read_uv() - uv), 500)
                self.assertEqual(self.hw_register(13), temperature_dc)
        self.switch.set("temp_dc", False, 0)
        self.assertEqual((self.hw.temp_adc.read_uv(), self.hw_register(13)), (1_650_000, 250))

    def test_breaks_the_wires_of_the_ntc(self):
        for kind, uv in (("temp_open", 3_300_000), ("temp_short", 0)):
            with self.subTest(kind):
                self.switch.set(kind, True, 0)
                self.assertEqual(self.hw.temp_adc.read_uv(), uv)
                self.assertIsNone(self.hw_register(13))

                self.switch.set(kind, False, 0)
                self.assertEqual(self.hw.temp_adc.read_uv(), 1_650_000)
                self.assertEqual(self.hw_register(13), 250)

    def test_gives_no_reading_when_the_temperature_input_is_silent(self):
        self.switch.set("temp_silent", True, 0)
        with self.assertRaises(OSError):
            self.hw.temp_adc.read_uv()

        self.switch.set("temp_silent", False, 0)
        self.assertEqual(self.hw.temp_adc.read_uv(), 1_650_000)

    def test_silences_the_meter(self):
        self.switch.set("meter_silent", True, 0)
        self.assertIsNone(self.hw_register(9))

    def test_breaks_the_proximity_contact(self):
        self.charge()
        self.assertEqual(self.hw.pp_adc.read_uv(), 3_300_000 * 220 // 1_220)
        for kind, ohm, uv in (
            ("pp_open", 0, 3_300_000),
            ("pp_short", 0, 0),
            ("pp_ohm", 1_500, 1_980_000),
            ("pp_ohm", 0, 0),
        ):
            with self.subTest(kind):
                self.switch.set(kind, True, ohm)
                self.assertEqual(self.hw.pp_adc.read_uv(), uv)
                self.switch.set(kind, False, 0)
                self.assertEqual(self.hw.pp_adc.read_uv(), 3_300_000 * 220 // 1_220)

    def test_has_no_proximity_contact_to_break_when_the_cable_is_tethered(self):
        hw = Hardware(32, is_tethered=True)
        switch = FaultSwitch(hw, Plant(hw, self.one_shot, NoStore(), 3))

        self.assertIsNone(hw.pp_adc)
        for kind in ("pp_open", "pp_short", "pp_ohm"):
            self.assertFalse(switch.is_fitted(kind))
            switch.set(kind, True, 100)  # and nothing happens
        self.assertTrue(switch.is_fitted("diode_short"))
        self.assertTrue(self.switch.is_fitted("pp_open"))

    def test_loses_earth_at_the_monitor_and_in_the_pilot(self):
        self.charge()
        self.switch.set("pe_lost", True, 0)

        self.assertEqual(self.hw.pe_pin.value(), 0)
        self.assertEqual(self.plant.seen_high_mv, 12_000)
        self.run_ms(1_000)
        self.assertEqual(self.plant.car.state, "B")  # it sees no pilot either

        self.switch.set("cp_open", True, 0)
        self.switch.set("pe_lost", False, 0)
        self.assertEqual(self.hw.pe_pin.value(), 1)
        self.assertEqual(self.plant.seen_high_mv, 12_000)  # the other wire is still broken
        self.switch.set("cp_open", False, 0)
        self.assertLessEqual(self.plant.seen_high_mv, 9_000)

    def test_shows_a_weak_rail_at_the_stage_and_at_the_pilot(self):
        self.hw.pilot_pwm.duty_u16(65_535)
        self.switch.set("rail_plus", True, 10_000)
        self.assertEqual(self.hw.stage_adc.read_uv(), 1_300_000 + 88 * 10_000)
        self.assertEqual(self.plant.seen_high_mv, 10_000)

        self.hw.pilot_pwm.duty_u16(0)
        self.switch.set("rail_minus", True, -9_000)
        self.assertEqual(self.hw.stage_adc.read_uv(), 1_300_000 - 88 * 9_000)
        self.assertEqual(self.plant.seen_low_mv, -9_000)

    def test_lets_the_meter_run_backwards(self):
        self.charge()
        before_wh = self.plant.meter.import_wh
        self.switch.set("meter_backwards", True, 0)

        self.run_ms(5_000)

        self.assertLessEqual(self.plant.meter.import_wh, before_wh - 10)

    def hw_register(self, number):
        return self.plant.meter.read_register(number)
