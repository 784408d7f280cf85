"""CableLock on the simulated bolt: pulses, retries, and proofs."""

import unittest

from boards.host.lock_model import TRAVEL_MS, LockModel
from boards.host.sim_pin import SimPin
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_LOCK_FAILED
from chargecore.evse.cable_lock import UNLOCK_DONE, UNLOCK_FAILED, UNLOCK_RUNNING, CableLock
from fakes.clock import FakeClock


class CableLockTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 16)
        self.a = SimPin(1, 0, 0)
        self.b = SimPin(2, 0, 0)
        self.feedback = SimPin(3, 0)
        self.bolt = LockModel(self.a, self.b, self.feedback)
        self.may_unlock = True
        self.motor_ms = 0
        self.boot()

    def boot(self):
        self.lock = CableLock(self.a, self.b, self.feedback, self.clock, self.events, 1)

    def run_ms(self, ms):
        for _ in range(ms // 20):
            now_ms = self.clock.advance_ms(20)
            self.bolt.step(20)
            self.lock.step(now_ms, self.may_unlock)
            self.assertTrue(self.a.level + self.b.level < 2)
            self.motor_ms += 20 * (self.a.level + self.b.level)

    def lock_it(self):
        self.lock.lock(self.clock.ticks_ms())
        self.run_ms(500)
        self.assertTrue(self.lock.is_locked)

    def unlock(self):
        self.lock.unlock(self.clock.ticks_ms())

    def test_locks_and_switches_the_motor_off(self):
        self.lock.lock(self.clock.ticks_ms())
        self.run_ms(200)
        self.assertFalse(self.lock.is_locked)
        self.run_ms(2_000)

        self.assertTrue(self.lock.is_locked and self.bolt.is_locked)
        self.assertTrue(300 <= self.motor_ms <= 400)
        self.assertEqual((self.a.level, self.b.level), (0, 0))

    def test_unlocks_fully(self):
        self.lock_it()

        self.unlock()
        self.assertEqual(self.lock.unlock_result, UNLOCK_RUNNING)
        self.run_ms(1_000)

        self.assertEqual(self.lock.unlock_result, UNLOCK_DONE)
        self.assertEqual(self.bolt.position_ms, 0)
        self.assertFalse(self.lock.is_locked)

    def test_gives_up_locking_after_five_tries(self):  # F30
        self.bolt.is_jammed = True

        self.lock.lock(self.clock.ticks_ms())
        self.run_ms(6_000)

        self.assertTrue(self.lock.has_failed)
        self.assertTrue(5 * 480 <= self.motor_ms <= 5 * 540)
        self.assertEqual(self.events.total, 1)
        self.assertEqual(self.events.field(0, 0), EV_LOCK_FAILED)
        self.assertEqual((self.a.level, self.b.level), (0, 0))

    def test_locks_when_the_bolt_comes_free_in_a_later_try(self):
        self.bolt.is_jammed = True
        self.lock.lock(self.clock.ticks_ms())
        self.run_ms(2_000)

        self.bolt.is_jammed = False
        self.run_ms(2_000)

        self.assertTrue(self.lock.is_locked)
        self.assertFalse(self.lock.has_failed)

    def test_says_unlock_failed_when_the_bolt_stays_out(self):
        self.lock_it()
        self.bolt.is_jammed = True

        self.unlock()
        self.run_ms(6_000)

        self.assertEqual(self.lock.unlock_result, UNLOCK_FAILED)
        self.assertEqual((self.a.level, self.b.level), (0, 0))

    def test_proves_a_bolt_that_is_back_by_a_stroke(self):
        self.unlock()
        self.run_ms(2_000)

        self.assertEqual(self.lock.unlock_result, UNLOCK_DONE)
        self.assertEqual(self.bolt.position_ms, 0)

    def test_says_unlock_failed_when_a_bolt_that_is_back_is_jammed(self):
        self.bolt.is_jammed = True

        self.unlock()
        self.run_ms(2_000)

        self.assertEqual(self.lock.unlock_result, UNLOCK_FAILED)

    def test_does_not_move_back_while_the_outlet_is_live(self):  # F31
        self.lock_it()
        self.may_unlock = False

        self.unlock()
        self.run_ms(4_000)
        self.assertTrue(self.lock.is_locked)
        self.assertEqual(self.bolt.position_ms, TRAVEL_MS)
        self.assertEqual(self.lock.unlock_result, UNLOCK_RUNNING)
        self.may_unlock = True
        self.run_ms(1_000)

        self.assertEqual(self.lock.unlock_result, UNLOCK_DONE)

    def test_forgets_the_wish_when_the_outlet_stays_live(self):
        self.lock_it()
        self.may_unlock = False
        self.unlock()
        self.run_ms(10_100)
        self.assertEqual(self.lock.unlock_result, UNLOCK_FAILED)

        self.may_unlock = True
        self.run_ms(2_000)

        self.assertTrue(self.lock.is_locked)

    def test_stops_moving_back_when_the_outlet_becomes_live(self):
        self.lock_it()
        self.unlock()
        self.run_ms(100)
        self.may_unlock = False

        self.run_ms(100)

        self.assertEqual((self.a.level, self.b.level), (0, 0))

    def test_releases_a_cable_that_was_locked_when_the_supply_failed(self):
        self.lock_it()

        self.boot()
        self.run_ms(1_000)

        self.assertEqual(self.bolt.position_ms, 0)

    def test_is_not_locked_without_its_switch(self):
        self.lock_it()

        self.bolt.is_feedback_lost = True
        self.run_ms(40)

        self.assertFalse(self.lock.is_locked)

    def test_obeys_the_last_command(self):
        self.lock.lock(self.clock.ticks_ms())
        self.run_ms(100)
        self.unlock()
        self.run_ms(100)
        self.lock.lock(self.clock.ticks_ms())
        self.run_ms(1_000)

        self.assertTrue(self.lock.is_locked)
