"""make_device(): the host's board, with what base.start and main.py ask of a chip."""

import os

import machine

from boards.host.board import Board
from boards.shared.station_file import read
from chargecore.store.app_slots import AppSlots

_STATE = "/state"


def make_device(root, slot):
    """Return the board; without a good station.json one that only says so."""
    station, error = read("/station.json")
    if station is None:
        return Idle("station.json: " + error)
    for folder in (_STATE, _STATE + "/flash"):
        try:
            os.mkdir(folder)
        except OSError:
            pass  # it is there
    options = {"state": _STATE, "speed_permille": 1_000, "dns_servers": [], "slot": None}
    options["station"] = dict(station, phases=station.get("phases", 3))
    return Device(options, AppSlots(root, slot, b"stand_in", False))


class Idle:
    """What every board of this kind has, for a station and without one."""

    wants_service = False
    keeps_events = True
    is_running = True

    def __init__(self, trouble):
        self.trouble = trouble

    def ticks_ms(self):
        """Return the time."""
        import time

        return time.ticks_ms()

    def idle(self):
        """Sleep a little."""
        import time

        time.sleep_ms(2)

    def say(self, text):
        """Write a line to the console."""
        print("chargecore: " + text)

    def lock_console(self):
        """Tell the other side of the cable whether Ctrl-C is heard: see stand_in.py."""
        is_open = self.trouble is not None or self.config.get("console") == "open"
        print("board: console " + ("open" if is_open else "locked"))
        if is_open and self.trouble is None:
            from boards.shared.console_printer import ConsolePrinter

            self.on_idle = self._say_more
            self._printer = ConsolePrinter(self)

    def _say_more(self):
        self._printer.poll(self.ticks_ms())

    def unlock_console(self):
        """Ctrl-C is heard again."""
        print("board: console open")

    def attend(self):
        """Somebody is at the console: no watchdog runs here."""

    def setup_window(self, _trouble, _is_asked):
        """There is no radio here, and no set-up page."""
        return None

    def release(self):
        """Leave the chip to the console."""
        self.unlock_console()

    def restart(self):
        """Reset the chip."""
        machine.reset()


class Device(Board, Idle):
    """A whole station."""

    ticks_ms = None  # of Board, an attribute

    def __init__(self, options, slots):
        self.trouble = None
        Board.__init__(self, options)
        self.flash_root = _STATE
        self.slots = slots
        self.begin_boot()

    def idle(self):
        """Let simulated time pass."""
        Board.idle(self)

    def restart(self):
        """Reset the chip."""
        machine.reset()
