"""chargecore.base.start: the station of a chip, service, and what comes where it cannot run."""

import unittest

from chargecore.base.errors import ConfigError
from chargecore.base.start import start
from fakes.clock import FakeClock


class FakeBoard:
    """A board that remembers what it was asked for; time passes in idle()."""

    def __init__(self, trouble=None, wants_service=False):
        self.trouble = trouble
        self.wants_service = wants_service
        self.is_running = True
        self.calls = []
        self.texts = []  # (elapsed ms, text)
        self._clock = FakeClock()
        self.ticks_ms = self._clock.ticks_ms
        self.stops_at_ms = None

    def say(self, text):
        self.texts.append((self._clock.elapsed_ms, text))

    def idle(self):
        self._clock.advance_ms(500)
        if self._clock.elapsed_ms == self.stops_at_ms:
            raise KeyboardInterrupt

    def lock_console(self):
        self.calls.append("lock")

    def unlock_console(self):
        self.calls.append("unlock")

    def restart(self):
        self.calls.append("restart")

    def attend(self):
        self.calls.append("attend")

    def release(self):
        self.calls.append("release")


class StartTest(unittest.TestCase):
    def start(self, board, error=None):
        """Start a station that ends, or raises error. Return how often it was run."""
        runs = []

        def run(given):
            runs.append(given)
            if error is not None:
                raise error

        start(lambda: board, run)
        return runs

    def test_locks_the_console_runs_and_restarts(self):
        board = FakeBoard()

        self.assertEqual(self.start(board), [board])

        self.assertEqual(board.calls, ["lock", "restart", "release"])
        self.assertEqual(board.texts, [])

    def test_service_runs_nothing_and_leaves_the_console_alone(self):
        board = FakeBoard(wants_service=True)

        self.assertEqual(self.start(board), [])

        self.assertEqual(board.calls, ["attend", "release"])
        self.assertTrue("service" in board.texts[0][1])

    def test_service_wins_over_a_broken_file(self):
        board = FakeBoard("station.json: it is missing", True)

        self.assertEqual(self.start(board), [])

        self.assertEqual(board.calls, ["attend", "release"])

    def test_runs_nothing_without_a_station_file_and_says_so_again_and_again(self):
        board = FakeBoard("station.json: it is missing")

        self.assertEqual(self.start(board), [])

        self.assertEqual(len(board.texts), 60)
        self.assertEqual(board.texts[0][0], 0)
        self.assertTrue("station.json: it is missing" in board.texts[-1][1])
        self.assertEqual(board.calls, ["unlock", "restart", "release"])

    def test_names_the_field_that_the_station_refuses(self):
        board = FakeBoard()

        self.start(board, ConfigError("csms_url"))

        self.assertTrue("field csms_url" in board.texts[0][1])
        self.assertEqual(board.calls, ["lock", "unlock", "restart", "release"])

    def test_tells_what_else_ended_it(self):
        cases = ((MemoryError(), "memory"), (OSError(28), "28"), (KeyError("twelve"), "KeyError"))
        for error, word in cases + ((ZeroDivisionError(), "ZeroDivisionError"),):
            with self.subTest(word=word):
                board = FakeBoard()

                self.start(board, error)

                self.assertTrue(word in board.texts[0][1])
                self.assertFalse("twelve" in board.texts[0][1])
                self.assertEqual(board.calls, ["lock", "unlock", "restart", "release"])

    def test_whoever_interrupts_the_waiting_gets_the_console(self):
        board = FakeBoard("station.json: it is missing")
        board.stops_at_ms = 3_000

        with self.assertRaises(KeyboardInterrupt):
            self.start(board)

        self.assertEqual(board.calls, ["unlock", "attend", "release"])

    def test_an_exception_nobody_knows_leaves_the_chip_released(self):
        board = FakeBoard()

        with self.assertRaises(NotImplementedError):
            self.start(board, NotImplementedError())

        self.assertEqual(board.calls, ["lock", "release"])


if __name__ == "__main__":
    unittest.main()
