"""EventLog: what is kept, what is overwritten, and the texts."""

import unittest

from chargecore.base import events
from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from fakes.ticks import FakeTicks

_CODE, _A, _B, _UPTIME, _BOOT = range(5)


class TestEventLog(unittest.TestCase):
    def setUp(self):
        self.ticks = FakeTicks()
        self.clock = Clock(self.ticks.ticks_ms, 9)
        self.log = EventLog(self.clock, 4)

    def fields(self, number):
        """Return all five fields of an event."""
        return [self.log.field(number, idx) for idx in range(5)]

    def test_is_empty_at_first(self):
        self.assertEqual(self.log.total, 0)
        self.assertEqual(self.log.oldest(), 0)

    def test_keeps_code_numbers_and_time(self):
        self.clock.poll(self.ticks.advance_ms(3_000))

        self.log.add(events.EV_FAULT, 1, -3)

        self.assertEqual(self.fields(0), [events.EV_FAULT, 1, -3, 3, 9])

    def test_has_0_for_numbers_that_were_not_given(self):
        self.log.add(events.EV_BOOT)

        self.assertEqual(self.log.field(0, _A), 0)
        self.assertEqual(self.log.field(0, _B), 0)

    def test_overwrites_the_oldest_and_counts_it_when_full(self):
        for n in range(10):
            self.log.add(events.EV_BOOT, n)

        self.assertEqual(self.log.total, 10)
        self.assertEqual(self.log.overwritten, 6)
        self.assertEqual(self.log.oldest(), 6)
        self.assertEqual([self.log.field(n, _A) for n in range(6, 10)], [6, 7, 8, 9])

    def test_keeps_the_largest_numbers_of_a_32_bit_board(self):
        self.log.add(events.EV_BOOT, (1 << 30) - 1, -(1 << 30))

        self.assertEqual(self.log.field(0, _A), (1 << 30) - 1)
        self.assertEqual(self.log.field(0, _B), -(1 << 30))
        self.assertEqual(self.log.field(0, _CODE), events.EV_BOOT)
        self.assertEqual(self.log.field(0, _UPTIME), 0)
        self.assertEqual(self.log.field(0, _BOOT), 9)


class TestEventTexts(unittest.TestCase):
    def test_has_a_text_for_every_event(self):
        numbers = [getattr(events, name) for name in dir(events) if name.startswith("EV_")]
        with_text = [row[0] for row in events.TEXTS]

        self.assertEqual(sorted(numbers), sorted(with_text))
        self.assertEqual(len(numbers), len(set(numbers)))

    def test_puts_the_numbers_into_the_sentence(self):
        text = events.text_of(events.EV_STEP_OVERRUN, 3, 120)

        self.assertEqual(text, "step 3 took 120 ms")

    def test_says_the_number_of_an_event_it_does_not_know(self):
        self.assertEqual(events.text_of(9_999, 1, 2), "event 9999 (1, 2)")
