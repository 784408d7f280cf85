"""A thousand damaged messages in the real VM, where viper is machine code: codes, and the heap.

The messages are those of test_every_message.py. Every one that has to be refused is answered with
the right code, and costs the station no byte of heap, not even garbage.
"""

import json
import subprocess
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from chargecore_tools.sim_process import micropython
from fakes.call_judge import Judge
from fakes.call_schemas import FROM_SERVER, schema_of
from fakes.call_texts import texts
from fakes.ocpp16_world import Ocpp16World

_FOLDER = Path(__file__).resolve().parent
_ROOT = _FOLDER.parents[1]
_COUNT = 1_000
_PER_ACTION = 110


def texts_of(action):
    """Return different texts that call an action."""
    found = []

    @settings(
        max_examples=_PER_ACTION,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(texts(action, schema_of(action)))
    def collect(text):
        found.append(text)

    collect()
    return list(dict.fromkeys(found))


def refused_messages(judge):
    """Return (text, verdict) of _COUNT different messages of all actions that must be refused."""
    rows = []
    for action in FROM_SERVER:
        pairs = [(text, judge.verdict(action, text)) for text in texts_of(action)]
        rows += [pair for pair in pairs if pair[1].must]
    assert len(rows) >= _COUNT
    return [rows[i * len(rows) // _COUNT] for i in range(_COUNT)]


def test_the_vm_refuses_with_the_right_code_and_takes_no_heap():
    rows = refused_messages(Judge(Ocpp16World({"connectors": 2}).boot(500)))
    command = [
        micropython(),
        "-X",
        "heapsize=4m",
        str(_FOLDER / "every_message_vm.py"),
        str(_ROOT),
    ]
    text = "".join(text.hex() + "\n" for text, _ in rows) + "\n"

    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=240)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == _COUNT + 1
    for (message, verdict), line in zip(rows, lines, strict=False):
        answers = json.loads(line)
        assert len(answers) == 1, message
        assert answers[0][:2] == [4, "m1"], message
        assert verdict.allows(answers[0][2]), (message, answers)
    assert json.loads(lines[-1]) == [0, 0]
