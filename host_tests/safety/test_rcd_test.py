"""RcdTest on bare pins: trip and release, when it is due, and what it never does."""

import unittest

from boards.host.rcd_model import RcdModel
from boards.host.sim_pin import SimPin
from chargecore.base.event_log import EventLog
from chargecore.safety.contactor import Contactor
from chargecore.safety.rcd import Rcd
from chargecore.safety.rcd_test import (
    TEST_NO_RELEASE,
    TEST_NO_TRIP,
    TEST_PASSED,
    TEST_RUNNING,
    TEST_STUCK,
    RcdTest,
)
from chargecore.safety.reasons import OPEN_EV_REQUEST
from fakes.clock import FakeClock

_HOUR_MS = 3_600_000


class RcdTestTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.trip = SimPin(1, 1)
        self.test_pin = SimPin(2, 0, 0)
        self.feedback = SimPin(3, 0)
        self.model = RcdModel(self.trip, self.test_pin)
        events = EventLog(self.clock, 16)
        self.contactor = Contactor(SimPin(4, 0, 0), self.feedback, self.clock, events, 1)
        self.rcd = Rcd(self.trip, self.test_pin)
        self.test = RcdTest(self.rcd, self.contactor, self.clock)
        self.is_a = True

    def run_ms(self, ms):
        """Return (verdict, ms it took), verdict TEST_RUNNING when there was none."""
        for step in range(ms // 20):
            now_ms = self.clock.advance_ms(20)
            self.model.step(20)
            self.rcd.poll()
            verdict = self.test.step(self.is_a, now_ms)
            if verdict != TEST_RUNNING:
                return verdict, 20 * (step + 1)
        return TEST_RUNNING, ms

    def age(self, ms):
        """Let a long time pass with nothing but what happens once a day."""
        while ms > 0:
            self.clock.advance_ms(min(ms, 12 * _HOUR_MS))
            self.test.refresh(self.clock.ticks_ms())
            ms -= 12 * _HOUR_MS

    def is_valid(self):
        return self.test.is_valid(self.clock.ticks_ms())

    def use(self):
        """Close and open once, and let the car go."""
        self.contactor.close()
        self.contactor.open(OPEN_EV_REQUEST)

    # ---- one test ----

    def test_passes_when_the_monitor_trips_and_releases(self):
        self.assertFalse(self.is_valid())

        verdict, took_ms = self.run_ms(5_000)

        self.assertEqual(verdict, TEST_PASSED)
        self.assertTrue(100 <= took_ms <= 200, took_ms)
        self.assertTrue(self.is_valid())
        self.assertEqual(self.test_pin.level, 0)
        self.assertEqual((self.rcd.trips, self.rcd.is_tripped, self.rcd.is_testing), (0, 0, 0))

    def test_fails_when_the_monitor_does_not_trip_within_a_second(self):  # F21
        self.model.is_test_dead = True

        verdict, took_ms = self.run_ms(5_000)

        self.assertEqual(verdict, TEST_NO_TRIP)
        self.assertTrue(1_000 <= took_ms <= 1_040, took_ms)
        self.assertEqual(self.test_pin.level, 0)
        self.assertFalse(self.is_valid())

    def test_fails_when_the_monitor_stays_tripped(self):  # F21
        self.model.is_stuck = True

        verdict, took_ms = self.run_ms(5_000)

        self.assertEqual(verdict, TEST_NO_RELEASE)
        self.assertTrue(3_000 <= took_ms <= 3_100, took_ms)
        self.assertEqual(self.test_pin.level, 0)

    def test_fails_when_the_monitor_takes_more_than_3_s_to_release(self):  # F21
        self.model.extra_ms = 3_000

        self.assertEqual(self.run_ms(5_000)[0], TEST_NO_RELEASE)

    def test_passes_when_the_monitor_takes_less_than_3_s_to_release(self):
        self.model.extra_ms = 2_800

        self.assertEqual(self.run_ms(5_000)[0], TEST_PASSED)

    def test_fails_when_the_monitor_is_tripped_for_a_second_after_boot(self):  # F21
        self.model.has_residual = True
        self.model.step(20)

        verdict, took_ms = self.run_ms(5_000)

        self.assertEqual(verdict, TEST_STUCK)
        self.assertTrue(1_000 <= took_ms <= 1_040, took_ms)
        self.assertEqual(self.test_pin.level, 0)

    def test_waits_for_a_monitor_that_wakes_up_within_a_second(self):
        self.model.is_wire_open = True
        self.assertEqual(self.run_ms(900)[0], TEST_RUNNING)
        self.model.is_wire_open = False

        self.assertEqual(self.run_ms(1_000)[0], TEST_PASSED)
        self.assertEqual(self.rcd.trips, 0)

    def test_fails_once_and_is_not_tried_again(self):  # R52
        self.model.is_test_dead = True
        self.run_ms(5_000)
        self.model.is_test_dead = False

        self.assertEqual(self.run_ms(100_000)[0], TEST_RUNNING)
        self.assertFalse(self.is_valid())

    def test_forgives_a_stall_of_the_station(self):
        self.run_ms(20)
        self.clock.advance_ms(4_000)
        self.model.step(4_000)
        self.test.step(True, self.clock.ticks_ms())
        self.clock.advance_ms(4_000)
        self.model.step(4_000)

        self.assertEqual(self.run_ms(20)[0], TEST_PASSED)

    def test_passes_a_monitor_that_cannot_be_tested(self):
        self.rcd = Rcd(self.trip)
        self.test = RcdTest(self.rcd, self.contactor, self.clock)

        self.assertEqual(self.run_ms(20)[0], TEST_PASSED)
        self.assertTrue(self.is_valid())

    # ---- a residual current and a test ----

    def test_hides_no_trip_when_no_test_runs(self):
        self.run_ms(1_000)
        self.model.has_residual = True
        self.run_ms(40)

        self.assertTrue(self.rcd.is_tripped)
        self.assertEqual(self.rcd.trips, 1)

    def test_takes_a_residual_current_during_the_test_for_a_failure(self):
        self.run_ms(20)
        self.model.has_residual = True

        self.assertEqual(self.run_ms(5_000)[0], TEST_NO_RELEASE)
        self.run_ms(20)
        self.assertTrue(self.rcd.is_tripped)

    def test_ends_at_once_when_the_outlet_is_not_dead_any_more(self):
        self.run_ms(20)
        self.assertEqual(self.test_pin.level, 1)
        self.feedback.level = 1

        self.assertEqual(self.run_ms(1_000)[0], TEST_RUNNING)
        self.assertEqual(self.test_pin.level, 0)
        self.assertFalse(self.rcd.is_testing)
        self.feedback.level = 0

        self.assertEqual(self.run_ms(1_000)[0], TEST_PASSED)

    # ---- when it is due ----

    def test_never_runs_with_a_closed_contactor_or_a_live_outlet(self):
        self.contactor.close()
        self.assertEqual(self.run_ms(1_000)[0], TEST_RUNNING)
        self.contactor.open(OPEN_EV_REQUEST)
        self.feedback.level = 1
        self.assertEqual(self.run_ms(1_000)[0], TEST_RUNNING)
        self.assertEqual(self.test_pin.level, 0)
        self.feedback.level = 0

        self.assertEqual(self.run_ms(1_000)[0], TEST_PASSED)

    def test_runs_after_a_session_as_soon_as_the_car_is_gone(self):
        self.run_ms(1_000)
        self.is_a = False
        self.use()
        self.assertEqual(self.run_ms(1_000)[0], TEST_RUNNING)
        self.assertTrue(self.is_valid())

        self.is_a = True

        self.assertEqual(self.run_ms(1_000)[0], TEST_PASSED)
        self.assertEqual(self.run_ms(1_000)[0], TEST_RUNNING)

    def test_runs_in_a_when_the_last_test_is_12_h_old(self):
        self.run_ms(1_000)
        self.age(11 * _HOUR_MS)
        self.assertEqual(self.run_ms(1_000)[0], TEST_RUNNING)

        self.age(_HOUR_MS)

        self.assertEqual(self.run_ms(1_000)[0], TEST_PASSED)

    def test_runs_in_any_state_when_the_last_test_is_a_day_old(self):  # R3
        self.run_ms(1_000)
        self.is_a = False
        self.age(23 * _HOUR_MS)
        self.assertEqual(self.run_ms(1_000)[0], TEST_RUNNING)
        self.assertTrue(self.is_valid())

        self.age(_HOUR_MS)

        self.assertFalse(self.is_valid())
        self.assertEqual(self.run_ms(1_000)[0], TEST_PASSED)
        self.assertTrue(self.is_valid())

    def test_stays_old_however_long_a_session_lasts(self):
        self.run_ms(1_000)
        self.is_a = False
        self.contactor.close()
        for _ in range(30):
            self.age(24 * _HOUR_MS)  # the ticks wrap every 12.4 days
            self.assertFalse(self.is_valid())
            self.assertEqual(self.run_ms(40)[0], TEST_RUNNING)
