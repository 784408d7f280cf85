"""firmware/main.py on the host board: how a run begins and ends. The sessions are in e2e."""

import os
import unittest

import main as firmware

from boards.host.board import POWER_STOP, Board
from chargecore.base.errors import ConfigError
from chargecore.safety.reasons import OPEN_EXCEPTION, OPEN_SHUTDOWN
from chargecore.station.station import RESET_HARD
from fakes.scratch import new_folder

_STATION = {
    "id": "CP01",
    "csms_url": "ws://127.0.0.1:9/ocpp",
    "cable": "tethered",
    "phases": 3,
    "max_current": 16,
    "connectors": [{"meter": "simulated"}],
}
_PASS_MS = 10
_ENERGISED_MS = 2_000


class Interrupted(KeyboardInterrupt):
    """What Ctrl-C raises, or anything else that ends the loop from outside."""


class TurningBoard(Board):
    """The host board with time that goes by in steps; turn(board) runs in every pass."""

    def __init__(self, folder, turn, **station):
        options = {
            "station": dict(_STATION, **station),
            "state": folder,
            "speed_permille": 1_000,
            "dns_servers": [],
        }
        super().__init__(options)
        self.passes = 0
        self._turn = turn

    def idle(self):
        self.pass_time(_PASS_MS)
        self.passes += 1
        if self.passes > 5_000:
            self.power = POWER_STOP
        self._turn(self)


def stop(board):
    board.power = POWER_STOP


def charge(board):
    """Let a session draw energy: the station core is asked directly, no server is there."""
    if board.passes == 1:
        board.plants[0].car.plug(True, 16_000, 3)
        board.plants[0].pilot_changed()
    board.app.connectors[0].limit_ma = 16_000
    controller = board.app.controllers[0]
    controller.set_offer_ma(16_000)
    controller.allow(True)


class MainTest(unittest.TestCase):
    def new_board(self, turn, **station):
        folder = new_folder(self)
        board = TurningBoard(folder, turn, **station)
        self.addCleanup(self.remove, folder, board)
        return board

    def remove(self, folder, board):
        board.close()
        for name in os.listdir(folder + "/flash"):
            os.remove(folder + "/flash/" + name)
        os.rmdir(folder + "/flash")

    def test_ends_as_stopped_when_the_board_stops(self):
        board = self.new_board(stop)

        ended_as = firmware.run(board)

        self.assertEqual(ended_as, firmware.STOPPED)
        self.assertEqual(board.passes, 1)

    def test_ends_as_restart_when_a_reset_is_due(self):
        def turn(board):
            if board.passes == 10:
                board.app.station.request_reset(RESET_HARD, board.ticks_ms())

        board = self.new_board(turn)

        ended_as = firmware.run(board)

        self.assertEqual(ended_as, firmware.RESTART)

    def test_counts_its_boots(self):
        board = self.new_board(stop)

        firmware.run(board)
        first = board.app.clock.boot_number
        board.power = 0
        firmware.run(board)

        self.assertEqual(board.app.clock.boot_number, first + 1)

    def test_opens_the_contactor_when_something_ends_the_loop(self):
        def turn(board):
            charge(board)
            if board.plants[0].contactor.is_closed and board.passes * _PASS_MS > _ENERGISED_MS:
                raise Interrupted()

        board = self.new_board(turn)

        with self.assertRaises(Interrupted):
            firmware.run(board)
        contactor = board.app.controllers[0].contactor

        self.assertEqual(board.connectors[0].coil_pin.level, 0)
        self.assertEqual(contactor.reason, OPEN_SHUTDOWN)

    def test_opens_the_contactor_and_goes_on_when_a_step_fails(self):
        def fail(now_ms):
            raise ValueError("a step with a fault")

        def turn(board):
            charge(board)
            if not board.app.scheduler.failed and board.plants[0].contactor.is_closed:
                board.app.scheduler._steps[0] = fail
            elif board.app.scheduler.failed:
                board.power = POWER_STOP

        board = self.new_board(turn)

        firmware.run(board)

        self.assertEqual(board.connectors[0].coil_pin.level, 0)
        self.assertEqual(board.app.controllers[0].contactor.reason, OPEN_EXCEPTION)
        self.assertEqual(board.app.scheduler.failed, 1)

    def test_names_the_field_when_the_station_file_cannot_be_used(self):
        for field, value in (
            ("max_current", 5),
            ("csms_url", "http://x"),
            ("phases", 2),
            ("id", ""),
            ("connectors", [{"meter": "abacus"}]),
        ):
            board = self.new_board(stop, **{field: value})
            try:
                firmware.run(board)
                text = "taken"
            except ConfigError as error:
                text = str(error)

            self.assertEqual(text, "meter" if field == "connectors" else field)
            self.assertEqual(board.connectors[0].coil_pin.level, 0)


if __name__ == "__main__":
    unittest.main()
