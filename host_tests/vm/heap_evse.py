"""evse with the heap locked: pilot, drive and lock on the simulated board."""

import unittest

from chargecore.evse.cable_lock import UNLOCK_DONE, UNLOCK_FAILED
from chargecore.evse.manual_pilot import (
    MANUAL_AUTO,
    MANUAL_F,
    MANUAL_PWM,
    MANUAL_X1,
    ManualPilot,
)
from chargecore.evse.pilot_drive import clamp_ma, duty_of_ma
from chargecore.safety import faults, reasons
from fakes.evse_rig import EvseRig
from heap import growth, locked

COVERS = (
    "chargecore.evse.cable_lock.CableLock.lock",
    "chargecore.evse.cable_lock.CableLock.unlock",
    "chargecore.evse.cable_lock.CableLock.step",
    "chargecore.evse.cable_lock.CableLock._set_goal",
    "chargecore.evse.cable_lock.CableLock._begin",
    "chargecore.evse.cable_lock.CableLock._end_out",
    "chargecore.evse.cable_lock.CableLock._end_back",
    "chargecore.evse.cable_lock.CableLock._try_again",
    "chargecore.evse.cable_lock.CableLock._fail",
    "chargecore.evse.cable_lock.CableLock._drive",
    "chargecore.evse.controller.EvseController.allow",
    "chargecore.evse.controller.EvseController.set_offer_ma",
    "chargecore.evse.controller.EvseController.set_available",
    "chargecore.evse.controller.EvseController.lock_cable",
    "chargecore.evse.controller.EvseController.unlock_cable",
    "chargecore.evse.controller.EvseController.emergency_open",
    "chargecore.evse.controller.EvseController.step",
    "chargecore.evse.controller.EvseController._follow_pilot",
    "chargecore.evse.controller.EvseController._drive",
    "chargecore.evse.controller.EvseController._may_offer",
    "chargecore.evse.controller.EvseController._move_lock",
    "chargecore.evse.controller.EvseController.lock_ok",
    "chargecore.evse.controller.EvseController.unlock_result",
    "chargecore.evse.controller.EvseController.is_energised",
    "chargecore.evse.controller.EvseController.fault",
    "chargecore.evse.controller.EvseController.open_reason",
    "chargecore.evse.controller.EvseController.offered_ma",
    "chargecore.evse.manual_pilot.ManualPilot.drive",
    "chargecore.evse.pilot_decoder.PilotDecoder.take",
    "chargecore.evse.pilot_decoder.PilotDecoder.take_driven_low",
    "chargecore.evse.pilot_decoder.PilotDecoder._follow_request",
    "chargecore.evse.pilot_decoder.PilotDecoder._believed",
    "chargecore.evse.pilot_decoder.PilotDecoder._classify",
    "chargecore.evse.pilot_drive.clamp_ma",
    "chargecore.evse.pilot_drive.duty_of_ma",
    "chargecore.evse.pilot_drive.PilotDrive.set_static",
    "chargecore.evse.pilot_drive.PilotDrive.set_low",
    "chargecore.evse.pilot_drive.PilotDrive.can_start",
    "chargecore.evse.pilot_drive.PilotDrive.offer",
    "chargecore.evse.pilot_drive.PilotDrive.refresh",
    "chargecore.evse.pilot_drive.PilotDrive._stop",
    "chargecore.evse.pilot_sense.read_burst",
    "chargecore.evse.pilot_sense.find_tops",
    "chargecore.evse.pilot_sense.find_levels",
    "chargecore.evse.pilot_sense.PilotSense.read",
    "chargecore.evse.pilot_sense.PilotSense._mv",
)


class TestHeapOfEvse(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()
        self.rig.keeps_history = False

    def test_a_whole_charge(self):
        rig = self.rig
        controller = rig.controller
        rig.fault("pp_ohm", True, 100)  # a cable for 63 A
        rig.run_ms(3_100)
        rig.ev("B")
        with locked():
            rig.run_ms(100)
            controller.set_available(True)
            controller.set_offer_ma(63_000)
            controller.lock_cable()
            rig.run_ms(600)
            controller.allow(True)
            rig.run_ms(100)
        rig.ev("C")
        with locked():
            rig.run_ms(1_000)
            is_live = controller.is_energised and controller.ev_asks
            offered_ma = controller.offered_ma
            controller.set_offer_ma(32_000)
            rig.run_ms(1_000)
            lower_ma = controller.offered_ma
            controller.allow(False)
            rig.run_ms(1_000)
        rig.ev("B")
        with locked():
            rig.run_ms(1_000)
            controller.unlock_cable()
            rig.run_ms(1_000)
            result = controller.unlock_result
        rig.unplug()
        with locked():
            rig.run_ms(1_000)

        self.assertTrue(is_live)
        self.assertEqual((offered_ma, lower_ma), (63_000, 32_000))
        self.assertEqual(result, UNLOCK_DONE)
        self.assertEqual(controller.open_reason, reasons.OPEN_STOPPED)
        self.assertFalse(controller.is_plugged)

    def test_pulse_and_every_pilot_state(self):
        rig = self.rig
        rig.plug()
        for state in "CBDBEBFB":
            rig.ev(state)
            with locked():
                rig.run_ms(200)

        self.assertEqual(rig.controller.fault, faults.FAULT_NONE)

    def test_a_pilot_that_is_driven_by_hand(self):
        rig = self.rig
        manual = rig.controller.manual = ManualPilot()
        rig.run_ms(4_000)
        rig.ev("B")
        for mode in (MANUAL_X1, MANUAL_F, MANUAL_X1, MANUAL_PWM, MANUAL_AUTO):
            manual.choose(mode, 16_000)
            with locked():
                rig.run_ms(3_500)

        self.assertTrue(rig.controller.is_plugged)

    def test_lock_that_fails(self):
        rig = self.rig
        rig.ev("B")
        rig.run_ms(100)
        rig.plant.lock.is_jammed = True
        with locked():
            rig.controller.lock_cable()
            rig.run_ms(6_000)
            fault = rig.controller.fault
            reason = rig.controller.open_reason
            is_energised = rig.controller.is_energised
            rig.controller.unlock_cable()
            rig.run_ms(2_000)

        self.assertEqual(fault, faults.FAULT_CONNECTOR_LOCK)
        self.assertEqual(reason, reasons.OPEN_LOCK_LOST)
        self.assertFalse(is_energised)
        self.assertEqual(rig.controller.unlock_result, UNLOCK_FAILED)

    def test_weld_drives_f(self):
        rig = self.rig
        rig.charge()
        rig.plant.contactor.is_welded = True
        rig.ev("B")
        with locked():
            rig.run_ms(1_000)
            rig.controller.emergency_open(reasons.OPEN_RESET)
            rig.run_ms(1_000)

        self.assertTrue(rig.controller.drive.is_low)

    def test_old_instants(self):
        rig = self.rig
        with locked():
            for _ in range(6):
                rig.clock.advance_ms(1 << 27)
                rig.run_ms(5_200)
            can_start = rig.controller.drive.can_start(rig.clock.ticks_ms())

        self.assertTrue(can_start)

    def test_duties(self):
        with locked():
            for limit_ma in range(0, 90_000, 500):
                offer_ma = clamp_ma(limit_ma)
                duty = duty_of_ma(offer_ma) if offer_ma else 0

        self.assertEqual(duty, 62_913)

    def test_leaves_nothing_behind(self):
        rig = self.rig
        rig.charge()

        self.assertEqual(growth(self.run_a_burst, 500), 0)

    def run_a_burst(self):
        self.rig.run_ms(20)
