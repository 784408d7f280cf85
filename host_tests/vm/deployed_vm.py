"""Runs in the MicroPython VM: a deployed board on its own littlefs, with a fake machine below it.

deployed_vm.py FILES NAME, started by test_deployed_boards.py: FILES is the folder with what lies
on the board. Prints one line per boot: how it ended, which copy ran, what was on the console.
"""

import builtins
import json
import os
import sys

import vfs

_ROOT = __file__.rsplit("/", 2)[0]
sys.path[:] = [_ROOT + "/..", _ROOT + "/../firmware", _ROOT, ".frozen"]

from fakes.chip import FakeChip, ResetNow  # noqa: E402
from fakes.chip_world import ChipWorld  # noqa: E402

_BLOCKS = 512  # 2 MiB
_ERASED = b"\xff" * 4096
_RUN_MS = 400
_RESET_HARD = 2  # station.station
_OURS = ("board", "boot", "boot_slot", "main", "boards", "chargecore")


class Case:
    """As much of a TestCase as FakeChip.install() wants."""

    def addCleanup(self, *_call):
        """Never clean up: the process ends."""


class FlashFile:
    """MicroPython's block protocol on an open file: memory is what the collector looks at."""

    def __init__(self, path):
        self._file = open(path, "w+b")
        for _ in range(_BLOCKS):
            self._file.write(_ERASED)

    def readblocks(self, block, buf, offset=0):
        self._file.seek(block * len(_ERASED) + offset)
        self._file.readinto(buf)

    def writeblocks(self, block, buf, offset=0):
        self._file.seek(block * len(_ERASED) + offset)
        self._file.write(buf)

    def ioctl(self, op, arg):
        if op == 4:
            return _BLOCKS
        if op == 5:
            return len(_ERASED)
        if op == 6:
            self.writeblocks(arg, _ERASED)
        return 0


class Console:
    """Keeps what the board says."""

    def __init__(self):
        self.lines = []

    def print(self, text):
        """Take a line, as print() does."""
        self.lines.append(text)


def read_tree(folder):
    """Return {path on the board: bytes}."""
    found = {}
    for name, kind, *_rest in os.ilistdir(folder):
        path = folder + "/" + name
        if kind == 0x4000:
            inner = read_tree(path)
            for leaf in inner:
                found["/" + name + leaf] = inner[leaf]
        else:
            with open(path, "rb") as file:
                found["/" + name] = file.read()
    return found


def mount(tree, device):
    """Let / be a littlefs with these files in it, and nothing else."""
    vfs.VfsLfs2.mkfs(device)
    flash = vfs.VfsLfs2(device)
    vfs.umount("/")
    vfs.mount(flash, "/")
    for path in sorted(tree):
        made = ""
        for part in path.split("/")[1:-1]:
            made += "/" + part
            try:
                os.mkdir(made)
            except OSError:
                pass
        write(path, tree[path])


def write(path, data):
    """Write a file."""
    with open(path, "wb") as file:
        file.write(data)


def forget():
    """Let a boot load everything anew."""
    for name in list(sys.modules):
        if name.split(".")[0] in _OURS:
            del sys.modules[name]


class Boots:
    """The chip, booted again and again."""

    def __init__(self, name):
        self._name = name
        self.chip = None
        self._board = None
        self._world = None
        self._pins = None

    def boot(self, service_level=1):
        """Run boot.py and main.py until the chip is reset. Return what is to be told."""
        forget()
        os.chdir("/")
        sys.path[:] = ["", ".frozen", "/lib"]
        self._world = None
        self.chip = chip = FakeChip(self._name == "pico2_w", self._name.startswith("pico"))
        chip.install(Case())
        chip.on_idle = self._idle
        console = Console()
        builtins.print = console.print
        ended = "returned"
        try:
            run("/boot.py", "boot")
            safe = list(chip.pin_writes)
            copy = os.getcwd()
            self._watch_board(service_level)
            run("main.py", "__main__")
        except ResetNow:
            ended = "reset"
        told = {"ended": ended, "copy": copy, "console": console.lines, "safe": safe}
        told["interrupts"] = chip.interrupts
        return told

    def _watch_board(self, service_level):
        """Note the Board when it is made; put the service jumper off (1) or on (0)."""
        module = sys.modules["board"]
        make = module.Board
        pins = "boards." + self._name + ".pins"
        __import__(pins)
        self._pins = sys.modules[pins]
        self.chip.set_level(self._pins.SERVICE[0], service_level)

        def make_and_note():
            self._board = make()
            return self._board

        module.Board = make_and_note

    def _idle(self):
        chip, board = self.chip, self._board
        if board.app is None:  # no station was built: it waits
            chip.wait_us(500_000)
        elif self._world is None:
            self._world = world = ChipWorld(chip, self._pins, board)
            world.on_pass = self._on_pass

    def _on_pass(self, world):
        if world.elapsed_ms == _RUN_MS:
            self._board.app.station.request_reset(_RESET_HARD, self.chip.ticks_ms())


def run(path, name):
    """Run a file as the interpreter does at boot."""
    with open(path) as file:
        code = compile(file.read(), path, "exec")
    exec(code, {"__name__": name})


def main():
    """Boot with a station file, without, with half of one, with a whole one, for service, and
    with one that a phone would have to complete."""
    tree = read_tree(sys.argv[1])
    FakeChip.load()
    mount(tree, FlashFile(sys.argv[1] + ".flash"))
    boots = Boots(sys.argv[2])
    told = [boots.boot()]
    os.remove("/station.json")
    told.append(boots.boot())
    write("/station.json", tree["/station.json"][:40])
    told.append(boots.boot())
    write("/station.json", tree["/station.json"])
    told.append(boots.boot())
    told.append(boots.boot(0))
    station = json.loads(tree["/station.json"])
    del station["id"]
    write("/station.json", json.dumps(station).encode())
    told.append(boots.boot())
    for row in told:
        sys.stdout.write(json.dumps(row) + "\n")


main()
