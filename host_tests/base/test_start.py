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
        self.released_at_ms = 0  # the service button is let go
        self.window = None  # of the set-up page, if it is due
        self.watchdog = None
        self.asked = []  # (trouble, is_asked) of setup_window()

    def say(self, text):
        self.texts.append((self._clock.elapsed_ms, text))

    def idle(self):
        self._clock.advance_ms(500)
        if self._clock.elapsed_ms == self.stops_at_ms:
            raise KeyboardInterrupt

    def is_service_held(self):
        return self._clock.elapsed_ms < self.released_at_ms

    def setup_window(self, trouble, is_asked):
        self.asked.append((trouble, is_asked))
        return self.window

    def close_setup(self):
        self.calls.append("close setup")

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


class FakeWindow:
    """A set-up page that is open for so many passes."""

    def __init__(self, passes, is_saved):
        self.passes = passes
        self.is_saved = is_saved
        self.error = None  # raised at the end
        self.closed = []

    def poll(self, now_ms):
        self.passes -= 1
        if self.error is not None and self.passes == 0:
            raise self.error
        return self.passes > 0

    def close(self, why):
        self.closed.append(why)


class FakeWatchdog:
    """Remembers what it was asked."""

    def __init__(self):
        self.calls = []

    def start(self, timeout_ms):
        self.calls.append("start")

    def feed(self):
        self.calls.append("feed")


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

    def test_what_was_saved_on_the_set_up_page_counts_after_a_restart(self):
        board = FakeBoard("station.json: it is missing")
        board.window = FakeWindow(5, True)

        self.assertEqual(self.start(board), [])

        self.assertEqual(board.asked, [("station.json: it is missing", False)])
        self.assertEqual(board.calls, ["unlock", "close setup", "restart", "release"])
        self.assertEqual(board.texts, [])

    def test_waits_for_provision_when_the_page_closed_with_nothing_saved(self):
        board = FakeBoard("station.json: it is missing")
        board.window = FakeWindow(5, False)

        self.start(board)

        self.assertEqual(len(board.texts), 60)
        self.assertEqual(len(board.asked), 1)

    def test_a_page_before_a_good_station_ends_in_a_restart_whatever_closed_it(self):
        for is_saved in (False, True):
            with self.subTest(is_saved=is_saved):
                board = FakeBoard()
                board.window = FakeWindow(5, is_saved)

                self.assertEqual(self.start(board), [])

                self.assertEqual(board.calls, ["lock", "close setup", "restart", "release"])

    def test_a_page_that_hangs_before_a_good_station_ends_in_a_reset(self):
        for trouble, wanted in ((None, ["start", "feed", "feed"]), ("station.json: x", [])):
            with self.subTest(trouble=trouble):
                board = FakeBoard(trouble)
                board.window = FakeWindow(3, False)
                board.watchdog = FakeWatchdog()

                self.start(board)

                self.assertEqual(board.watchdog.calls, wanted)

    def test_a_page_that_fails_is_closed_and_told_without_what_was_typed(self):
        for error in (MemoryError("secret"), OSError(5), KeyError("secret")):
            with self.subTest(error=type(error).__name__):
                board = FakeBoard()
                board.window = FakeWindow(3, False)
                board.window.error = error

                self.assertEqual(self.start(board), [])

                self.assertEqual(board.calls, ["lock", "close setup", "restart", "release"])
                self.assertIn(type(error).__name__, board.texts[0][1])
                self.assertFalse("secret" in board.texts[0][1])

    def test_no_page_for_trouble_that_no_station_file_mends(self):
        board = FakeBoard("the hardware does not answer: 5")
        board.window = FakeWindow(5, True)

        self.start(board)

        self.assertEqual(board.asked, [])

    def test_a_field_that_the_station_refuses_opens_the_page(self):
        board = FakeBoard()

        self.start(board, ConfigError("csms_url"))

        self.assertEqual(board.asked, [(None, False), ("station.json: field csms_url", False)])

    def test_only_a_long_press_of_the_service_button_asks_for_the_page(self):
        for held_ms, is_asked in ((0, False), (9_500, False), (10_500, True), (10**6, False)):
            with self.subTest(held_ms=held_ms):
                board = FakeBoard(wants_service=True)
                board.released_at_ms = held_ms
                board.window = FakeWindow(5, False)

                self.assertEqual(self.start(board), [])

                self.assertEqual(board.asked, [(None, True)] if is_asked else [])
                self.assertEqual("restart" in board.calls, is_asked)

    def test_whoever_interrupts_the_page_finds_the_radio_off(self):
        board = FakeBoard("station.json: it is missing")
        board.window = FakeWindow(50, False)
        board.stops_at_ms = 3_000

        with self.assertRaises(KeyboardInterrupt):
            self.start(board)

        self.assertEqual(board.window.closed, ["interrupted"])
        self.assertEqual(board.calls, ["unlock", "close setup", "attend", "release"])

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
