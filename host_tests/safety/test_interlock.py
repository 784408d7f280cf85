"""Interlock on bare inputs: each permission alone keeps the contactor open."""

import unittest

from boards.host.sim_pin import SimPin
from chargecore.base.event_log import EventLog
from chargecore.safety import faults, interlock
from chargecore.safety.contactor import Contactor
from chargecore.safety.interlock import Interlock
from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C
from chargecore.safety.rcd import Rcd
from chargecore.safety.reasons import OPEN_EV_REQUEST, OPEN_LOOP_GAP
from fakes.clock import FakeClock


class InterlockTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 64)
        self.coil = SimPin(1, 0, 0)
        self.feedback = SimPin(2, 0)
        self.rcd_pin = SimPin(3, 1)
        self.estop = SimPin(4, 1)
        self.contactor = Contactor(self.coil, self.feedback, self.clock, self.events, 1)
        rcd = Rcd(self.rcd_pin)
        self.lock = Interlock(self.contactor, rcd, self.estop, self.clock, self.events, 1)
        self.permit_all()

    def permit_all(self):
        lock = self.lock
        lock.pilot_state = PILOT_C
        lock.is_diode_ok = True
        lock.is_pwm_on = True
        lock.offer_ma = 6_000
        lock.is_authorised = True
        lock.is_lock_ok = True
        lock.aux_fault = faults.FAULT_NONE

    def run_ms(self, ms, follows=True):
        for _ in range(ms // 20):
            self.lock.step(self.clock.advance_ms(20))
            if follows:
                self.feedback.level = self.coil.level

    def close(self):
        self.run_ms(400)
        self.assertEqual(self.coil.level, 1)

    def check_blocked(self, bit):
        self.run_ms(1_000)
        self.assertEqual(self.coil.level, 0)
        self.assertTrue(self.lock.blocked_by & bit)

    def test_closes_when_every_permission_is_there(self):
        self.run_ms(100)
        self.assertEqual(self.coil.level, 0)  # the diode needs 100 ms

        self.run_ms(40)

        self.assertEqual(self.coil.level, 1)
        self.assertEqual(self.lock.blocked_by, 0)

    def test_stays_open_when_the_car_does_not_ask(self):
        self.lock.pilot_state = PILOT_B
        self.check_blocked(interlock.BLOCK_PILOT)

    def test_stays_open_when_the_diode_is_not_proven(self):
        self.lock.is_diode_ok = False
        self.check_blocked(interlock.BLOCK_DIODE)

    def test_stays_open_when_the_rcd_is_tripped(self):
        self.rcd_pin.level = 0
        self.check_blocked(interlock.BLOCK_RCD)

    def test_stays_open_when_the_feedback_says_closed(self):
        self.feedback.level = 1
        self.run_ms(60, follows=False)
        self.assertEqual(self.coil.level, 0)
        self.assertTrue(self.lock.blocked_by & interlock.BLOCK_FEEDBACK)

    def test_stays_open_when_the_lock_is_not_confirmed(self):
        self.lock.is_lock_ok = False
        self.check_blocked(interlock.BLOCK_LOCK)

    def test_stays_open_when_a_fault_is_signalled(self):
        self.lock.aux_fault = faults.FAULT_HIGH_TEMPERATURE
        self.check_blocked(interlock.BLOCK_FAULT)
        self.assertEqual(self.lock.fault, faults.FAULT_HIGH_TEMPERATURE)

    def test_stays_open_when_nobody_is_authorised(self):
        self.lock.is_authorised = False
        self.check_blocked(interlock.BLOCK_OFFER)

    def test_stays_open_when_less_than_6_a_is_offered(self):
        self.lock.offer_ma = 5_999
        self.check_blocked(interlock.BLOCK_OFFER)

    def test_stays_open_when_no_pwm_runs(self):
        self.lock.is_pwm_on = False
        self.check_blocked(interlock.BLOCK_OFFER)

    def test_stays_open_when_the_stop_loop_is_open(self):
        self.estop.level = 0
        self.check_blocked(interlock.BLOCK_ESTOP)

    def test_stays_open_for_5_s_after_an_opening(self):
        self.close()
        self.contactor.open(OPEN_EV_REQUEST)

        self.run_ms(4_960)
        self.assertEqual(self.coil.level, 0)
        self.assertEqual(self.lock.blocked_by, interlock.BLOCK_PAUSE)
        self.run_ms(60)

        self.assertEqual(self.coil.level, 1)

    def test_does_not_close_in_a_step_that_comes_too_late(self):
        self.run_ms(100)

        self.lock.step(self.clock.advance_ms(101))
        self.assertEqual(self.coil.level, 0)
        self.assertEqual(self.lock.blocked_by, interlock.BLOCK_LOOP)
        self.run_ms(20)

        self.assertEqual(self.coil.level, 1)

    def test_opens_when_a_step_comes_after_101_ms_but_not_after_100(self):  # R13
        self.close()
        self.lock.step(self.clock.advance_ms(100))
        self.assertEqual(self.coil.level, 1)

        self.lock.step(self.clock.advance_ms(101))

        self.assertEqual(self.coil.level, 0)
        self.assertEqual(self.contactor.reason, OPEN_LOOP_GAP)

    def test_needs_the_diode_again_after_the_car_was_gone(self):  # R2
        self.close()
        self.lock.pilot_state = PILOT_A
        self.run_ms(6_000)
        self.lock.pilot_state = PILOT_C

        self.run_ms(100)
        self.assertEqual(self.coil.level, 0)
        self.run_ms(40)

        self.assertEqual(self.coil.level, 1)

    def test_stays_closed_when_one_step_lacks_the_feedback(self):
        self.close()
        self.feedback.level = 0
        self.run_ms(20, follows=False)
        self.feedback.level = 1

        self.run_ms(200)

        self.assertEqual(self.coil.level, 1)

    def test_goes_on_when_the_offer_comes_back_before_the_6_s_are_over(self):
        self.close()
        self.lock.is_pwm_on = False
        self.lock.offer_ma = 0
        self.run_ms(5_000)
        self.permit_all()
        self.run_ms(5_000)

        self.assertEqual(self.coil.level, 1)
        self.assertEqual(self.contactor.closings, 1)

    def test_has_nothing_to_wait_for_before_the_first_closing(self):
        self.run_ms(140)

        self.assertEqual(self.contactor.closings, 1)
