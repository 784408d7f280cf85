"""firmware/boot.py: the first thing a chip runs."""

import sys
import unittest


class FakeBoardModule:
    """The module `board` of a chip; counts how often outputs were made safe."""

    def __init__(self):
        self.calls = 0

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

    def test_makes_every_output_safe_and_nothing_else(self):
        import boot

        self.assertEqual(self.board.calls, 1)
        self.assertFalse(hasattr(boot, "Board"))


if __name__ == "__main__":
    unittest.main()
