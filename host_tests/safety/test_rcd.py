"""Rcd: a latch on a fail-safe input."""

import unittest

from boards.host.sim_pin import SimPin
from chargecore.safety.rcd import Rcd


class RcdTest(unittest.TestCase):
    def setUp(self):
        self.pin = SimPin(1, 1)
        self.rcd = Rcd(self.pin)

    def test_is_healthy_while_the_input_is_driven(self):
        self.assertTrue(self.rcd.poll())
        self.assertEqual(self.rcd.trips, 0)

    def test_keeps_a_trip_that_lasted_for_one_poll(self):
        self.pin.level = 0
        self.assertFalse(self.rcd.poll())
        self.pin.level = 1

        self.assertFalse(self.rcd.poll())
        self.assertEqual(self.rcd.trips, 1)

    def test_resets_only_when_the_input_is_healthy(self):
        self.pin.level = 0
        self.rcd.poll()
        self.assertFalse(self.rcd.reset())
        self.pin.level = 1

        self.assertTrue(self.rcd.reset())
        self.assertTrue(self.rcd.poll())

    def test_counts_trips(self):
        for _ in range(3):
            self.pin.level = 0
            self.rcd.poll()
            self.rcd.poll()
            self.pin.level = 1
            self.rcd.reset()

        self.assertEqual(self.rcd.trips, 3)
