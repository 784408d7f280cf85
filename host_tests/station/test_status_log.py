"""Which status changes are reported, and when."""

import unittest

from chargecore.base.clock import Clock
from chargecore.station.status_log import StatusLog
from chargecore.station.statuses import AVAILABLE, CHARGING, FAULTED, PREPARING
from fakes.clock import FakeClock


class TestStatusLog(unittest.TestCase):
    def setUp(self):
        self.time = FakeClock()
        self.log = StatusLog(Clock(self.time.ticks_ms, 1))
        self.set(AVAILABLE)

    def set(self, status, fault=0, minimum_s=0):
        self.log.update(status, fault, self.time.ticks_ms())
        self.log.settle(minimum_s, self.time.ticks_ms())

    def test_reports_nothing_of_its_own_at_boot(self):
        self.assertEqual(self.log.count, 0)

    def test_reports_a_status_that_was_asked_for_too_early_as_soon_as_it_is_known(self):
        log = StatusLog(Clock(self.time.ticks_ms, 1))
        log.report_now()
        self.assertEqual(log.count, 0)

        log.update(PREPARING, 0, self.time.ticks_ms())

        self.assertTrue(log.take())
        self.assertEqual(log.taken_status, PREPARING)
        self.assertEqual(log.count, 0)

    def test_queues_every_change_in_order(self):
        self.set(PREPARING)
        self.set(CHARGING)

        self.assertTrue(self.log.take())
        self.assertEqual(self.log.taken_status, PREPARING)
        self.assertTrue(self.log.take())
        self.assertEqual(self.log.taken_status, CHARGING)
        self.assertFalse(self.log.take())

    def test_queues_a_change_of_the_fault_alone(self):
        self.set(AVAILABLE, 2)

        self.assertTrue(self.log.take())
        self.assertEqual(self.log.taken_fault, 2)

    def test_waits_for_the_minimum_duration_across_the_tick_wrap(self):
        self.set(PREPARING, 0, 10)
        self.time.advance_ms(9_990)
        self.set(PREPARING, 0, 10)
        self.assertEqual(self.log.count, 0)

        self.time.advance_ms(20)
        self.set(PREPARING, 0, 10)

        self.assertEqual(self.log.count, 1)

    def test_reports_nothing_when_the_status_returns_within_the_minimum_duration(self):
        self.set(PREPARING, 0, 10)
        self.time.advance_ms(5_000)
        self.set(AVAILABLE, 0, 10)
        self.time.advance_ms(20_000)
        self.set(AVAILABLE, 0, 10)

        self.assertEqual(self.log.count, 0)

    def test_reports_only_the_present_status_after_a_reconnect(self):
        self.set(PREPARING)
        self.set(CHARGING)

        self.log.collapse()

        self.assertTrue(self.log.take())
        self.assertEqual(self.log.taken_status, CHARGING)
        self.assertEqual(self.log.count, 0)

    def test_reports_nothing_after_a_reconnect_when_the_server_knows(self):
        self.set(CHARGING)
        self.log.take()
        self.log.told()
        self.set(FAULTED, 3)
        self.set(CHARGING)

        self.log.collapse()

        self.assertEqual(self.log.count, 0)

    def test_reports_the_same_status_again_when_its_notification_was_lost(self):
        self.set(CHARGING)
        self.log.take()

        self.log.collapse()

        self.assertEqual(self.log.count, 1)

    def test_counts_what_it_drops_when_nobody_takes(self):
        for n in range(20):
            self.set(PREPARING if n % 2 else CHARGING)

        self.assertEqual(self.log.count, 8)
        self.assertEqual(self.log.dropped, 12)

    def test_gives_out_the_present_status_whatever_is_queued(self):
        self.set(CHARGING)
        self.set(FAULTED, 3)
        self.log.take_present()
        taken = (self.log.taken_status, self.log.taken_fault, self.log.count)

        self.assertEqual(taken, (FAULTED, 3, 2))

    def test_does_not_report_a_second_time_what_was_asked_for(self):
        self.log.update(CHARGING, 0, 0)
        self.log.take_present()
        self.log.settle(0, 1000)

        self.assertEqual(self.log.count, 0)


if __name__ == "__main__":
    unittest.main()
