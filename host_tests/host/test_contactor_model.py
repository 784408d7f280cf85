"""The contactor: delays, feedback, and its faults."""

import unittest

from boards.host.contactor_model import ContactorModel
from boards.host.sim_pin import SimPin


class ContactorModelTest(unittest.TestCase):
    def setUp(self):
        self.feedback = SimPin(2, 0)
        self.contactor = ContactorModel(self.feedback)

    def run_ms(self, ms, has_coil):
        for _ in range(ms // 5):
            self.contactor.step(5, has_coil)

    def test_closes_20_ms_after_the_coil_and_opens_after_15_ms(self):
        self.run_ms(15, True)
        self.assertEqual(self.feedback.value(), 0)
        self.run_ms(5, True)
        self.assertEqual(self.feedback.value(), 1)

        self.run_ms(10, False)
        self.assertTrue(self.contactor.is_closed)
        self.run_ms(5, False)
        self.assertFalse(self.contactor.is_closed)
        self.assertEqual(self.feedback.value(), 0)

    def test_ignores_a_coil_pulse_shorter_than_its_delay(self):
        self.run_ms(10, True)
        self.run_ms(10, False)
        self.run_ms(15, True)

        self.assertEqual(self.contactor.closings, 0)

    def test_stays_closed_when_welded(self):
        self.run_ms(20, True)
        self.contactor.is_welded = True

        self.run_ms(1_000, False)

        self.assertTrue(self.contactor.is_closed)
        self.assertEqual(self.feedback.value(), 1)

    def test_opens_again_when_the_weld_is_gone(self):
        self.contactor.is_welded = True
        self.run_ms(50, False)

        self.contactor.is_welded = False
        self.run_ms(20, False)

        self.assertFalse(self.contactor.is_closed)

    def test_does_not_close_when_the_coil_wire_is_broken(self):
        self.contactor.is_coil_open = True

        self.run_ms(1_000, True)

        self.assertFalse(self.contactor.is_closed)

    def test_takes_longer_when_it_is_slow(self):
        self.contactor.extra_ms = 300

        self.run_ms(315, True)
        self.assertFalse(self.contactor.is_closed)
        self.run_ms(5, True)
        self.assertTrue(self.contactor.is_closed)

    def test_shows_the_stuck_level_whatever_the_contacts_do(self):
        self.contactor.stuck_feedback = 0
        self.run_ms(100, True)
        self.assertEqual(self.feedback.value(), 0)

        self.contactor.stuck_feedback = 1
        self.run_ms(100, False)
        self.assertEqual(self.feedback.value(), 1)
