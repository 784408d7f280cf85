"""SafetyStep: watches always, steps on a grid of 20 ms, feeds the dead man last."""

import unittest

from boards.host.one_shot import OneShot
from boards.host.sim_watchdog import SimWatchdog
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_SAFETY_LATE, EV_STEP_FAILED
from chargecore.base.scheduler import Scheduler
from chargecore.safety.dead_man import DeadMan
from chargecore.safety.reasons import OPEN_EXCEPTION, OPEN_SHUTDOWN
from chargecore.safety.safety_step import SafetyStep
from chargecore.safety.watchdog import Watchdog
from fakes.clock import FakeClock


class FakeInterlock:
    def __init__(self):
        self.watched = 0

    def watch(self, now_ms):
        self.watched += 1


class FakeStepped:
    """A controller as the safety step sees it."""

    def __init__(self, clock):
        self.interlock = FakeInterlock()
        self.history = []
        self.opened = []
        self.is_broken = False
        self._clock = clock

    def step(self, now_ms):
        if self.is_broken:
            raise ValueError("broken")
        self.history.append(self._clock.elapsed_ms)

    def emergency_open(self, reason):
        self.opened.append(reason)


class SafetyStepTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 16)
        self.controllers = [FakeStepped(self.clock), FakeStepped(self.clock)]
        self.pin = OneShot(0)
        self.watchdog = SimWatchdog()
        guards = DeadMan(self.pin), Watchdog(self.watchdog)
        self.safety = SafetyStep(self.controllers, *guards, self.clock, self.events)

    def run_ms(self, ms, pass_ms):
        for _ in range(ms // pass_ms):
            self.pin.step(pass_ms)
            self.watchdog.step(pass_ms)
            self.safety.step(self.clock.advance_ms(pass_ms))

    def test_watches_in_every_call_and_steps_every_20_ms(self):
        self.run_ms(1_000, 5)

        for controller in self.controllers:
            self.assertEqual(controller.interlock.watched, 200)
            self.assertTrue(49 <= len(controller.history) <= 51)

    def test_keeps_to_the_grid_when_passes_do_not_divide_it(self):
        self.run_ms(9_000, 9)

        history = self.controllers[0].history
        gaps = [later - earlier for earlier, later in zip(history, history[1:])]
        doubles = [later - earlier for earlier, later in zip(history, history[2:])]
        self.assertTrue(max(gaps) <= 27)
        self.assertTrue(max(doubles) <= 45)
        self.assertTrue(440 <= len(history) <= 452)

    def test_makes_no_burst_of_steps_after_a_gap(self):
        self.run_ms(100, 10)
        self.clock.advance_ms(500)
        before = len(self.controllers[0].history)

        self.run_ms(40, 10)

        self.assertEqual(len(self.controllers[0].history) - before, 2)

    def test_keeps_the_one_shot_alive_while_nothing_happens(self):
        self.run_ms(100, 10)
        for _ in range(500):
            self.run_ms(20, 10)
            self.assertTrue(self.pin.is_on)

    def test_makes_an_edge_every_20_ms(self):  # R56
        self.run_ms(1_000, 10)
        edges = self.pin.edges

        self.run_ms(1_000, 10)

        self.assertEqual(self.pin.edges - edges, 50)

    def test_does_not_feed_when_any_controller_fails(self):
        self.run_ms(100, 10)
        self.controllers[1].is_broken = True
        edges = self.pin.edges

        for _ in range(3):
            self.assertRaises(ValueError, self.run_ms, 40, 10)

        self.assertEqual(self.pin.edges, edges)

    def test_feeds_the_watchdog_while_every_check_passes(self):  # R56
        self.run_ms(10_000, 10)

        self.assertFalse(self.watchdog.has_bitten)
        self.assertTrue(self.watchdog.feeds >= 499)

    def test_lets_the_watchdog_bite_when_a_check_never_passes(self):  # R56
        self.run_ms(100, 10)
        self.controllers[1].is_broken = True
        for _ in range(99):
            self.watchdog.step(20)
            self.assertRaises(ValueError, self.safety.step, self.clock.advance_ms(20))
        self.assertFalse(self.watchdog.has_bitten)

        self.watchdog.step(40)

        self.assertTrue(self.watchdog.has_bitten)

    def test_does_not_start_the_watchdog_before_the_first_whole_step(self):
        self.watchdog.step(60_000)
        self.assertFalse(self.watchdog.has_bitten)

        self.run_ms(20, 20)

        self.assertTrue(self.watchdog.feeds > 0)

    def test_opens_everything_through_the_scheduler_when_a_step_fails(self):
        scheduler = Scheduler(self.clock, 4, self.safety.step, self.safety.on_failure, self.events)
        self.controllers[1].is_broken = True

        scheduler.step(self.clock.advance_ms(20))

        for controller in self.controllers:
            self.assertEqual(controller.opened, [OPEN_EXCEPTION])
        self.assertEqual(self.events.field(0, 0), EV_STEP_FAILED)

    def test_opens_every_contactor_with_the_reason_given(self):
        self.safety.open_all(OPEN_SHUTDOWN)

        for controller in self.controllers:
            self.assertEqual(controller.opened, [OPEN_SHUTDOWN])

    def test_measures_the_longest_gap_and_warns_of_each_new_worst(self):  # R57
        self.run_ms(100, 10)
        self.assertEqual((self.safety.worst_gap_ms, self.safety.late_steps), (20, 0))

        for gap_ms in (50, 70, 65, 150):
            self.safety.step(self.clock.advance_ms(gap_ms))
            self.run_ms(20, 20)

        self.assertEqual(self.safety.worst_gap_ms, 150)
        self.assertEqual(self.safety.late_steps, 3)
        rows = [(self.events.field(n, 0), self.events.field(n, 1)) for n in range(2)]
        self.assertEqual(rows, [(EV_SAFETY_LATE, 70), (EV_SAFETY_LATE, 150)])
        self.assertEqual(self.events.total, 2)

    def test_does_not_count_the_boot_as_a_gap(self):
        self.clock.advance_ms(3_000)

        self.run_ms(100, 10)

        self.assertEqual(self.safety.worst_gap_ms, 20)
