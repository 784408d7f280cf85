"""Contactor: coil, reason and times."""

import unittest

from boards.host.sim_pin import SimPin
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_CONTACTOR_CLOSED, EV_CONTACTOR_OPENED
from chargecore.safety.contactor import Contactor
from chargecore.safety.reasons import OPEN_BOOT, OPEN_EV_REQUEST, OPEN_RCD
from fakes.clock import FakeClock


class ContactorTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 8)
        self.coil = SimPin(1, 1, 0)  # as a soft reset may leave it
        self.feedback = SimPin(2, 0)
        self.contactor = Contactor(self.coil, self.feedback, self.clock, self.events, 3)

    def test_switches_the_coil_off_when_it_is_made(self):
        self.assertEqual(self.coil.level, 0)
        self.assertFalse(self.contactor.is_closed)
        self.assertEqual(self.contactor.reason, OPEN_BOOT)
        self.assertEqual(self.events.total, 0)

    def test_records_reason_and_time_when_it_opens(self):
        self.contactor.close()
        self.clock.advance_ms(40)

        self.contactor.open(OPEN_RCD)

        self.assertEqual(self.coil.level, 0)
        self.assertEqual(self.contactor.reason, OPEN_RCD)
        self.assertEqual(self.contactor.opened_at_ms, self.clock.ticks_ms())
        self.assertEqual(self.events.field(0, 0), EV_CONTACTOR_CLOSED)
        last = [self.events.field(1, n) for n in range(3)]
        self.assertEqual(last, [EV_CONTACTOR_OPENED, 3, OPEN_RCD])

    def test_keeps_the_first_reason_when_it_is_opened_twice(self):
        self.contactor.close()
        self.contactor.open(OPEN_EV_REQUEST)
        opened_at_ms = self.contactor.opened_at_ms
        self.clock.advance_ms(10)

        self.contactor.open(OPEN_RCD)

        self.assertEqual(self.contactor.reason, OPEN_EV_REQUEST)
        self.assertEqual(self.contactor.opened_at_ms, opened_at_ms)
        self.assertEqual(self.events.total, 2)

    def test_switches_a_coil_off_that_nobody_should_have_switched_on(self):
        self.coil.level = 1

        self.contactor.open(OPEN_RCD)

        self.assertEqual(self.coil.level, 0)

    def test_counts_closings(self):
        self.contactor.close()
        self.contactor.close()
        self.contactor.open(OPEN_RCD)
        self.contactor.close()

        self.assertEqual(self.contactor.closings, 2)
        self.assertEqual(self.coil.level, 1)

    def test_shows_the_auxiliary_contact(self):
        self.assertFalse(self.contactor.is_feedback_closed())
        self.feedback.level = 1
        self.assertTrue(self.contactor.is_feedback_closed())
