"""CoilGuard, GuardFeed and GuardedTrip: what reaches the program's queue, and what does not.

The program itself, and both together, are tested in host_tests/pio.
"""

import unittest

from boards.rp2.coil_guard import CoilGuard
from boards.rp2.guard_feed import GuardFeed
from boards.rp2.guarded_trip import GuardedTrip
from fakes.rp2_machine import FakeFlags, FakeInput, FakeMachine

_FLAG_AT = 0x50200030
_FLAG = 4
_PASSES = 29_999


class GuardCase(unittest.TestCase):
    """A guard on fakes."""

    def setUp(self):
        self.machine = FakeMachine()
        self.pin = FakeInput()
        self.flags = FakeFlags(_FLAG_AT, flags=0xF)
        self.guard = CoilGuard(self.machine, self.pin, self.flags, _FLAG_AT, _FLAG, _PASSES)

    def trip(self):
        """What the program does at a trip."""
        self.flags.flags |= _FLAG


class TestCoilGuard(GuardCase):
    def test_clears_its_own_flag_at_start(self):
        self.assertEqual(self.flags.flags, 0xF & ~_FLAG)

    def test_feeds_nothing_while_nobody_wants_the_coil(self):
        self.guard.feed()

        self.assertEqual(self.machine.history, [])

    def test_request_alone_puts_no_word(self):
        self.guard.value(1)

        self.assertEqual(self.machine.history, [])
        self.assertEqual(self.guard.value(), 1)

    def test_feeds_its_dead_man_time_when_requested(self):
        self.guard.value(1)

        self.guard.feed()

        self.assertEqual(self.machine.history, [_PASSES])
        self.assertEqual(self.guard.feeds, 1)

    def test_does_not_pile_up_words_in_a_machine_that_stands_still(self):
        self.guard.value(1)
        for _ in range(50):
            self.guard.feed()

        self.assertEqual(self.machine.history, [_PASSES])

    def test_off_puts_a_zero_behind_a_queued_feed(self):
        self.guard.value(1)
        self.guard.feed()

        self.guard.value(0)

        self.assertEqual(self.machine.queue, [_PASSES, 0])
        self.assertEqual(self.guard.value(), 0)

    def test_off_puts_a_zero_even_when_it_was_off(self):
        self.guard.value(0)

        self.assertEqual(self.machine.queue, [0])

    def test_off_never_waits_in_front_of_a_full_queue(self):
        for _ in range(50):
            self.guard.value(0)

        self.assertEqual(self.machine.queue, [0, 0, 0, 0])

    def test_feeds_nothing_while_tripped(self):
        self.guard.value(1)
        self.trip()

        self.guard.feed()

        self.assertEqual(self.machine.history, [])
        self.assertTrue(self.guard.is_tripped())

    def test_sees_only_its_own_flag(self):
        self.flags.flags = 0xF & ~_FLAG

        self.assertFalse(self.guard.is_tripped())

    def test_repeated_request_does_not_clear(self):
        self.guard.value(1)
        self.trip()
        self.flags.cleared.clear()

        self.guard.value(1)

        self.assertEqual(self.flags.cleared, [])

    def test_new_request_clears_its_own_flag_when_the_input_is_healthy(self):
        self.guard.value(1)
        self.trip()
        self.guard.value(0)
        self.flags.cleared.clear()

        self.guard.value(1)

        self.assertEqual(self.flags.cleared, [_FLAG])

    def test_new_request_does_not_clear_while_the_input_is_tripped(self):
        self.guard.value(1)
        self.trip()
        self.guard.value(0)
        self.pin.level = 0

        self.guard.value(1)

        self.assertTrue(self.guard.is_tripped())


class TestGuardFeed(GuardCase):
    def test_every_edge_feeds_every_guard(self):
        other = FakeMachine()
        flags = FakeFlags(_FLAG_AT)
        guards = [self.guard, CoilGuard(other, self.pin, flags, _FLAG_AT, 1, 77)]
        feed = GuardFeed(guards)
        for guard in guards:
            guard.value(1)

        for level in (1, 0, 1):
            feed.value(level)
            self.machine.take()
            other.take()

        self.assertEqual(self.machine.history, [_PASSES] * 3)
        self.assertEqual(other.history, [77] * 3)

    def test_level_that_is_only_repeated_feeds_nothing(self):
        feed = GuardFeed([self.guard])
        self.guard.value(1)

        for _ in range(5):
            feed.value(0)

        self.assertEqual(self.machine.history, [])


class TestGuardedTrip(GuardCase):
    def setUp(self):
        super().setUp()
        self.rcd_pin = GuardedTrip(self.pin, self.guard)

    def test_is_the_pin_while_nothing_has_tripped(self):
        levels = [self.rcd_pin.value()]
        self.pin.level = 0
        levels.append(self.rcd_pin.value())

        self.assertEqual(levels, [1, 0])

    def test_tells_a_trip_that_is_over_until_the_coil_is_let_go(self):
        self.guard.value(1)
        self.trip()
        before = self.rcd_pin.value()

        self.guard.value(0)

        self.assertEqual((before, self.rcd_pin.value()), (0, 1))
