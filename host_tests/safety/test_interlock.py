"""Interlock on bare inputs: each permission alone keeps the contactor open."""

import unittest

from boards.host.sim_pin import SimPin
from chargecore.base.event_log import EventLog
from chargecore.safety import faults, permissions
from chargecore.safety.contactor import Contactor
from chargecore.safety.interlock import Interlock
from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C
from chargecore.safety.rcd import Rcd
from chargecore.safety.reasons import (
    OPEN_EV_REQUEST,
    OPEN_LOOP_GAP,
    OPEN_OVER_CURRENT,
    OPEN_OVER_TEMPERATURE,
    OPEN_PE_LOST,
    OPEN_PILOT_SUPPLY,
    OPEN_PROXIMITY,
    OPEN_SELF_TEST,
    OPEN_STOPPED,
    OPEN_TEMPERATURE_UNKNOWN,
)
from fakes.clock import FakeClock


class InterlockTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 64)
        self.coil = SimPin(1, 0, 0)
        self.feedback = SimPin(2, 0)
        self.rcd_pin = SimPin(3, 1)
        self.estop = SimPin(4, 1)
        self.earth = SimPin(5, 1)
        self.contactor = Contactor(self.coil, self.feedback, self.clock, self.events, 1)
        pins = Rcd(self.rcd_pin), self.estop, self.earth
        self.lock = Interlock(self.contactor, *pins, self.clock, self.events, 1)
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
        self.check_blocked(permissions.BLOCK_PILOT)

    def test_stays_open_when_the_diode_is_not_proven(self):
        self.lock.is_diode_ok = False
        self.check_blocked(permissions.BLOCK_DIODE)

    def test_stays_open_when_the_rcd_is_tripped(self):
        self.rcd_pin.level = 0
        self.check_blocked(permissions.BLOCK_RCD)

    def test_stays_open_when_the_feedback_says_closed(self):
        self.feedback.level = 1
        self.run_ms(60, follows=False)
        self.assertEqual(self.coil.level, 0)
        self.assertTrue(self.lock.blocked_by & permissions.BLOCK_FEEDBACK)

    def test_stays_open_when_the_lock_is_not_confirmed(self):
        self.lock.is_lock_ok = False
        self.check_blocked(permissions.BLOCK_LOCK)

    def test_stays_open_when_a_fault_is_signalled(self):
        self.lock.aux_fault = faults.FAULT_HIGH_TEMPERATURE
        self.check_blocked(permissions.BLOCK_FAULT)
        self.assertEqual(self.lock.fault, faults.FAULT_HIGH_TEMPERATURE)

    def test_stays_open_when_nobody_is_authorised(self):
        self.lock.is_authorised = False
        self.check_blocked(permissions.BLOCK_OFFER)

    def test_stays_open_when_less_than_6_a_is_offered(self):
        self.lock.offer_ma = 5_999
        self.check_blocked(permissions.BLOCK_OFFER)

    def test_stays_open_when_no_pwm_runs(self):
        self.lock.is_pwm_on = False
        self.check_blocked(permissions.BLOCK_OFFER)

    def test_stays_open_when_the_stop_loop_is_open(self):
        self.estop.level = 0
        self.check_blocked(permissions.BLOCK_ESTOP)

    def test_stays_open_when_the_earth_is_missing(self):  # R5
        self.earth.level = 0
        self.check_blocked(permissions.BLOCK_PE)

    def test_closes_without_a_sense_of_the_earth_on_a_board_that_has_none(self):
        pins = Rcd(self.rcd_pin), self.estop, None
        self.lock = Interlock(self.contactor, *pins, self.clock, self.events, 1)
        self.permit_all()

        self.close()

    def test_stays_open_when_the_resistor_of_the_cable_is_wrong(self):  # R7
        self.lock.is_pp_ok = False
        self.check_blocked(permissions.BLOCK_PROXIMITY)

    def test_finds_no_fault_in_a_missing_cable(self):
        self.lock.pilot_state = PILOT_A
        self.lock.is_pp_ok = False
        self.check_blocked(permissions.BLOCK_PROXIMITY)
        self.assertEqual(self.lock.fault, faults.FAULT_NONE)

    def test_stays_open_when_it_is_too_warm_to_close(self):  # R8
        self.lock.is_temperature_ok = False
        self.check_blocked(permissions.BLOCK_TEMPERATURE)
        self.assertEqual(self.lock.fault, faults.FAULT_NONE)

    def test_stays_open_when_the_temperature_is_unknown(self):
        self.lock.is_temperature_known = False
        self.check_blocked(permissions.BLOCK_TEMPERATURE)
        self.assertEqual(self.lock.fault, faults.FAULT_INTERNAL)

    def test_stays_open_when_a_rail_is_out_of_tolerance(self):  # F8
        self.lock.is_supply_ok = False
        self.check_blocked(permissions.BLOCK_SUPPLY)
        self.assertEqual(self.lock.fault, faults.FAULT_INTERNAL)

    def test_stays_open_when_the_rcd_fails_its_test(self):  # R3
        pins = Rcd(self.rcd_pin, SimPin(6, 0, 0)), self.estop, self.earth
        self.lock = Interlock(self.contactor, *pins, self.clock, self.events, 1)
        self.permit_all()
        self.check_blocked(permissions.BLOCK_TEST)

    def test_stays_open_for_5_s_after_an_opening(self):
        self.close()
        self.contactor.open(OPEN_EV_REQUEST)

        self.run_ms(4_960)
        self.assertEqual(self.coil.level, 0)
        self.assertEqual(self.lock.blocked_by, permissions.BLOCK_PAUSE)
        self.run_ms(60)

        self.assertEqual(self.coil.level, 1)

    def test_does_not_close_in_a_step_that_comes_too_late(self):
        self.run_ms(100)

        self.lock.step(self.clock.advance_ms(101))
        self.assertEqual(self.coil.level, 0)
        self.assertEqual(self.lock.blocked_by, permissions.BLOCK_LOOP)
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

    # ---- openings of a closed contactor ----

    def check_opened(self, reason, fault):
        self.assertEqual(self.coil.level, 0)
        self.assertEqual(self.contactor.reason, reason)
        self.assertEqual(self.lock.fault, fault)
        self.assertEqual(self.lock.fault_reason, reason)
        self.assertFalse(self.lock.must_stop)

    def test_opens_in_the_next_poll_when_the_earth_is_lost(self):  # F32
        self.close()
        self.earth.level = 0

        self.lock.watch(self.clock.advance_ms(5))

        self.check_opened(OPEN_PE_LOST, faults.FAULT_OTHER)

    def test_keeps_the_fault_of_the_earth_until_the_cable_is_pulled(self):
        self.close()
        self.earth.level = 0
        self.run_ms(20)
        self.earth.level = 1
        self.run_ms(100_000)
        self.assertEqual(self.lock.fault, faults.FAULT_OTHER)

        self.lock.pilot_state = PILOT_A
        self.run_ms(1_100)

        self.assertEqual(self.lock.fault, faults.FAULT_NONE)

    def test_opens_when_the_resistor_of_the_cable_is_lost(self):  # F27
        self.close()
        self.lock.is_pp_ok = False

        self.run_ms(20)

        self.check_opened(OPEN_PROXIMITY, faults.FAULT_OTHER)

    def test_opens_when_the_temperature_is_unknown(self):  # F33
        self.close()
        self.lock.is_temperature_known = False

        self.run_ms(20)

        self.check_opened(OPEN_TEMPERATURE_UNKNOWN, faults.FAULT_INTERNAL)

    def test_opens_when_a_rail_of_the_pilot_is_out_of_tolerance(self):  # F8
        self.close()
        self.lock.is_supply_ok = False

        self.run_ms(20)

        self.check_opened(OPEN_PILOT_SUPPLY, faults.FAULT_INTERNAL)

    def test_tries_again_after_a_minute_when_the_resistor_is_back(self):  # R50
        self.close()
        self.lock.is_pp_ok = False
        self.run_ms(20)
        self.lock.is_pp_ok = True

        self.run_ms(59_900)
        self.assertEqual(self.coil.level, 0)
        self.run_ms(200)

        self.assertEqual(self.coil.level, 1)

    def test_stays_closed_when_it_gets_too_warm_to_close(self):
        self.close()
        self.lock.is_temperature_ok = False

        self.run_ms(10_000)

        self.assertEqual(self.coil.level, 1)

    # ---- graceful stops ----

    def test_stops_gracefully_when_it_is_too_hot(self):  # F33
        self.close()
        self.lock.is_too_hot = True

        self.run_ms(20)
        self.assertTrue(self.lock.must_stop)
        self.assertEqual(self.coil.level, 1)
        self.assertEqual(self.lock.fault, faults.FAULT_HIGH_TEMPERATURE)
        self.lock.is_pwm_on = False
        self.lock.pilot_state = PILOT_B
        self.run_ms(20)

        self.check_opened(OPEN_OVER_TEMPERATURE, faults.FAULT_HIGH_TEMPERATURE)

    def test_opens_under_load_after_6_s_when_the_car_stays_while_it_is_too_hot(self):
        self.close()
        self.lock.is_too_hot = True  # and the PWM stays on, against must_stop

        self.run_ms(6_000)
        self.assertEqual(self.coil.level, 1)
        self.run_ms(40)

        self.check_opened(OPEN_OVER_TEMPERATURE, faults.FAULT_HIGH_TEMPERATURE)

    def test_goes_on_as_soon_as_the_sensor_says_so_after_it_was_too_hot(self):
        self.close()
        self.lock.is_too_hot = True
        self.run_ms(6_100)
        self.run_ms(400_000)
        self.assertEqual(self.lock.fault, faults.FAULT_HIGH_TEMPERATURE)
        self.assertEqual(self.coil.level, 0)

        self.lock.is_too_hot = False
        self.run_ms(200)

        self.assertEqual(self.lock.fault, faults.FAULT_NONE)
        self.assertEqual(self.coil.level, 1)

    def draw(self, current_ma, ms):
        for _ in range(ms // 200):
            self.lock.current_ma = current_ma
            self.lock.sample_count += 1
            self.run_ms(200)

    def test_stops_gracefully_when_the_car_draws_too_much(self):  # F34
        self.lock.offer_ma = 16_000
        self.close()
        self.draw(20_800, 6_800)
        self.assertFalse(self.lock.must_stop)

        self.draw(20_800, 400)
        self.assertTrue(self.lock.must_stop)
        self.assertEqual(self.coil.level, 1)
        self.assertEqual(self.lock.fault, faults.FAULT_OVER_CURRENT)
        self.lock.offer_ma = 0
        self.lock.is_pwm_on = False
        self.draw(20_800, 5_600)
        self.assertEqual(self.coil.level, 1)
        self.draw(20_800, 800)

        self.check_opened(OPEN_OVER_CURRENT, faults.FAULT_OVER_CURRENT)

    def test_opens_at_once_when_the_car_draws_twice_the_offer(self):  # R26
        self.lock.offer_ma = 16_000
        self.close()

        self.draw(33_600, 200)

        self.check_opened(OPEN_OVER_CURRENT, faults.FAULT_OVER_CURRENT)

    def test_tries_a_car_that_drew_too_much_three_times_more(self):  # as R50
        self.lock.offer_ma = 16_000
        self.close()
        for _ in range(6):
            self.draw(33_600, 200)
            self.lock.current_ma = None
            self.run_ms(60_200)

        self.assertEqual(self.contactor.closings, 4)
        self.assertEqual(self.lock.fault, faults.FAULT_OVER_CURRENT)

    def test_ends_an_ordinary_stop_with_the_ordinary_reason_after_a_hot_one(self):
        self.test_goes_on_as_soon_as_the_sensor_says_so_after_it_was_too_hot()
        self.run_ms(200)
        self.lock.is_authorised = False
        self.run_ms(100)

        self.lock.pilot_state = PILOT_B
        self.run_ms(20)

        self.assertEqual(self.contactor.reason, OPEN_STOPPED)

    # ---- for good ----

    def test_latches_for_good_when_a_self_test_fails(self):  # R52
        self.lock.trip(OPEN_SELF_TEST, self.clock.ticks_ms())
        self.lock.pilot_state = PILOT_A
        self.run_ms(1_000_000)

        self.assertTrue(self.lock.is_permanent)
        self.assertEqual(self.lock.fault, faults.FAULT_INTERNAL)
        self.assertEqual(self.lock.fault_reason, OPEN_SELF_TEST)
