"""The lock: travel, end switch, jam."""

import unittest

from boards.host.lock_model import LockModel
from boards.host.sim_pin import SimPin


class LockModelTest(unittest.TestCase):
    def setUp(self):
        self.motor_a = SimPin(5, 0, 0)
        self.motor_b = SimPin(6, 0, 0)
        self.feedback = SimPin(7, 0)
        self.lock = LockModel(self.motor_a, self.motor_b, self.feedback)

    def drive(self, a, b, ms):
        self.motor_a.value(a)
        self.motor_b.value(b)
        for _ in range(ms // 10):
            self.lock.step(10)

    def test_is_locked_after_its_travel_time_and_stays_so_without_power(self):
        self.drive(1, 0, 290)
        self.assertEqual(self.feedback.value(), 0)
        self.drive(1, 0, 10)
        self.assertEqual(self.feedback.value(), 1)

        self.drive(0, 0, 1_000)
        self.assertTrue(self.lock.is_locked)

    def test_unlocks_when_driven_the_other_way(self):
        self.drive(1, 0, 400)

        self.drive(0, 1, 10)
        self.assertEqual(self.feedback.value(), 0)
        self.drive(0, 1, 400)
        self.assertEqual(self.lock.position_ms, 0)

    def test_does_not_move_when_braked(self):
        self.drive(1, 1, 400)

        self.assertEqual(self.lock.position_ms, 0)

    def test_stays_where_it_is_when_jammed(self):
        self.drive(1, 0, 400)
        self.lock.is_jammed = True

        self.drive(0, 1, 400)

        self.assertEqual(self.feedback.value(), 1)

    def test_reads_unlocked_when_the_feedback_is_lost(self):
        self.drive(1, 0, 400)
        self.lock.is_feedback_lost = True

        self.drive(0, 0, 10)

        self.assertTrue(self.lock.is_locked)
        self.assertEqual(self.feedback.value(), 0)
