"""Random sets of charging profiles in the real VM (viper is machine code) against CPython."""

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from chargecore_tools.sim_process import micropython
from fakes.profile_bench import Bench
from fakes.profile_world import ProfileWorld

_FOLDER = Path(__file__).resolve().parent
_ROOT = _FOLDER.parents[1]
_SETS = 1_000
_CHUNKS = 2
_RECORDED = ("install", "start", "end", "clear", "ask", "limit_ma")


class RecordingWorld:
    """A ProfileWorld that remembers what was done with it, and what came back."""

    def __init__(self, *args):
        self._world = ProfileWorld(*args)
        self.calls = [args]
        self.results = []

    def __getattr__(self, name):
        value = getattr(self._world, name)
        if name not in _RECORDED:
            return value

        def call(*args):
            self.calls.append((name, args))
            self.results.append(value(*args))
            return self.results[-1]

        return call


@pytest.mark.parametrize("chunk", range(_CHUNKS))
def test_the_vm_answers_as_cpython_does(chunk):
    worlds = []
    for number in range(_SETS // _CHUNKS):
        bench = Bench(Random(1_000_000 * (chunk + 1) + number), RecordingWorld)
        bench.fill()
        bench.compare()
        worlds.append(bench.world)
    command = [micropython(), "-X", "heapsize=4m", str(_FOLDER / "profiles_vm.py"), str(_ROOT)]
    text = "\n".join([json.dumps(world.calls) for world in worlds]) + "\n"

    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(worlds)
    for world, answer in zip(worlds, answers, strict=True):
        assert answer == world.results, world.calls
