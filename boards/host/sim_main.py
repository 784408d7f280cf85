"""What `chargecore sim` starts, in the MicroPython VM or CPython: board, control socket, firmware.

In the VM through boot_image.py; in CPython as sim_main.py OPTIONS.json. The options are written
by tools/chargecore_tools/sim.py: station (dict of station.json), state (folder), speed_permille,
setup (None, or host and port of the set-up page),
dns_servers, control_host, control_port, prints_events, banner, has_lifeline (stdin says "stop";
its end is the starter's), bench (run chargecore.bench in place of a station).
Exit status: 0 stopped, 1 the firmware refused its settings or failed, 3 control port taken,
75 start again: another copy of the application boots (only through boot_image.py).
"""

import gc
import json
import sys

if __name__ == "__main__":  # from the source tree; boot_image.py has set the path itself
    _ROOT = ("./" + sys.argv[0] if sys.argv[0][0] != "/" else sys.argv[0]).rsplit("/", 3)[0]
    sys.path[0:0] = [_ROOT + "/firmware", _ROOT]
    if sys.implementation.name != "micropython":
        sys.path.insert(0, _ROOT + "/host_tests")
        import shim

        shim.install()

import main as firmware  # noqa: E402  after the path is set, as all below

from boards.host.board import POWER_ON, POWER_STOP, Board  # noqa: E402
from boards.host.control import ControlServer  # noqa: E402
from boards.host.event_printer import EventPrinter  # noqa: E402
from boards.host.lifeline import Lifeline  # noqa: E402
from chargecore.base.boot_causes import CAUSE_POWER  # noqa: E402
from chargecore.base.errors import ConfigError  # noqa: E402
from chargecore.base.start import show_page  # noqa: E402

REBOOT = 75  # exit status: another copy of the application boots next, in a process of its own
_STATIC_U16 = 65_535  # +12 V
_SETTLE_MS = 20  # until the pilot has its level
_RESTART_MS = 1_000  # simulated time a reboot takes at least, as design section 4 wants it


class Simulator:
    """The board, and whoever wants a turn in each of its passes."""

    def __init__(self, options):
        self.board = board = Board(options)
        self._is_bench = options.get("bench", False)
        if options.get("setup") is not None:
            from boards.host.setup_access import SetupAccess

            board.setup = SetupAccess(board, options)
        self.is_other_next = False  # it ended so that the other copy can boot
        self._turns = []
        self._server = None
        if options["has_lifeline"]:
            self._turns.append(Lifeline(self.board).poll)
        if options["prints_events"]:
            self._turns.append(EventPrinter(self.board).poll)
        self.board.on_idle = self._take_turns

    def listen(self, host, port):
        """Open the control socket. Errors: OSError when the address is not available."""
        self._server = ControlServer(self.board, host, port)
        self._turns.append(self._server.poll)

    def run(self):
        """Boot the firmware again and again until it is told to stop."""
        board = self.board
        while board.power != POWER_STOP:
            board.begin_boot()
            if board.setup is not None and not self._set_up():
                self._end_boot(False)
                continue
            ended_as = self._run_firmware()
            was_stopped = ended_as == firmware.STOPPED and board.power == POWER_ON
            self._end_boot(was_stopped)
            if was_stopped:
                return
            if board.slots is not None and board.slots.is_other_next:
                self.is_other_next = True
                return

    def close(self):
        """Close all sockets and files."""
        if self._server is not None:
            self._server.close()
        self.board.close()

    def _set_up(self):
        """Show the set-up page after power-on, as base.start does. Return whether to run."""
        board = self.board
        trouble = board.setup.load()
        for hw in board.connectors:
            hw.pilot_pwm.duty_u16(_STATIC_U16)  # as boot.py and make_board leave it on a chip
        self._wait(_SETTLE_MS)
        is_power_on = board.reset_cause == CAUSE_POWER
        if show_page(board, trouble, is_power_on):
            return False
        if trouble is not None:
            board.say(trouble + "; nothing charges before that is put right")
            while board.is_running:
                board.idle()
        return trouble is None

    def _end_boot(self, is_last):
        board = self.board
        board.app = None
        board.reset_outputs()
        board.sockets.close_all()
        gc.collect()
        if not is_last:
            self._wait(_RESTART_MS)

    def _run_firmware(self):
        """Run the station, or the bench in its place. Return how it ended."""
        if not self._is_bench:
            return firmware.run(self.board)
        from chargecore.bench.bench import run

        run(self.board)
        return firmware.STOPPED

    def _wait(self, wait_ms):
        board = self.board
        until_ms = board.clock.elapsed_ms + wait_ms
        while board.clock.elapsed_ms < until_ms and board.power != POWER_STOP:
            board.idle()

    def _take_turns(self):
        for turn in self._turns:
            turn()


def simulate(options):
    """Run the simulator. Return the exit status."""
    simulator = Simulator(options)
    host, port = options["control_host"], options["control_port"]
    try:
        simulator.listen(host, port)
    except OSError as error:
        print("chargecore sim: cannot listen on {}:{}: {}".format(host, port, error))
        return 3
    print(options["banner"])
    try:
        simulator.run()
    except ConfigError as error:
        print("chargecore sim: the station refuses its settings: {}".format(error))
        return 1
    except KeyboardInterrupt:
        pass
    finally:
        simulator.close()
    return REBOOT if simulator.is_other_next else 0


def main(path, slot=None):
    """Run the simulator with the options in a file. Return the exit status.

    slot: the copy of the application that this is, "a" or "b"; None: there is only one.
    """
    with open(path) as file:
        options = json.load(file)
    options["slot"] = slot
    return simulate(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
