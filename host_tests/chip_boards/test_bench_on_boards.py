"""The bench of the firmware on the pins of every board: measures, closes for who asks, opens."""

import sys
import unittest

from chargecore.bench.bench import run
from chargecore.safety.reasons import OPEN_BENCH
from fakes.board_bench import BOARDS, Bench

# In the VM the model of the RP2's DMA takes seconds for each simulated one: CPython runs them all.
_IS_VM = sys.implementation.name == "micropython"
_BOARDS = [name for name in BOARDS if not (_IS_VM and name.startswith("pico"))]


class Asking:
    """serve(): drives the pilot, then asks for the contactor for a while."""

    def __init__(self, board, world):
        self._board = board
        self._world = world
        self.low_mv = 0
        self.was_closed = False  # while somebody asked
        self.radio_may_move = None  # then
        self.hello = None

    def serve(self):
        bench, world = self._board.bench, self._world
        now_ms = world.elapsed_ms
        ask = bench.answer
        if self.hello is None:
            self.hello = ask({"op": "hello"})
            ask({"op": "pilot", "mode": "f"})
        elif now_ms < 3_000:
            if now_ms > 1_200 and not self.low_mv:
                self.low_mv = ask({"op": "measure"})["pilot_low_mv"]
                ask({"op": "pilot", "mode": "auto"})
        elif not world.plant.car.is_plugged:  # A for so long has cleared the fault that F was
            world.plant.car.is_plugged = True
            world.plant.car.force("C")
            world.plant.pilot_changed()
            ask({"op": "lock"})
        elif now_ms < 8_000:
            ask({"op": "permit", "ms": 500})
            contactor = bench.controllers[0].contactor
            if contactor.is_closed and not self.was_closed:
                self.was_closed = True
                self.radio_may_move = not self._board.is_closed()
        elif now_ms > 9_000:
            self.reason = bench.controllers[0].contactor.reason
            self.is_closed = bench.controllers[0].contactor.is_closed
            bench.is_over = True


class BenchOnBoardsTest(unittest.TestCase):
    def test_every_board_closes_for_who_asks_and_opens_when_nobody_does(self):
        for name in _BOARDS:
            with self.subTest(board=name):
                rig = Bench(self, name)
                rig.boot()
                board = rig.start()
                asking = Asking(board, rig.world)

                run(board, asking.serve)

                self.assertTrue(-12_300 < asking.low_mv < -11_700, asking.low_mv)
                self.assertTrue(asking.was_closed)
                self.assertFalse(asking.radio_may_move)
                self.assertEqual((asking.is_closed, asking.reason), (False, OPEN_BENCH))
                self.assertEqual(rig.chip.level(rig.pins.CONTACTOR_COIL[0]), 0)
                self.assertEqual(asking.hello["id"], "CP01")


if __name__ == "__main__":
    unittest.main()
