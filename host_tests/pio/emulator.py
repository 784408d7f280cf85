"""Emulator: an RP2040 in rp2040js, run cycle by cycle, as Python sees it.

Called by: the tests of this folder. One Node process per Emulator; each order is a line of JSON.
`registers` is machine.mem32, `Machine` is rp2.StateMachine, as far as the drivers of boards/rp2
use them: so the drivers themselves run against the emulated chip.
"""

import json
import os
import subprocess
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_INSTALLED = _HERE.parents[1] / "build" / "node"  # by tools/setup_node.sh
_PIO0_TXF0 = 0x50200010
_PIO0_FLEVEL = 0x5020000C


class EmulatorMissing(AssertionError):
    """The emulator is not installed: the test fails, it is never skipped."""


def _node():
    path = _INSTALLED / "node_path"
    if not path.is_file() or not (_INSTALLED / "node_modules" / "rp2040js").is_dir():
        raise EmulatorMissing(
            "the RP2040 emulator is not installed: run `make setup`. It asks npm's registry once; "
            "Node comes from PyPI if the machine has none of version 18 or later"
        )
    return path.read_text(encoding="utf-8").strip()


class Emulator:
    """One emulated RP2040."""

    def __init__(self):
        environment = {**os.environ, "NODE_PATH": str(_INSTALLED / "node_modules")}
        self._process = subprocess.Popen(
            [_node(), str(_HERE / "bench.cjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.registers = Registers(self)
        self.cycle = 0  # since the reset
        self.edges = []  # [cycle, pin, level] since the reset
        self.reset()

    def order(self, op, **fields):
        """Let the bench do one thing. Return its answer."""
        line = json.dumps({"op": op, **fields})
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        text = self._process.stdout.readline()
        assert text, "the emulator has ended: see its message above"
        answer = json.loads(text)
        assert "error" not in answer, answer["error"]
        return answer

    def reset(self):
        """Begin with a new chip."""
        self.order("reset")
        self.cycle = 0
        self.edges = []

    def run(self, cycles):
        """Run so many cycles. Return the edges within them."""
        answer = self.order("run", cycles=cycles)
        self.cycle = answer["cycle"]
        self.edges += answer["edges"]
        return answer["edges"]

    def input(self, pin, level):
        """Drive an input pin."""
        self.order("input", pin=pin, level=level)

    def edges_of(self, pin):
        """Return [(cycle, level), ...] of one output since the reset."""
        return [(cycle, level) for cycle, owner, level in self.edges if owner == pin]

    def level_of(self, pin):
        """Return the level of one output: what its last edge left."""
        edges = self.edges_of(pin)
        return edges[-1][1] if edges else 0

    def close(self):
        """End the process."""
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


class Registers:
    """machine.mem32 of the emulated chip."""

    def __init__(self, emulator):
        self._emulator = emulator

    def __getitem__(self, address):
        return self._emulator.order("read", address=address)["value"]

    def __setitem__(self, address, value):
        self._emulator.order("write", address=address, value=value)


class Machine:
    """rp2.StateMachine number `index` of PIO 0, running a program."""

    def __init__(self, emulator, index, program, pins):
        words = list(program[0])
        names = ("coil", "tone", "trip")
        emulator.order(
            "start",
            index=index,
            words=words,
            offset=32 - len(words),  # where the chip's SDK loads the first program
            wrap=[len(words) - 1, 0],
            **dict(zip(names, pins, strict=True)),
        )
        self._registers = emulator.registers
        self._index = index

    def put(self, word):
        """Put a word into the queue; a full one throws it away, where the board's would wait."""
        self._registers[_PIO0_TXF0 + 4 * self._index] = word

    def tx_fifo(self):
        """Return how many words are queued."""
        return self._registers[_PIO0_FLEVEL] >> 8 * self._index & 0xF


class InputPin:
    """machine.Pin of a trip input that the test drives."""

    def __init__(self, emulator, number):
        self._emulator = emulator
        self._number = number
        self.level = 0

    def drive(self, level):
        """Change what the monitor says."""
        self.level = level
        self._emulator.input(self._number, level)

    def value(self):
        """Return the level, as machine.Pin does."""
        return self.level
