"""The sockets of the simulated board: closed with its supply, forgotten once they are closed."""

import unittest

from boards.host.sim_sockets import SimSockets


class SimSocketsTest(unittest.TestCase):
    def setUp(self):
        self.sockets = SimSockets()
        self.addCleanup(self.sockets.close_all)

    def open(self):
        return self.sockets.socket(self.sockets.AF_INET, self.sockets.SOCK_DGRAM)

    def test_a_power_cut_closes_all_that_are_open(self):
        made = [self.open() for _ in range(20)]

        self.sockets.close_all()

        self.assertEqual([each.fileno() for each in made], [-1] * 20)

    def test_remembers_none_that_was_closed(self):
        kept = self.open()
        for _ in range(50):
            self.open().close()

        self.assertTrue(len(self.sockets._opened) <= 2)
        self.sockets.close_all()
        self.assertEqual(kept.fileno(), -1)


if __name__ == "__main__":
    unittest.main()
