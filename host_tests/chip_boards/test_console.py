"""What an open console of a chip shows, and that nobody waits for its reader."""

import unittest

import main as firmware

from boards.shared.console_printer import ConsolePrinter
from boards.shared.console_writer import ConsoleWriter
from chargecore.base.text_line import TextLine
from fakes.board_bench import Bench
from fakes.clock import FakeClock
from fakes.console_port import ConsolePort

_LINE = b"connected, attempt 1\r\n"


class WriterTest(unittest.TestCase):
    def make(self, tells=True):
        self.clock = FakeClock()
        self.port = ConsolePort(self.clock, tells)
        self.writer = ConsoleWriter(self.clock.ticks_ms, self.port, self.port)
        self.line = TextLine()
        self.line.put("connected, attempt 1")
        self.line.end()

    def poll_for(self, ms, step_ms=5):
        for _ in range(ms // step_ms):
            self.clock.advance_ms(step_ms)
            self.writer.poll(self.clock.ticks_ms())

    def test_sends_a_line_a_few_bytes_at_a_time(self):
        self.make()
        self.writer.write(self.line)

        self.poll_for(5)
        self.assertEqual(len(self.port.heard), 16)
        self.poll_for(5)

        self.assertEqual(self.port.heard, _LINE)
        self.assertTrue(self.writer.is_free)

    def test_is_slower_than_a_uart(self):
        self.make()
        self.writer.write(self.line)

        self.poll_for(2, 1)

        self.assertEqual(len(self.port.heard), 16)

    def test_waits_for_no_reader_and_goes_on_when_one_comes(self):
        self.make()
        self.port.reads = False
        self.port.room = 10
        self.writer.write(self.line)

        self.poll_for(3_000)
        self.assertEqual((self.port.heard, self.port.waits), (_LINE[:10], 0))
        self.port.reads = True
        self.poll_for(20)

        self.assertEqual((self.port.heard, self.writer.is_free), (_LINE, True))

    def test_asks_for_nothing_while_there_is_nothing_to_say(self):
        self.make()
        self.poll_for(1_000)

        self.assertEqual(self.port.polls, 0)

    def test_rests_a_minute_behind_a_write_that_took_long(self):
        self.make(tells=False)
        self.port.reads = False
        self.port.room = 0
        self.writer.write(self.line)

        self.poll_for(59_000)
        self.assertEqual((self.port.waits, self.writer.stalls), (1, 1))
        self.port.reads = True
        self.poll_for(3_000)

        self.assertEqual(self.port.heard, _LINE[1:])  # one byte was lost


class PrinterTest(unittest.TestCase):
    def run_board(self, stalls=False, tells=True, until_ms=7_000):
        """Let a car charge for some seconds. Return the port."""
        bench = Bench(self, "pico_w")
        bench.station["console"] = "open"
        bench.boot()
        board = bench.start()
        clock = _ChipClock(bench.chip)
        port = ConsolePort(clock, tells)
        board.lock_console()
        writer = ConsoleWriter(board.ticks_ms, port, port)
        board._printer = ConsolePrinter(board, stalls, writer)

        def on_pass(world):
            if world.elapsed_ms == 500:
                world.plug()
            self.on_pass(world, port)
            board.app.connectors[0].limit_ma = 16_000
            controller = board.app.controllers[0]
            controller.set_offer_ma(16_000)
            if world.elapsed_ms == 1_000:
                controller.lock_cable()
            controller.allow(True)
            board.is_running = world.elapsed_ms < until_ms

        bench.world.on_pass = on_pass
        firmware.run(board)
        self.closings = bench.world.plant.contactor.closings
        return port

    def on_pass(self, world, port):
        """What a test wants in each pass."""

    def test_shows_events_and_states(self):
        lines = self.run_board().lines()

        self.assertEqual(self.closings, 1)
        events = [line for line in lines if line[8:12] == " s  "]
        states = [line for line in lines if line.startswith("status  ")]
        self.assertTrue("boot number 1" in events[0], lines)
        self.assertTrue([line for line in events if "contactor closed" in line], lines)
        self.assertTrue("status  server not connected" in states, lines)
        states = [line for line in states if "connector 1" in line]
        self.assertTrue("Available, NoError" in states[0] or "Preparing" in states[0], lines)
        self.assertTrue("pilot C, 16000 mA offered, contactor closed" in states[-1], lines)

    def test_says_how_many_events_a_slow_reader_has_missed(self):
        def on_pass(world, port):
            port.reads = world.elapsed_ms > 3_000
            port.room = 0 if world.elapsed_ms < 10 else port.room
            if world.elapsed_ms == 2_000:
                for number in range(200):
                    world.board.app.events.add(100, number)

        self.on_pass = on_pass
        lines = self.run_board(until_ms=6_000).lines()

        missed = [line for line in lines if line.endswith(" events missed")]
        self.assertEqual(len(missed), 1, lines)
        self.assertTrue(int(missed[0].split()[0]) > 100)
        self.assertTrue([line for line in lines if line.endswith("errno 199")], lines)

    def test_says_nothing_with_a_closed_contactor_where_a_write_may_stall(self):
        lengths = []

        def on_pass(world, port):
            if world.plant.contactor.is_closed:
                lengths.append(len(port.heard))
                port.reads = False  # who has the port open has stopped reading
                port.room = 0

        self.on_pass = on_pass
        port = self.run_board(stalls=True, tells=False)

        self.assertEqual((self.closings, port.waits), (1, 0))
        self.assertTrue(len(lengths) > 100 and lengths[0] == lengths[-1] > 100)


class _ChipClock:
    """The time of a FakeChip, for the port."""

    def __init__(self, chip):
        self._chip = chip

    def advance_ms(self, ms):
        """Let time pass."""
        self._chip.wait_us(ms * 1000)


if __name__ == "__main__":
    unittest.main()
