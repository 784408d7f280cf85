"""Backoff: the waits of the RetryBackOff rule."""

import unittest

from chargecore.net.backoff import Backoff


class Bits:
    """Random bits that are all 0 or all 1, or what the test says."""

    def __init__(self, value=0):
        self.value = value

    def __call__(self, count):
        return self.value & ((1 << count) - 1)


class BackoffTest(unittest.TestCase):
    def test_doubles_as_often_as_told_and_stays_there(self):
        """J13."""
        backoff = Backoff(Bits(0))

        waits_ms = [backoff.next_wait_ms() for _ in range(7)]

        self.assertEqual(waits_ms, [3000, 6000, 12000, 24000, 24000, 24000, 24000])

    def test_adds_a_random_part_that_ends_at_the_range(self):
        """J13."""
        self.assertEqual(Backoff(Bits(10000)).next_wait_ms(), 13000)
        self.assertEqual(Backoff(Bits(10001)).next_wait_ms(), 3000)

    def test_begins_again_after_success(self):
        backoff = Backoff(Bits(0))
        for _ in range(5):
            backoff.next_wait_ms()

        backoff.succeeded()

        self.assertEqual(backoff.next_wait_ms(), 3000)

    def test_follows_its_settings(self):
        backoff = Backoff(Bits(0))
        backoff.wait_minimum_s = 10
        backoff.repeat_times = 1

        self.assertEqual([backoff.next_wait_ms() for _ in range(3)], [10000, 20000, 20000])
        backoff.repeat_times = 0
        self.assertEqual(backoff.next_wait_ms(), 10000)

    def test_stays_in_range_with_any_settings(self):
        for value in (-1, 0, 1, 86400, (1 << 30) - 1):
            backoff = Backoff(Bits(-1))
            backoff.wait_minimum_s = value
            backoff.random_range_s = value
            backoff.repeat_times = value
            for _ in range(40):
                wait_ms = backoff.next_wait_ms()
                self.assertGreaterEqual(wait_ms, 0)
                self.assertLessEqual(wait_ms, 86_400_000)


if __name__ == "__main__":
    unittest.main()
