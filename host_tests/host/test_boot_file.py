"""firmware/boot.py: the first thing a chip runs."""

import os
import sys
import unittest

from fakes.scratch import new_folder, write_bytes


class FakeBoardModule:
    """The module `board` of a chip; counts how often outputs were made safe."""

    def __init__(self):
        self.calls = 0
        self.trials = 0

    def watch_trial(self):
        self.trials += 1

    def set_safe_levels(self):
        self.calls += 1


class BootFileTest(unittest.TestCase):
    def setUp(self):
        self.board = FakeBoardModule()
        sys.modules["board"] = self.board
        self.addCleanup(self.forget)

    def forget(self):
        del sys.modules["board"]
        sys.modules.pop("boot", None)

    def test_makes_every_output_safe_and_nothing_else_without_two_copies(self):
        import boot

        self.assertEqual(self.board.calls, 1)
        self.assertFalse(hasattr(boot, "Board"))

    def test_changes_into_the_copy_that_is_to_run(self):
        root = self.board.slots_root = new_folder(self)
        for letter in ("a", "b"):
            os.mkdir(root + "/" + letter)
            write_bytes(root + "/" + letter + "/manifest", b"")
            self.addCleanup(os.rmdir, root + "/" + letter)
            self.addCleanup(os.remove, root + "/" + letter + "/manifest")
        self.addCleanup(os.chdir, os.getcwd())
        for marks, letter, trials in ((b"a-\n", "a", 0), (b"ab\n", "b", 1), (b"a-\n", "a", 1)):
            with self.subTest(marks=marks):
                write_bytes(root + "/slot", marks)
                sys.modules.pop("boot", None)
                __import__("boot")

                self.assertEqual((self.board.slot, self.board.trials), (letter, trials))
                self.assertEqual(os.getcwd(), root + "/" + letter)


if __name__ == "__main__":
    unittest.main()
