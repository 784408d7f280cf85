"""F42 on both interpreters: a part of what host_tests/properties/test_interlock.py plays."""

import unittest

from fakes.dice import Dice
from fakes.interlock_story import InterlockStory, random_sequence

_SEEDS = range(100_000, 100_120)


class AnyOrderTest(unittest.TestCase):
    def test_f42_coil_is_on_only_while_every_permission_holds(self):
        rises = 0
        for seed in _SEEDS:
            story = InterlockStory().charge()
            began = story.truth.rises
            with self.subTest(seed):
                story.play(random_sequence(Dice(seed)))
            rises += story.truth.rises - began

        self.assertTrue(rises > len(_SEEDS) // 10)
