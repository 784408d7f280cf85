"""FaultLatch: what is kept, and when it clears. R50..R52."""

import unittest

from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_FAULT, EV_FAULT_CLEARED
from chargecore.safety.fault_latch import COUNTED, NO_REASON, FaultLatch
from chargecore.safety.faults import (
    FAULT_GROUND,
    FAULT_INTERNAL,
    FAULT_NONE,
    FAULT_OTHER,
    FAULT_OVER_VOLTAGE,
    FAULT_POWER_SWITCH,
)
from chargecore.safety.reasons import (
    OPEN_AUX_FAULT,
    OPEN_DIODE,
    OPEN_ESTOP,
    OPEN_NOT_CLOSING,
    OPEN_PE_LOST,
    OPEN_PILOT_SHORT,
    OPEN_RCD,
    OPEN_SELF_TEST,
    OPEN_WELDED,
)
from fakes.clock import FakeClock

_MINUTE_MS = 60_000


class FaultLatchTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 64)
        self.latch = FaultLatch(self.clock, self.events, 1)

    def fault(self, reason, fault):
        self.latch.latch(reason, fault, self.clock.ticks_ms())

    def pass_ms(self, ms, is_gone=True, unplugged_ms=-1, step_ms=100):
        """Step until the fault clears. Return how long it took, -1 when longer than ms."""
        for n in range(ms // step_ms):
            now_ms = self.clock.advance_ms(step_ms)
            self.latch.step(is_gone, unplugged_ms, now_ms)
            if self.latch.fault == FAULT_NONE:
                return (n + 1) * step_ms
        return -1

    def test_keeps_the_first_fault(self):
        self.fault(OPEN_DIODE, FAULT_OTHER)
        self.fault(OPEN_AUX_FAULT, FAULT_OVER_VOLTAGE)

        self.assertEqual((self.latch.reason, self.latch.fault), (OPEN_DIODE, FAULT_OTHER))

    def test_says_rcd_or_weld_whatever_came_first(self):
        self.fault(OPEN_DIODE, FAULT_OTHER)
        self.fault(OPEN_RCD, FAULT_GROUND)
        self.assertEqual(self.latch.fault, FAULT_GROUND)
        self.fault(OPEN_WELDED, FAULT_POWER_SWITCH)
        self.assertEqual(self.latch.fault, FAULT_POWER_SWITCH)
        self.fault(OPEN_RCD, FAULT_GROUND)

        self.assertEqual(self.latch.reason, OPEN_WELDED)

    def test_tells_each_fault_once(self):
        for _ in range(5):
            self.fault(OPEN_DIODE, FAULT_OTHER)
        self.pass_ms(_MINUTE_MS)

        codes = [self.events.field(n, 0) for n in range(self.events.total)]
        self.assertEqual(codes, [EV_FAULT, EV_FAULT_CLEARED])

    def test_clears_a_second_after_the_cause_when_unplugged(self):
        self.fault(OPEN_ESTOP, FAULT_OTHER)

        self.assertEqual(self.pass_ms(5_000, unplugged_ms=900), -1)
        self.assertEqual(self.pass_ms(5_000, is_gone=False, unplugged_ms=10_000), -1)
        self.assertEqual(self.pass_ms(5_000, unplugged_ms=10_000), 1_000)

        self.assertEqual(self.latch.reason, NO_REASON)

    def test_never_clears_by_itself_what_only_a_person_may_clear(self):
        self.fault(OPEN_ESTOP, FAULT_OTHER)

        self.assertEqual(self.pass_ms(20 * _MINUTE_MS, step_ms=1_000), -1)

    def test_never_clears_a_weld(self):  # R52
        self.fault(OPEN_WELDED, FAULT_POWER_SWITCH)

        self.assertTrue(self.latch.is_permanent)
        self.assertEqual(self.pass_ms(20 * _MINUTE_MS, unplugged_ms=10_000, step_ms=1_000), -1)

    def test_tries_pilot_faults_three_times_together(self):
        for reason in (OPEN_DIODE, OPEN_PILOT_SHORT, OPEN_DIODE):
            self.fault(reason, FAULT_OTHER)
            self.assertEqual(self.pass_ms(2 * _MINUTE_MS), _MINUTE_MS)
        self.fault(OPEN_PILOT_SHORT, FAULT_OTHER)

        self.assertEqual(self.pass_ms(10 * _MINUTE_MS), -1)

    def test_counts_retries_anew_when_the_cable_was_pulled(self):
        for _ in range(3):
            self.fault(OPEN_DIODE, FAULT_OTHER)
            self.pass_ms(2 * _MINUTE_MS)
        self.latch.step(True, 1_000, self.clock.ticks_ms())

        self.fault(OPEN_DIODE, FAULT_OTHER)

        self.assertEqual(self.pass_ms(2 * _MINUTE_MS), _MINUTE_MS)

    def test_counts_the_wait_from_when_the_cause_went(self):
        self.fault(OPEN_DIODE, FAULT_OTHER)
        self.pass_ms(50_000, is_gone=False)

        self.assertEqual(self.pass_ms(2 * _MINUTE_MS), _MINUTE_MS)

    def test_tries_a_late_rcd_trip_four_times_after_15_min(self):  # F20
        for _ in range(4):
            self.fault(OPEN_RCD, FAULT_GROUND)
            self.latch.lock_out_if_early(60_000)
            self.assertEqual(self.pass_ms(20 * _MINUTE_MS, step_ms=1_000), 15 * _MINUTE_MS)
        self.fault(OPEN_RCD, FAULT_GROUND)

        self.assertEqual(self.pass_ms(60 * _MINUTE_MS, step_ms=1_000), -1)

    def test_never_tries_an_early_rcd_trip(self):  # F19
        self.fault(OPEN_RCD, FAULT_GROUND)
        self.latch.lock_out_if_early(10_000)

        self.assertEqual(self.pass_ms(60 * _MINUTE_MS, step_ms=1_000), -1)
        self.assertEqual(self.pass_ms(5_000, unplugged_ms=2_000), 100)

    def test_tries_a_contactor_that_did_not_close_once(self):  # R36
        self.fault(OPEN_NOT_CLOSING, FAULT_POWER_SWITCH)
        self.assertEqual(self.pass_ms(_MINUTE_MS), 30_000)
        self.fault(OPEN_NOT_CLOSING, FAULT_POWER_SWITCH)

        self.assertTrue(self.latch.is_permanent)
        self.assertEqual(self.pass_ms(10 * _MINUTE_MS, unplugged_ms=10_000), -1)

    def test_lets_a_contactor_that_did_not_close_once_be_when_the_cable_is_pulled(self):
        for _ in range(5):
            self.fault(OPEN_NOT_CLOSING, FAULT_POWER_SWITCH)
            self.assertEqual(self.pass_ms(5_000, unplugged_ms=10_000), 1_000)

        self.assertFalse(self.latch.is_permanent)

    def test_keeps_what_is_permanent_and_nothing_else_for_the_next_boot(self):  # R52
        self.assertEqual(self.latch.kept_reason(), NO_REASON)
        self.fault(OPEN_RCD, FAULT_GROUND)
        self.assertEqual(self.latch.kept_reason(), NO_REASON)
        self.fault(OPEN_SELF_TEST, FAULT_INTERNAL)
        self.assertEqual(self.latch.kept_reason(), OPEN_SELF_TEST)

    def test_stays_permanent_after_a_reset(self):
        self.latch.restore(OPEN_WELDED, FAULT_POWER_SWITCH, False)
        self.latch.acquit()

        self.assertTrue(self.latch.is_permanent)
        self.assertEqual(self.pass_ms(_MINUTE_MS, unplugged_ms=10_000), -1)
        self.assertEqual(self.latch.kept_reason(), OPEN_WELDED)

    def test_waits_for_the_self_test_after_a_power_cycle(self):
        self.latch.restore(OPEN_NOT_CLOSING, FAULT_POWER_SWITCH, True)

        self.assertFalse(self.latch.is_permanent)
        self.assertEqual(self.pass_ms(_MINUTE_MS, unplugged_ms=10_000), -1)
        self.fault(OPEN_RCD, FAULT_GROUND)
        self.assertEqual(self.latch.kept_reason(), OPEN_NOT_CLOSING)
        self.latch.acquit()

        self.assertEqual(self.latch.fault, FAULT_NONE)
        self.assertEqual(self.latch.kept_reason(), NO_REASON)

    def test_is_permanent_again_when_the_self_test_fails_after_a_power_cycle(self):
        for kept in (OPEN_WELDED, OPEN_SELF_TEST, OPEN_NOT_CLOSING):
            self.latch = FaultLatch(self.clock, self.events, 1)
            self.latch.restore(kept, FAULT_INTERNAL, True)
            self.fault(OPEN_SELF_TEST, FAULT_INTERNAL)
            self.latch.acquit()

            self.assertTrue(self.latch.is_permanent)
            self.assertEqual(self.latch.kept_reason(), OPEN_SELF_TEST)

    def test_counts_each_fault_once_and_stops_at_the_top(self):  # R53
        for _ in range(3):
            self.fault(OPEN_PE_LOST, FAULT_OTHER)
            self.pass_ms(5_000, unplugged_ms=2_000)
        self.fault(OPEN_DIODE, FAULT_OTHER)
        self.latch.counts[0] = 0xFFFF
        self.fault(OPEN_RCD, FAULT_GROUND)

        self.assertEqual(self.latch.counts[COUNTED.index(OPEN_PE_LOST)], 3)
        self.assertEqual(self.latch.counts[0], 0xFFFF)
        self.assertEqual(sum(self.latch.counts), 0xFFFF + 3)

    def test_follows_a_fault_line_at_once_and_as_often_as_it_likes(self):
        for _ in range(1_100):
            self.fault(OPEN_AUX_FAULT, FAULT_OVER_VOLTAGE)
            self.latch.step(False, -1, self.clock.ticks_ms())
            self.assertEqual(self.latch.fault, FAULT_OVER_VOLTAGE)
            self.assertEqual(self.pass_ms(1_000), 100)

    def test_names_the_fault_line_that_is_left(self):
        self.fault(OPEN_AUX_FAULT, FAULT_OVER_VOLTAGE)
        self.fault(OPEN_AUX_FAULT, FAULT_OTHER)

        self.assertEqual(self.latch.fault, FAULT_OTHER)
