"""Why it opened: one story per reason on the simulated board, outputs checked, times measured.

F numbers: evse-hardware.md §8.2. The names of these tests stand in safety/reasons.py.
"""

import unittest

from chargecore.base.events import EV_CONTACTOR_OPENED, EV_PILOT_PULSE
from chargecore.safety import faults, reasons
from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C, PILOT_INVALID
from fakes.evse_rig import EvseRig

_DUTY_16A = 17_476
_X1 = 65_535


class OpeningCase(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()

    def check_open(self, reason, fault):
        """Check the coil, the reason, the fault and the event of an opening that just happened."""
        rig = self.rig
        self.assertEqual(rig.hw.coil_pin.level, 0)
        self.assertEqual(rig.contactor.reason, reason)
        self.assertEqual(rig.controller.open_reason, reason)
        self.assertEqual(rig.controller.fault, fault)
        log = rig.events
        opened = [
            (log.field(n, 1), log.field(n, 2))
            for n in range(log.total)
            if log.field(n, 0) == EV_CONTACTOR_OPENED
        ]
        self.assertEqual(opened, [(1, reason)])

    def coil_off_ms(self, limit_ms):
        """Return how long the command takes from now; fail when it takes longer than limit_ms."""
        took_ms = self.rig.until(self.rig.is_coil_off, limit_ms)
        self.assertTrue(0 <= took_ms <= limit_ms, "coil off after {} ms".format(took_ms))
        return took_ms

    def dead_ms(self, limit_ms):
        """As coil_off_ms, for the main contacts."""
        took_ms = self.rig.until(self.rig.is_dead, limit_ms)
        self.assertTrue(0 <= took_ms <= limit_ms, "dead after {} ms".format(took_ms))


class OrdinaryOpeningTest(OpeningCase):
    def test_is_open_after_boot(self):
        rig = self.rig

        rig.run_ms(5_000)

        self.assertEqual(rig.outputs(), (0, _X1, 0, 0))
        self.assertEqual(rig.contactor.reason, reasons.OPEN_BOOT)
        self.assertEqual(rig.contactor.closings, 0)
        self.assertEqual(rig.controller.pilot_state, PILOT_A)
        self.assertEqual(rig.controller.fault, faults.FAULT_NONE)

    def test_opens_within_50_ms_when_the_car_leaves_c(self):  # F1
        rig = self.rig
        took_ms = rig.charge()
        self.assertTrue(500 <= took_ms <= 3_000)
        self.assertEqual(rig.outputs(), (1, _DUTY_16A, 0, 0))
        self.assertTrue(rig.controller.is_energised)

        rig.ev("B")
        self.coil_off_ms(50)
        self.dead_ms(50)
        rig.run_ms(100)

        self.check_open(reasons.OPEN_EV_REQUEST, faults.FAULT_NONE)
        self.assertEqual(rig.outputs(), (0, _DUTY_16A, 0, 0))  # the session is kept
        self.assertEqual(rig.controller.pilot_state, PILOT_B)
        self.assertTrue(rig.controller.is_plugged)
        self.assertFalse(rig.controller.ev_asks or rig.controller.is_energised)

    def test_opens_within_50_ms_at_every_phase_of_the_burst_grid(self):
        for late_ms in range(0, 20, 5):
            with self.subTest(late_ms):
                rig = self.rig = EvseRig()
                rig.charge()
                rig.run_ms(late_ms)

                rig.ev("B")

                self.coil_off_ms(50)

    def test_opens_within_50_ms_when_unplugged(self):  # F2
        rig = self.rig
        rig.charge()

        rig.unplug()
        self.coil_off_ms(50)
        self.dead_ms(50)
        rig.run_ms(100)

        self.check_open(reasons.OPEN_UNPLUGGED, faults.FAULT_NONE)
        self.assertEqual(rig.outputs(), (0, _X1, 0, 0))
        self.assertFalse(rig.controller.is_plugged)
        self.assertTrue(rig.plant.lock.is_locked)  # whether to unlock is the station's choice

    def test_opens_at_b_when_stopped(self):  # F15
        rig = self.rig
        rig.charge()

        rig.controller.allow(False)
        rig.run_ms(20)
        self.assertEqual(rig.outputs(), (1, _X1, 0, 0))  # PWM off first, contactor still closed
        rig.run_ms(980)
        self.assertEqual(rig.outputs(), (1, _X1, 0, 0))
        rig.ev("B")
        self.coil_off_ms(100)

        self.check_open(reasons.OPEN_STOPPED, faults.FAULT_NONE)

    def test_opens_under_load_after_6_s_when_the_car_ignores_the_stop(self):  # F14
        rig = self.rig
        rig.charge()

        rig.controller.allow(False)
        took_ms = rig.until(rig.is_coil_off, 7_000)

        self.assertTrue(6_000 <= took_ms <= 7_000)
        self.check_open(reasons.OPEN_STOP_TIMEOUT, faults.FAULT_NONE)
        self.assertEqual(rig.controller.pilot_state, PILOT_C)
        self.assertEqual(rig.outputs(), (0, _X1, 0, 0))

    def test_opens_after_6_s_when_less_than_6_a_is_left(self):
        rig = self.rig
        rig.charge()

        rig.controller.set_offer_ma(5_900)
        took_ms = rig.until(rig.is_coil_off, 7_000)

        self.assertTrue(6_000 <= took_ms <= 7_000)
        self.check_open(reasons.OPEN_STOP_TIMEOUT, faults.FAULT_NONE)

    def test_opens_when_a_permission_is_withdrawn(self):
        rig = self.rig
        rig.offer()
        rig.fault("contactor_slow", True, 150)
        rig.ev("C")
        rig.until(rig.is_coil_on, 3_000)
        rig.run_ms(20)
        self.assertTrue(rig.is_dead())

        rig.controller.allow(False)

        self.check_open(reasons.OPEN_PERMISSION, faults.FAULT_NONE)
        rig.run_ms(1_000)
        self.assertFalse(rig.controller.is_energised)
        self.assertEqual(rig.plant.contactor.closings, 0)

    def test_opens_when_the_safety_step_was_held_up(self):  # F38
        rig = self.rig
        rig.charge()

        rig.is_stalled = True
        rig.run_ms(150)
        rig.is_stalled = False
        rig.run_ms(5)

        self.check_open(reasons.OPEN_LOOP_GAP, faults.FAULT_NONE)
        self.assertTrue(150 <= rig.safety.worst_gap_ms <= 175)
        self.assertEqual(rig.safety.late_steps, 1)

    def test_is_dead_without_software_when_the_firmware_stalls_for_good(self):  # F38, F39
        rig = self.rig
        rig.charge()

        rig.is_stalled = True
        self.dead_ms(200)

        self.assertEqual(rig.hw.coil_pin.level, 1)

    def test_opens_all_when_told(self):  # F39
        rig = self.rig = EvseRig(2)
        rig.charge()

        rig.safety.on_failure()

        self.check_open(reasons.OPEN_EXCEPTION, faults.FAULT_NONE)
        rig.run_ms(6_000)
        self.assertTrue(rig.is_live())  # the station goes on after the pause
        rig.safety.open_all(reasons.OPEN_SHUTDOWN)
        self.assertEqual(rig.outputs(), (0, _DUTY_16A, 0, 0))
        self.assertEqual(rig.contactor.reason, reasons.OPEN_SHUTDOWN)
        self.assertEqual([hw.coil_pin.level for hw in rig.hws], [0, 0])

    def test_opens_at_once_when_a_reset_is_ordered(self):
        rig = self.rig
        rig.charge()

        rig.controller.allow(False)
        rig.controller.emergency_open(reasons.OPEN_RESET)

        self.check_open(reasons.OPEN_RESET, faults.FAULT_NONE)


class FaultOpeningTest(OpeningCase):
    def test_opens_in_the_next_poll_when_the_rcd_trips(self):  # F18
        rig = self.rig
        rig.charge()
        rig.plant.rcd.has_residual = True
        self.dead_ms(40)  # 10 ms to trip, 15 ms to open, in hardware

        took_ms = self.coil_off_ms(50)

        self.assertTrue(took_ms <= 20)
        self.check_open(reasons.OPEN_RCD, faults.FAULT_GROUND)
        self.assertTrue(rig.controller.rcd.is_tripped)
        self.assertTrue(rig.is_dead())
        rig.run_ms(20)
        self.assertEqual(rig.outputs(), (0, _X1, 0, 0))

    def test_opens_in_the_next_poll_when_the_stop_loop_opens(self):  # F41
        rig = self.rig
        rig.charge()

        rig.fault("estop")
        took_ms = self.coil_off_ms(50)

        self.assertTrue(took_ms <= rig.pass_ms)
        self.check_open(reasons.OPEN_ESTOP, faults.FAULT_OTHER)

    def test_opens_when_the_car_wants_ventilation(self):  # F3
        rig = self.rig
        rig.charge()

        rig.ev("D")
        self.coil_off_ms(50)
        self.dead_ms(50)
        rig.run_ms(40)

        self.check_open(reasons.OPEN_VENTILATION, faults.FAULT_OTHER)
        self.assertEqual(rig.outputs(), (0, _X1, 0, 0))

    def test_opens_when_the_pilot_is_shorted(self):  # F4
        rig = self.rig
        rig.charge()

        rig.fault("cp_pe_short")
        self.coil_off_ms(50)
        self.dead_ms(50)
        rig.run_ms(40)

        self.check_open(reasons.OPEN_PILOT_SHORT, faults.FAULT_OTHER)
        self.assertEqual(rig.outputs(), (0, _X1, 0, 0))
        self.assertTrue(rig.controller.is_plugged)

    def test_opens_when_the_diode_is_shorted(self):  # F5
        rig = self.rig
        rig.charge()

        rig.fault("diode_short")
        self.coil_off_ms(80)
        self.dead_ms(20)

        self.check_open(reasons.OPEN_DIODE, faults.FAULT_OTHER)

    def test_opens_when_the_pilot_fits_no_state(self):  # F9
        for stuck_mv in (6_000, 9_000, 12_000, -14_773, 22_727):
            with self.subTest(stuck_mv):
                rig = self.rig = EvseRig()
                rig.charge()

                rig.fault("cp_adc_stuck", True, stuck_mv)
                self.coil_off_ms(85)
                self.dead_ms(20)

                self.check_open(reasons.OPEN_PILOT_INVALID, faults.FAULT_INTERNAL)
                self.assertEqual(rig.controller.pilot_state, PILOT_INVALID)

    def test_opens_when_the_feedback_is_lost(self):  # F25
        rig = self.rig
        rig.charge()

        rig.fault("feedback_open")
        self.coil_off_ms(100)

        self.check_open(reasons.OPEN_FEEDBACK_LOST, faults.FAULT_POWER_SWITCH)
        rig.run_ms(60_000)
        self.assertTrue(rig.is_faulted())  # latched as long as the car is there

    def test_opens_and_retries_once_when_the_contactor_does_not_close(self):  # F24
        rig = self.rig
        rig.offer()
        rig.fault("coil_open")
        rig.ev("C")
        rig.until(rig.is_coil_on, 3_000)

        took_ms = rig.until(rig.is_coil_off, 300)
        self.assertTrue(200 <= took_ms <= 230)
        self.check_open(reasons.OPEN_NOT_CLOSING, faults.FAULT_POWER_SWITCH)
        took_ms = rig.until(rig.is_coil_on, 60_000)
        self.assertTrue(30_000 <= took_ms <= 34_000)
        rig.until(rig.is_coil_off, 300)
        self.assertEqual(rig.until(rig.is_coil_on, 120_000), -1)

        self.assertEqual(rig.contactor.closings, 2)
        self.assertEqual(rig.controller.fault, faults.FAULT_POWER_SWITCH)

    def test_latches_when_the_contactor_is_welded(self):  # F23
        rig = self.rig
        rig.charge()
        rig.plant.contactor.is_welded = True

        rig.ev("B")
        self.coil_off_ms(50)
        self.assertTrue(rig.controller.is_energised)
        took_ms = rig.until(rig.is_faulted, 2_000)
        rig.run_ms(40)

        self.assertTrue(900 <= took_ms <= 1_100)
        self.assertEqual(rig.controller.fault, faults.FAULT_POWER_SWITCH)
        self.assertEqual(rig.controller.open_reason, reasons.OPEN_WELDED)
        self.assertFalse(rig.controller.is_energised)  # the session can end
        self.assertEqual(rig.outputs(), (0, 0, 0, 0))  # static -12 V
        rig.controller.unlock_cable()
        rig.run_ms(11_000)
        self.assertTrue(rig.plant.lock.is_locked)  # no access to a live plug
        self.assertEqual(rig.controller.unlock_result, 2)
        rig.plant.contactor.is_welded = False
        rig.unplug()
        rig.run_ms(5_000)
        self.assertEqual(rig.controller.fault, faults.FAULT_POWER_SWITCH)

    def test_opens_when_the_board_signals_a_fault(self):
        rig = self.rig
        rig.charge()

        rig.fault("OverVoltage")
        self.coil_off_ms(50)
        self.check_open(reasons.OPEN_AUX_FAULT, faults.FAULT_OVER_VOLTAGE)

        rig.fault("OverVoltage", False)
        rig.run_ms(20)
        self.assertEqual(rig.controller.fault, faults.FAULT_NONE)

    def test_opens_when_the_lock_is_lost(self):
        rig = self.rig
        rig.charge()

        rig.fault("lock_feedback_lost")
        self.coil_off_ms(110)

        self.check_open(reasons.OPEN_LOCK_LOST, faults.FAULT_CONNECTOR_LOCK)


class NoOpeningTest(OpeningCase):
    def test_stays_closed_when_two_bursts_lack_the_negative_half(self):
        rig = self.rig
        rig.charge()

        rig.fault("diode_short")
        rig.run_ms(40)
        rig.fault("diode_short", False)
        rig.run_ms(1_000)

        self.assertTrue(rig.is_live())

    def test_opens_when_every_second_burst_lacks_the_negative_half(self):
        rig = self.rig
        rig.charge()

        for n in range(30):
            rig.fault("diode_short", n % 2 == 0)
            rig.run_ms(20)

        self.check_open(reasons.OPEN_DIODE, faults.FAULT_OTHER)

    def test_stays_closed_when_the_board_only_warns(self):
        rig = self.rig
        rig.charge()

        rig.fault("WeakSignal")
        rig.run_ms(1_000)

        self.assertTrue(rig.is_live())
        self.assertEqual(rig.controller.fault, faults.FAULT_NONE)
        self.assertEqual(rig.controller.warning, faults.FAULT_WEAK_SIGNAL)
        rig.fault("GroundFailure")
        self.coil_off_ms(50)
        self.assertEqual(rig.controller.fault, faults.FAULT_GROUND)
        self.assertEqual(rig.controller.warning, faults.FAULT_NONE)

    def test_ignores_a_pulse_of_200_ms_when_current_is_offered(self):
        rig = self.rig
        rig.offer()

        rig.ev("C")
        rig.run_ms(200)
        rig.ev("B")
        rig.run_ms(1_000)

        self.assertEqual(rig.count_events(EV_PILOT_PULSE), 1)
        self.assertEqual(rig.contactor.closings, 0)
