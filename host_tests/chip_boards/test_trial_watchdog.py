"""A version on trial and the watchdog that boot.py has started for it, which nothing stops."""

import os
import sys
import unittest

import main as firmware

from chargecore.base.start import start
from fakes.board_bench import Bench, import_of
from fakes.chip import ResetNow
from fakes.chip_parts import FakeNotes, FakePartition
from fakes.scratch import write_bytes

_LONGER_THAN_ALL_MS = 40_000  # than the watchdog of a trial on any board


class QuietWriter:
    """A console that nobody reads."""

    is_free = False

    def __init__(self, ticks_ms):
        pass

    def poll(self, now_ms):
        pass


class TrialTest(unittest.TestCase):
    def bench(self, name, console, marks=b"ab\n"):
        """Return a bench with two copies, booted; ab: the second one is on trial."""
        bench = Bench(self, name)
        root = bench.folder
        for letter in ("a", "b"):
            os.mkdir(root + "/" + letter)
            write_bytes(root + "/" + letter + "/manifest", b"\x033.1")
            self.addCleanup(os.rmdir, root + "/" + letter)
            self.addCleanup(os.remove, root + "/" + letter + "/manifest")
        write_bytes(root + "/slot", marks)
        self.addCleanup(os.chdir, os.getcwd())
        bench.station["console"] = console
        bench.boot()
        return bench

    def pass_ms(self, bench, ms):
        """Let time pass in which nothing of ours runs; the chip may reset."""
        bench.chip.on_idle = None
        for _ in range(ms // 500):
            bench.chip.wait_us(500_000)
            bench.chip._idle()

    def start(self, bench, error, after_ms=100):
        """Run the station until something raises error inside it, as base.start does."""
        board = bench.start()
        printer = import_of("boards.shared.console_printer")
        printer.ConsoleWriter = QuietWriter

        def on_pass(world):
            if world.elapsed_ms >= after_ms:
                world.on_pass = None
                raise error

        bench.world.on_pass = on_pass
        with self.assertRaises(error):
            start(lambda: board, firmware.run)

    def test_a_trial_with_an_open_console_runs_on_and_is_fed(self):
        bench = self.bench("pico_w", "open")
        board = bench.start()

        def on_pass(world):
            board.is_running = world.elapsed_ms < 9_000

        bench.world.on_pass = on_pass
        self.assertEqual(firmware.run(board), firmware.STOPPED)

        self.assertTrue(board.app.core.slots.is_trial)
        self.assertEqual([wdt.timeout_ms for wdt in bench.chip.wdts], [8_388, 8_388])
        self.assertTrue(bench.chip.wdts[1].feeds > 400)

    def test_a_trial_that_hangs_is_reset_whatever_the_console(self):
        for console in ("open", "locked"):
            for name in ("pico_w", "esp32_devkit"):
                with self.subTest(console=console, board=name):
                    bench = self.bench(name, console)
                    bench.make()

                    with self.assertRaises(ResetNow):
                        self.pass_ms(bench, _LONGER_THAN_ALL_MS)

    def test_who_stops_a_trial_with_ctrl_c_is_left_in_peace(self):
        for name, number in (("pico_w", -1), ("esp32_devkit", 0)):
            with self.subTest(board=name):
                bench = self.bench(name, "open")
                self.start(bench, KeyboardInterrupt)

                self.pass_ms(bench, _LONGER_THAN_ALL_MS)

                self.assertEqual([timer.number for timer in bench.chip.timers], [number])
                held = sys.modules["boards.shared.chip_watchdog"]._feeders
                self.assertEqual(held, bench.chip.timers)  # or an RP2 would stop it

    def test_who_comes_for_service_during_a_trial_is_left_in_peace(self):
        bench = self.bench("pico_w", "locked")
        bench.chip.set_level(bench.pins.SERVICE[0], 0)
        bench.chip.on_idle = lambda: bench.chip.wait_us(100_000)  # a jumper stays
        start(bench.make, firmware.run)

        self.pass_ms(bench, _LONGER_THAN_ALL_MS)

        self.assertEqual(bench.board.app, None)

    def test_a_trial_that_raises_is_reset_even_with_an_open_console(self):
        bench = self.bench("pico_w", "open")
        self.start(bench, NotImplementedError)

        with self.assertRaises(ResetNow):
            self.pass_ms(bench, _LONGER_THAN_ALL_MS)

    def test_no_watchdog_runs_where_a_confirmed_copy_meets_an_open_console(self):
        bench = self.bench("pico_w", "open", b"b-\n")
        self.start(bench, KeyboardInterrupt)

        self.pass_ms(bench, _LONGER_THAN_ALL_MS)

        self.assertEqual((bench.chip.wdts, bench.chip.timers), ([], []))


class ImageTrialTest(unittest.TestCase):
    """The same for an image in an OTA slot of an ESP32."""

    def boot(self, slots, trial):
        kept = FakePartition.slots, FakeNotes.blobs
        self.addCleanup(self.put_back, kept)
        FakePartition.slots, FakeNotes.blobs = slots, {"trial": trial}
        bench = Bench(self, "esp32s3_devkit")
        bench.boot()
        return bench.chip.wdts

    def put_back(self, kept):
        FakePartition.slots, FakeNotes.blobs = kept

    def test_boot_watches_an_image_that_nobody_has_confirmed(self):
        for slots, trial, watches in ((2, b"1", 1), (2, b"0", 0), (2, b"-", 0), (1, b"1", 0)):
            with self.subTest(slots=slots, trial=trial):
                self.assertEqual(len(self.boot(slots, trial)), watches)


if __name__ == "__main__":
    unittest.main()
