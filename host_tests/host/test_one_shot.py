"""The dead-man one-shot."""

import unittest

from boards.host.one_shot import HOLD_MS, OneShot


class OneShotTest(unittest.TestCase):
    def setUp(self):
        self.one_shot = OneShot(0)

    def test_is_off_until_the_first_edge(self):
        self.assertFalse(self.one_shot.is_on)

    def test_stays_on_while_edges_come(self):
        for n in range(50):
            self.one_shot.value(n & 1 ^ 1)
            self.one_shot.step(20)
            self.assertTrue(self.one_shot.is_on)

    def test_drops_when_the_level_only_repeats(self):
        for _ in range(HOLD_MS // 10):
            self.one_shot.value(1)
            self.one_shot.step(10)

        self.assertFalse(self.one_shot.is_on)

    def test_drops_at_once_when_the_supply_goes(self):
        self.one_shot.value(1)

        self.one_shot.reset()

        self.assertFalse(self.one_shot.is_on)
