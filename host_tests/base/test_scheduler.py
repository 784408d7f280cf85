"""Scheduler: order, the guard before every entry, exceptions, overruns, and the wrap."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.errors import ConfigError
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_STEP_FAILED, EV_STEP_OVERRUN
from chargecore.base.scheduler import Scheduler
from chargecore.base.ticks import ticks_add
from fakes.ticks import FakeTicks

_CODE, _A, _B = range(3)


class StepRecorder:
    """A step that writes its name into a shared list, takes its time, and raises when told to."""

    def __init__(self, name, calls, ticks, takes_ms=0):
        self.name = name
        self.calls = calls
        self.ticks = ticks
        self.takes_ms = takes_ms
        self.error = None

    def step(self, now_ms):
        """Be a scheduler's step."""
        self.calls.append((self.name, now_ms))
        self.ticks.advance_ms(self.takes_ms)
        if self.error is not None:
            raise self.error

    def opened(self):
        """Be the function that opens every contactor."""
        self.calls.append((self.name, None))


class SchedulerCase(unittest.TestCase):
    start_ms = 1_000

    def setUp(self):
        self.ticks = FakeTicks(self.start_ms)
        self.clock = Clock(self.ticks.ticks_ms, 1)
        self.events = EventLog(self.clock, 8)
        self.calls = []
        self.guard = self.recorder("guard")
        self.contactors = self.recorder("open")
        self.scheduler = Scheduler(
            self.clock, 4, self.guard.step, self.contactors.opened, self.events
        )

    def recorder(self, name, takes_ms=0):
        """Return a StepRecorder on the shared list."""
        return StepRecorder(name, self.calls, self.ticks, takes_ms)

    def add(self, name, period_ms, takes_ms=0, budget_ms=5):
        """Add a recording entry. Return the recorder."""
        recorder = self.recorder(name, takes_ms)
        self.scheduler.add(name, recorder.step, period_ms, budget_ms)
        return recorder

    def names_of_pass(self, advance_ms=0):
        """Run one pass. Return the names in the order they were called."""
        self.calls.clear()
        self.ticks.advance_ms(advance_ms)
        self.scheduler.step(self.ticks.ticks_ms())
        return [name for name, _ in self.calls]


class TestOrder(SchedulerCase):
    def test_runs_the_guard_even_when_nothing_is_due(self):
        self.assertEqual(self.names_of_pass(), ["guard"])

    def test_runs_the_guard_before_every_entry(self):
        self.add("a", 100)
        self.add("b", 100)

        self.assertEqual(self.names_of_pass(), ["guard", "guard", "a", "guard", "b"])

    def test_runs_entries_in_the_order_they_were_added_not_by_deadline(self):
        self.add("slow", 1_000)
        self.add("fast", 10)
        self.names_of_pass()

        self.assertEqual(self.names_of_pass(1_000)[2::2], ["slow", "fast"])

    def test_runs_an_entry_at_once_and_then_once_per_period(self):
        self.add("a", 100)

        runs = [self.names_of_pass(10).count("a") for _ in range(31)]

        self.assertEqual(sum(runs), 4)
        self.assertEqual([runs[n] for n in (0, 10, 20, 30)], [1, 1, 1, 1])

    def test_does_not_catch_up_after_a_long_gap(self):
        self.add("a", 100)
        self.names_of_pass()

        self.assertEqual(self.names_of_pass(1_000).count("a"), 1)
        self.assertEqual(self.names_of_pass(50).count("a"), 0)

    def test_gives_the_time_of_the_moment_to_the_guard_after_a_long_step(self):
        self.add("long", 100, takes_ms=40)
        self.add("next", 100)

        self.names_of_pass()

        now_ms = self.start_ms
        later_ms = ticks_add(now_ms, 40)
        self.assertEqual(
            self.calls,
            [
                ("guard", now_ms),
                ("guard", now_ms),
                ("long", now_ms),
                ("guard", later_ms),
                ("next", later_ms),
            ],
        )

    def test_counts_its_passes(self):
        for _ in range(5):
            self.names_of_pass(1)

        self.assertEqual(self.scheduler.passes, 5)


class TestOrderAcrossTheWrap(TestOrder):
    start_ms = (1 << 30) - 20


class TestTable(SchedulerCase):
    def test_refuses_more_entries_than_it_has_room_for(self):
        for n in range(4):
            self.add(str(n), 10)

        with self.assertRaises(ConfigError):
            self.add("one too many", 10)

    def test_refuses_a_period_that_ticks_cannot_hold(self):
        for period_ms in (0, -1, 1 << 29):
            with self.subTest(period_ms=period_ms):
                with self.assertRaises(ConfigError):
                    self.add("a", period_ms)

    def test_numbers_and_names_its_entries(self):
        self.assertEqual(self.scheduler.add("a", self.guard.step, 10, 1), 0)
        self.assertEqual(self.scheduler.add("b", self.guard.step, 10, 1), 1)

        self.assertEqual(self.scheduler.names[:2], ["a", "b"])
        self.assertEqual(self.scheduler.count, 2)


class TestOverruns(SchedulerCase):
    def test_counts_and_reports_a_step_over_its_budget(self):
        self.add("a", 10, takes_ms=6, budget_ms=5)

        self.names_of_pass()

        self.assertEqual(self.scheduler.overruns, 1)
        self.assertEqual(self.events.field(0, _CODE), EV_STEP_OVERRUN)
        self.assertEqual((self.events.field(0, _A), self.events.field(0, _B)), (0, 6))

    def test_leaves_a_step_alone_that_takes_exactly_its_budget(self):
        self.add("a", 10, takes_ms=5, budget_ms=5)

        self.names_of_pass()

        self.assertEqual(self.scheduler.overruns, 0)
        self.assertEqual(self.events.total, 0)

    def test_keeps_the_worst_step_of_each_entry(self):
        first = self.add("a", 10, takes_ms=3)
        self.add("b", 10, takes_ms=1)
        self.names_of_pass()
        first.takes_ms = 2

        self.names_of_pass(10)

        self.assertEqual(list(self.scheduler.worst_ms)[:2], [3, 1])

    def test_measures_across_the_wrap(self):
        self.ticks.at_ms = (1 << 30) - 2
        self.add("a", 10, takes_ms=4)

        self.names_of_pass()

        self.assertEqual(self.scheduler.worst_ms[0], 4)


class TestFailures(SchedulerCase):
    def setUp(self):
        super().setUp()
        self.first = self.add("first", 10)
        self.second = self.add("second", 10)

    def fail(self, recorder, times):
        """Let a step raise that many times in a row."""
        recorder.error = ValueError("broken")
        for _ in range(times):
            self.names_of_pass(10)
        recorder.error = None

    def test_opens_the_contactors_before_anything_else_when_a_step_raises(self):
        self.first.error = ValueError("broken")

        names = self.names_of_pass()

        self.assertEqual(names, ["guard", "guard", "first", "open"])
        self.assertEqual(self.scheduler.failed, 1)
        self.assertIs(self.scheduler.last_error, self.first.error)

    def test_reports_which_entry_failed(self):
        self.fail(self.second, 2)

        self.assertEqual(self.events.field(1, _CODE), EV_STEP_FAILED)
        self.assertEqual((self.events.field(1, _A), self.events.field(1, _B)), (1, 2))

    def test_goes_on_with_the_entries_after_the_failed_one(self):
        self.fail(self.first, 1)

        self.assertEqual(self.names_of_pass()[2::2], ["second"])
        self.assertEqual(self.names_of_pass(10)[2::2], ["first", "second"])

    def test_asks_for_a_reset_after_three_failures_in_a_row(self):
        self.fail(self.first, 2)
        self.assertFalse(self.scheduler.needs_reset)

        self.fail(self.first, 1)
        self.assertTrue(self.scheduler.needs_reset)

    def test_forgets_failures_when_the_entry_has_run_well(self):
        self.fail(self.first, 2)
        self.names_of_pass(10)

        self.fail(self.first, 2)

        self.assertFalse(self.scheduler.needs_reset)
        self.assertEqual(self.scheduler.failed, 4)

    def test_does_not_mix_the_failures_of_two_entries(self):
        self.first.error = ValueError("broken")
        self.names_of_pass(10)
        self.names_of_pass(10)
        self.first.error = None
        self.second.error = ValueError("broken, too")

        self.names_of_pass(10)

        self.assertFalse(self.scheduler.needs_reset)

    def test_asks_for_a_reset_at_once_when_the_guard_raises(self):
        self.guard.error = ValueError("no safety")

        names = self.names_of_pass(10)

        self.assertEqual(names, ["guard", "open"])
        self.assertTrue(self.scheduler.needs_reset)
        self.assertEqual(self.events.field(0, _A), -1)

    def test_the_guard_runs_in_the_middle_of_an_entry(self):
        self.ticks.advance_ms(30)
        self.scheduler.guard()

        self.assertEqual(self.calls, [("guard", self.ticks.at_ms)])

    def test_a_guard_that_raises_in_the_middle_opens_the_contactors_and_goes_no_further(self):
        """Whoever let it through, C code of a TLS handshake maybe, must see no exception."""
        self.guard.error = ValueError("no safety")
        self.scheduler.guard()

        self.assertEqual([name for name, _ in self.calls], ["guard", "open"])
        self.assertTrue(self.scheduler.needs_reset)

    def test_lets_an_interrupt_from_the_keyboard_through(self):
        self.first.error = KeyboardInterrupt()

        with self.assertRaises(KeyboardInterrupt):
            self.names_of_pass(10)
