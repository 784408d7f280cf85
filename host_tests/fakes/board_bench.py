"""Bench: one board of boards/ on a FakeChip, from boot.py to the Board and the world around it.

Called by: the tests of boards/, on both interpreters.
"""

import sys

from fakes.chip import FakeChip
from fakes.chip_world import ChipWorld
from fakes.scratch import new_folder

BOARDS = ("esp32_devkit", "esp32s3_devkit", "wt32_eth01", "pico_w", "pico2_w")
_OUTPUTS = (1, 3)  # OUT and PWM_OUT of pin_kinds
_TETHERED = ("wt32_eth01",)


def station_of(name):
    """Return a station.json that the board can run."""
    return {
        "id": "CP01",
        "csms_url": "ws://127.0.0.1:9/ocpp",
        "cable": "tethered" if name in _TETHERED else "socket",
        "max_current": 16,
        "wifi": {"ssid": "depot", "password": "twelve-signs"},
        "connectors": [{"meter": "s0", "pulses_per_kwh": 1000}],
    }


def import_of(name):
    """Return a module by its full name, loaded anew with the fake machine below it."""
    __import__(name)
    return sys.modules[name]


class Miswired:
    """A pin table with one signal at a pin that the board does not look at."""

    SPARE = 99

    def __init__(self, pins, signal):
        for name in dir(pins):
            if name[0] != "_":
                setattr(self, name, getattr(pins, name))
        setattr(self, signal, (self.SPARE,) + getattr(pins, signal)[1:])


class Bench:
    """One board from power-on: module, pin table, Board and the world around it.

    `station` is what it finds in station.json, `folder` all that it has of flash.
    """

    def __init__(self, case, name):
        self.chip = chip = FakeChip(name == "pico2_w", name.startswith("pico"))
        chip.install(case)
        self.folder = new_folder(case)
        self.module = import_of("boards." + name + ".board")
        self.module.slots_root = self.folder
        self.pins = import_of("boards." + name + ".pins")
        chip.set_level(self.pins.SERVICE[0], 1)
        self.station = station_of(name)
        self.trouble = None  # what station_file.read() finds wrong
        shared = import_of("boards.shared.chip_board")
        shared._FLASH_ROOT = self.folder
        shared._STATION_PATH = self.folder + "/station.json"
        shared._LABEL_PATH = self.folder + "/setup.json"
        shared.read = self._read

    def outputs(self):
        """Return {GPIO: (name, safe level)} of every output in the table."""
        found = {}
        for name in dir(self.pins):
            row = getattr(self.pins, name)
            if isinstance(row, tuple) and row[1] in _OUTPUTS:
                found[row[0]] = (name, row[2])
        return found

    def boot(self):
        """Run boot.py."""
        sys.modules["board"] = self.module
        try:
            sys.modules.pop("boot", None)
            __import__("boot")
        finally:
            del sys.modules["board"]
            sys.path.remove("/")

    def make(self):
        """Make the Board."""
        self.board = self.module.Board()
        return self.board

    def start(self, wrong=None):
        """Make the Board and the world around its pins. wrong: a signal wired to a spare pin."""
        self.make()
        pins = self.pins if wrong is None else Miswired(self.pins, wrong)
        self.world = ChipWorld(self.chip, pins, self.board)
        return self.board

    def _read(self, _path):
        return (None, self.trouble) if self.trouble else (self.station, None)
