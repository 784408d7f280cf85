"""One connector's plant, driven through its pins as the firmware drives it."""

import unittest

from boards.host.hardware import Hardware
from boards.host.one_shot import OneShot
from boards.host.plant import Plant


class NoStore:
    """Keeps nothing."""

    def load(self):
        return 0

    def save(self, value_wh):
        pass


class PlantTest(unittest.TestCase):
    def setUp(self):
        self.hw = Hardware(16)
        self.one_shot = OneShot(0)
        self.plant = Plant(self.hw, self.one_shot, NoStore(), 3)

    def run_ms(self, ms, is_alive=True):
        """Let time pass; is_alive: the safety step feeds the dead man."""
        for n in range(ms // 10):
            if is_alive and n & 1:
                self.one_shot.value(self.one_shot.level ^ 1)
            self.plant.step(10)
            self.one_shot.step(10)

    def charge(self):
        self.hw.pilot_pwm.duty_u16(17_476)
        self.plant.car.plug(True, 16_000, 3)
        self.plant.pilot_changed()
        self.run_ms(1_500)
        self.hw.coil_pin.on()
        self.run_ms(500)

    def test_has_all_inputs_at_their_healthy_level_at_start(self):
        self.assertEqual(self.hw.rcd_pin.value(), 1)
        self.assertEqual(self.hw.estop_pin.value(), 1)
        self.assertEqual(self.hw.feedback_pin.value(), 0)
        self.assertEqual(self.hw.lock_feedback_pin.value(), 0)
        self.assertEqual(self.hw.aux_fault.code, 0)
        self.assertEqual(self.hw.pe_pin.value(), 1)
        self.assertEqual(self.hw.pp_adc.read_uv(), 3_300_000)
        self.assertEqual(self.hw.temp_adc.read_uv(), 1_650_000)
        self.assertEqual(self.hw.stage_adc.read_uv(), 1_300_000 - 88 * 12_000)

    def test_shows_the_car_at_the_adc_when_it_is_plugged(self):
        self.hw.pilot_pwm.duty_u16(65_535)
        self.assertEqual(self.hw.pilot_adc.read_uv(), 1_300_000 + 88 * 12_000)

        self.plant.car.plug(False, 16_000, 3)
        self.plant.pilot_changed()

        self.assertLessEqual(abs(self.hw.pilot_adc.read_uv() - 1_300_000 - 88 * 8_978), 500)
        self.assertEqual(self.plant.seen_low_mv, self.plant.seen_high_mv)

    def test_charges_a_car_when_the_coil_is_driven(self):
        self.charge()

        self.assertEqual(self.plant.car.state, "C")
        self.assertEqual(self.hw.feedback_pin.value(), 1)
        self.assertLessEqual(abs(self.plant.car.drawn_ma - 16_000), 2)
        self.assertLessEqual(abs(self.plant.meter.power_w - 10_929), 5)
        self.assertEqual(self.hw.pilot_pwm.duty_permille(), 266)

    def test_keeps_the_contactor_open_when_the_dead_man_is_not_fed(self):
        self.hw.coil_pin.on()

        self.run_ms(500, is_alive=False)

        self.assertFalse(self.plant.contactor.is_closed)

    def test_opens_within_200_ms_when_the_firmware_stalls(self):
        self.charge()

        self.run_ms(180, is_alive=False)

        self.assertFalse(self.plant.contactor.is_closed)
        self.assertEqual(self.plant.meter.current_ma, 0)

    def test_opens_without_software_when_the_rcd_trips(self):
        self.charge()
        self.plant.rcd.has_residual = True

        self.run_ms(40)

        self.assertEqual(self.hw.coil_pin.value(), 1)
        self.assertEqual(self.hw.rcd_pin.value(), 0)
        self.assertFalse(self.plant.contactor.is_closed)

    def test_sees_no_offer_when_the_pilot_wire_is_open(self):
        self.charge()
        self.plant.pilot.is_cp_open = True
        self.plant.pilot_changed()

        self.run_ms(1_000)

        self.assertEqual(self.plant.car.state, "B")
        self.assertEqual(self.plant.seen_high_mv, 12_000)

    def test_opens_and_drops_the_pilot_when_the_board_is_reset(self):
        self.charge()

        self.hw.reset()
        self.one_shot.reset()
        self.run_ms(20)

        self.assertFalse(self.plant.contactor.is_closed)
        self.assertEqual(self.plant.seen_high_mv, -12_000)
        self.assertTrue(self.plant.car.is_plugged)

    def test_shows_both_rails_at_the_stage_whatever_the_car_does(self):
        self.charge()

        levels = {self.hw.stage_adc.read_uv() for _ in range(200)}

        self.assertEqual(levels, {1_300_000 + 88 * 12_000, 1_300_000 - 88 * 12_000})

    def test_follows_the_resistor_that_the_car_was_given(self):
        self.hw.pilot_pwm.duty_u16(65_535)
        rows = (("B", 1_870, 8_063), ("B", 4_610, 9_986), ("C", 612, 4_990), ("C", 1_254, 6_987))
        for state, ohm, mv in rows:
            with self.subTest(str(ohm)):
                self.plant.car.force(state, ohm)
                self.plant.pilot_changed()
                self.assertLessEqual(abs(self.plant.seen_high_mv - mv), 5)

        self.plant.car.force("B")
        self.plant.pilot_changed()
        self.assertLessEqual(abs(self.plant.seen_high_mv - 8_978), 5)

    def test_tells_when_the_main_contacts_moved(self):
        self.assertIsNone(self.plant.switched_at_ms)
        self.charge()
        live_at_ms = self.plant.switched_at_ms

        self.hw.coil_pin.off()
        self.run_ms(100)

        self.assertEqual(live_at_ms, 1_520)
        self.assertEqual(self.plant.switched_at_ms, 2_020)

    def test_tells_when_the_duty_changed(self):
        self.assertIsNone(self.plant.duty_at_ms)
        self.run_ms(100)
        self.hw.pilot_pwm.duty_u16(65_535)
        self.run_ms(100)

        self.hw.pilot_pwm.duty_u16(65_535)

        self.assertEqual(self.plant.duty_at_ms, 100)

    def test_has_the_plug_in_the_socket_as_long_as_the_car_is_plugged(self):
        self.plant.car.plug(False, 16_000, 3)
        self.run_ms(10)
        self.assertEqual(self.hw.pp_adc.read_uv(), 3_300_000 * 220 // 1_220)

        self.plant.car.unplug()
        self.run_ms(10)

        self.assertEqual(self.hw.pp_adc.read_uv(), 3_300_000)

    def test_keeps_the_plug_in_the_socket_when_only_the_car_is_pulled_off(self):
        self.plant.car.force("C")
        self.run_ms(10)

        self.plant.car.force("A")
        self.run_ms(10)

        self.assertEqual(self.hw.pp_adc.read_uv(), 3_300_000 * 220 // 1_220)

    def test_holds_the_plug_until_the_bolt_is_back(self):
        self.plant.car.plug(False, 16_000, 3)
        self.hw.lock_a_pin.on()
        self.run_ms(400)
        self.hw.lock_a_pin.off()
        self.plant.car.unplug()
        self.run_ms(400)
        self.assertEqual(self.hw.pp_adc.read_uv(), 3_300_000 * 220 // 1_220)

        self.hw.lock_b_pin.on()
        self.run_ms(400)

        self.assertEqual(self.hw.pp_adc.read_uv(), 3_300_000)
