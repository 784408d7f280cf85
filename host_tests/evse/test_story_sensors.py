"""Cable, temperature and rails in a charge on the simulated board: F8, F27..F29, F33."""

import unittest

from boards.host.thermometer import ntc_uv
from chargecore.safety import faults, reasons
from fakes.evse_rig import EvseRig

_DUTY_13A = 14_199  # 21.6 %
_DUTY_20A = 21_845
_DUTY_32A = 34_952


_FITTED_EVERYWHERE = (
    "coil_pin",
    "feedback_pin",
    "rcd_pin",
    "rcd_test_pin",
    "estop_pin",
    "lock_a_pin",
    "lock_b_pin",
    "lock_feedback_pin",
    "pilot_pwm",
    "pilot_adc",
    "aux_fault",
)


class Bundle:
    """A hardware bundle without any of the sensors that a board may lack."""

    pp_adc = temp_adc = stage_adc = pe_pin = pilot_sampler = None


class SensorStory(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()
        self.controller = self.rig.controller
        self.controller.set_offer_ma(32_000)

    def duty(self):
        return self.rig.hw.pilot_pwm.duty

    def heat(self, dc):
        self.rig.hw.temp_adc.level_uv = ntc_uv(dc)


class CableStory(SensorStory):
    def test_offers_what_the_cable_allows(self):  # F28, F29
        rows = ((1_500, _DUTY_13A), (1_000, _DUTY_13A), (350, _DUTY_20A), (150, _DUTY_32A))
        for ohm, duty in rows:
            with self.subTest(ohm):
                self.setUp()
                self.rig.fault("pp_ohm", True, ohm)
                self.rig.charge()

                self.assertEqual(self.duty(), duty)
                self.assertTrue(self.rig.is_live())

    def test_offers_what_is_wanted_when_the_cable_allows_more(self):
        self.rig.fault("pp_ohm", True, 100)
        self.rig.charge()
        self.assertEqual(self.duty(), _DUTY_32A)

    def test_opens_within_100_ms_when_the_cable_changes(self):  # F27
        for kind, ohm in (("pp_open", 0), ("pp_short", 0), ("pp_ohm", 220), ("pp_ohm", 680)):
            with self.subTest((kind, ohm)):
                self.setUp()
                self.rig.fault("pp_ohm", True, 1_500)
                self.rig.charge()
                self.rig.fault(kind, True, ohm)

                self.assertTrue(0 <= self.rig.until(self.rig.is_dead, 100))
                self.rig.run_ms(10_000)

                self.assertEqual(self.controller.open_reason, reasons.OPEN_PROXIMITY)
                self.assertEqual(self.controller.fault, faults.FAULT_OTHER)
                self.assertEqual(self.controller.offered_ma, 0)
                self.assertTrue(self.controller.sensors.proximity.cable_ma == 13_000)

    def test_never_charges_over_a_cable_without_a_resistor(self):
        for kind in ("pp_open", "pp_short"):
            with self.subTest(kind):
                self.setUp()
                self.rig.fault(kind)
                self.rig.offer()
                self.rig.ev("C")
                self.rig.run_ms(10_000)

                self.assertEqual([level for _, level in self.rig.coil_history], [0])
                self.assertEqual(self.duty(), 65_535)
                self.assertEqual(self.controller.open_reason, reasons.OPEN_PROXIMITY)

    def test_clears_the_fault_of_the_old_cable_with_the_next_one(self):
        self.rig.charge()
        self.rig.fault("pp_short")
        self.rig.run_ms(1_000)
        self.rig.unplug()
        self.rig.fault("pp_short", False)
        self.rig.run_ms(2_500)

        self.assertEqual(self.controller.fault, faults.FAULT_NONE)
        self.assertTrue(0 <= self.rig.charge())

    def test_does_not_read_the_contact_when_the_cable_is_tethered(self):
        rig = EvseRig(has_lock=False)
        rig.fault("pp_open")
        rig.charge()

        self.assertTrue(rig.is_live())


class TemperatureStory(SensorStory):
    def test_derates_at_65_c(self):  # F33
        self.rig.charge()
        self.heat(650)

        took_ms = self.rig.until(lambda: self.controller.offered_ma <= 20_000, 1_500)

        self.assertTrue(0 <= took_ms <= 1_000, took_ms)
        self.assertTrue(18_000 <= self.controller.offered_ma <= 20_000)
        self.assertTrue(self.rig.is_live())

    def test_stops_gracefully_at_73_c_and_goes_on_when_it_is_cool(self):  # F33
        self.rig.charge()
        self.heat(730)
        self.assertTrue(0 <= self.rig.until(lambda: self.duty() == 65_535, 1_000))
        self.assertTrue(self.rig.is_live())

        self.assertTrue(0 <= self.rig.until(self.rig.is_dead, 7_000))

        self.assertEqual(self.controller.fault, faults.FAULT_HIGH_TEMPERATURE)
        self.heat(400)
        self.rig.run_ms(299_000)
        self.assertTrue(self.rig.is_faulted())
        self.assertTrue(0 <= self.rig.until(self.rig.is_live, 40_000))

    def test_opens_within_1_s_when_the_sensor_is_lost(self):  # F33
        for kind in ("temp_open", "temp_short"):
            with self.subTest(kind):
                self.setUp()
                self.rig.charge()
                self.rig.fault(kind)

                self.assertTrue(0 <= self.rig.until(self.rig.is_dead, 1_000))
                self.assertEqual(self.controller.open_reason, reasons.OPEN_TEMPERATURE_UNKNOWN)
                self.assertEqual(self.controller.fault, faults.FAULT_INTERNAL)

    def test_opens_when_nothing_was_read_for_5_s(self):  # F33
        self.rig.charge()
        self.rig.hw.temp_adc.is_silent = True

        took_ms = self.rig.until(self.rig.is_dead, 7_000)

        self.assertTrue(4_700 <= took_ms <= 6_000, took_ms)
        self.assertEqual(self.controller.open_reason, reasons.OPEN_TEMPERATURE_UNKNOWN)

    def test_stops_when_it_rises_too_fast(self):
        self.rig.charge()
        for second in range(10):
            self.heat(250 + 8 * second)
            self.rig.run_ms(1_000)

        self.assertEqual(self.controller.fault, faults.FAULT_HIGH_TEMPERATURE)

    def test_does_not_close_before_the_first_reading(self):
        self.rig.hw.temp_adc.is_silent = True
        self.rig.boot()
        self.controller = self.rig.controller
        self.rig.offer()
        self.rig.ev("C")
        self.rig.run_ms(1_500)
        self.assertTrue(self.rig.is_dead())

        self.rig.hw.temp_adc.is_silent = False

        self.assertTrue(0 <= self.rig.until(self.rig.is_live, 70_000))


class SupplyStory(SensorStory):
    def test_opens_within_1_s_when_a_rail_is_weak(self):  # F8
        for kind, mv in (("rail_plus", 10_000), ("rail_minus", -9_000)):
            with self.subTest(kind):
                self.setUp()
                self.rig.charge()
                self.rig.fault(kind, True, mv)

                self.assertTrue(0 <= self.rig.until(self.rig.is_dead, 1_000))
                self.rig.run_ms(1_000)
                self.assertTrue(self.rig.is_faulted())

    def test_faults_within_1_s_without_load(self):
        self.rig.run_ms(3_000)
        self.rig.fault("rail_plus", True, 10_600)

        self.assertTrue(0 <= self.rig.until(self.rig.is_faulted, 1_000))
        self.assertEqual(self.controller.open_reason, reasons.OPEN_PILOT_SUPPLY)


class BareHardware(SensorStory):
    def test_charges_on_a_board_without_any_of_these_sensors(self):
        bare = Bundle()
        for name in _FITTED_EVERYWHERE:
            setattr(bare, name, getattr(self.rig.hw, name))
        self.rig.hws[0] = bare
        self.rig.boot()
        self.rig.charge()

        self.assertTrue(self.rig.is_live())
        self.assertEqual(self.rig.controller.fault, faults.FAULT_NONE)

    def test_takes_the_worst_phase_of_the_meter(self):
        controller = self.controller
        self.rig.run_ms(100)
        self.assertIsNone(controller.interlock.current_ma)
        meter = _Meter()
        controller.set_meter(meter)
        for currents, worst_ma in (
            ([None, None, None], None),
            ([0, 0, 0], 0),
            ([5_000, None, 7_000], 7_000),
            ([-9_000, 3_000, None], 9_000),
        ):
            meter.current_ma = currents
            before = controller.interlock.sample_count
            self.rig.run_ms(40)
            self.assertEqual(controller.interlock.current_ma, worst_ma)
            self.assertEqual(controller.interlock.sample_count != before, worst_ma is not None)


class _Meter:
    current_ma = None
