"""The residual-current monitor: fail-safe output, test input."""

import unittest

from boards.host.rcd_model import RcdModel
from boards.host.sim_pin import SimPin


class RcdModelTest(unittest.TestCase):
    def setUp(self):
        self.trip = SimPin(3, 0)
        self.test = SimPin(4, 0, 0)
        self.rcd = RcdModel(self.trip, self.test)

    def run_ms(self, ms):
        for _ in range(ms // 10):
            self.rcd.step(10)

    def test_is_high_while_healthy(self):
        self.run_ms(100)

        self.assertEqual(self.trip.value(), 1)

    def test_trips_within_20_ms_and_stays_so_while_current_flows(self):
        self.rcd.has_residual = True
        self.run_ms(20)
        self.assertEqual(self.trip.value(), 0)

        self.run_ms(5_000)
        self.assertEqual(self.trip.value(), 0)

    def test_releases_when_the_current_is_gone(self):
        self.rcd.has_residual = True
        self.run_ms(20)

        self.rcd.has_residual = False
        self.run_ms(100)

        self.assertEqual(self.trip.value(), 1)

    def test_trips_on_its_test_input(self):
        self.test.on()
        self.run_ms(20)
        self.assertEqual(self.trip.value(), 0)

        self.test.off()
        self.run_ms(100)
        self.assertEqual(self.trip.value(), 1)

    def test_does_not_react_to_the_test_when_that_is_dead(self):
        self.rcd.is_test_dead = True
        self.test.on()

        self.run_ms(1_000)

        self.assertEqual(self.trip.value(), 1)

    def test_does_not_release_when_it_is_stuck(self):
        self.rcd.is_stuck = True
        self.run_ms(100)
        self.assertEqual(self.trip.value(), 1)

        self.test.on()
        self.run_ms(20)
        self.test.off()
        self.run_ms(60_000)

        self.assertEqual(self.trip.value(), 0)
        self.rcd.is_stuck = False
        self.run_ms(100)
        self.assertEqual(self.trip.value(), 1)

    def test_takes_longer_to_release_when_it_is_slow(self):
        self.rcd.extra_ms = 3_500
        self.test.on()
        self.run_ms(20)
        self.test.off()

        self.run_ms(3_590)
        self.assertEqual(self.trip.value(), 0)
        self.run_ms(10)
        self.assertEqual(self.trip.value(), 1)

    def test_reads_tripped_when_its_wire_is_open(self):
        self.rcd.is_wire_open = True

        self.run_ms(10)

        self.assertEqual(self.trip.value(), 0)
        self.assertFalse(self.rcd.is_tripped)
