"""Rigs: the program of a laboratory, a person, and one after the other."""

import pytest

from cert.scripted_station import ScriptedRig
from chargecore_tools.cert.errors import CertError, RigCannot
from chargecore_tools.cert.grammar import ACT_NEEDS, ACTS
from chargecore_tools.cert.lab_clock import WallClock
from chargecore_tools.cert.record import Record
from chargecore_tools.cert.rigs.command_rig import CommandRig
from chargecore_tools.cert.rigs.hands import Hands
from chargecore_tools.cert.rigs.rig_chain import RigChain
from chargecore_tools.cert.rigs.technician_rig import TASKS, TechnicianRig

_SCRIPT = """#!/bin/sh
echo "$@" >> {log}
case $1 in
    plug) ;;
    swipe) echo "no card robot"; exit 3 ;;
    unplug) echo "first"; echo "relay 3 does not answer"; exit 1 ;;
    power_cycle) sleep 5 ;;
esac
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "relay.sh"
    path.write_text(_SCRIPT.format(log=tmp_path / "log"))
    path.chmod(0o755)
    return path


def test_a_program_gets_the_act_and_its_fields(script, tmp_path):
    CommandRig([str(script)]).act("plug", 1, amps=16, is_new=True)

    assert (tmp_path / "log").read_text() == "plug connector=1 amps=16 is_new=true\n"


def test_a_program_can_say_that_it_has_no_hands(script):
    with pytest.raises(RigCannot, match="cannot swipe: no card robot"):
        CommandRig([str(script)]).act("swipe", 1, tag="X; rm -rf /")


def test_a_program_that_breaks_says_why(script, tmp_path):
    with pytest.raises(CertError, match="unplug: status 1: relay 3 does not answer"):
        CommandRig([str(script)]).act("unplug", 1)
    with pytest.raises(CertError, match="power_cycle: not done within 0.2 s"):
        CommandRig([str(script)], most_s=0.2).act("power_cycle", 1)
    with pytest.raises(CertError, match="nothing.sh: No such file"):
        CommandRig([str(tmp_path / "nothing.sh")]).act("plug", 1)


def _technician(*lines):
    told, lines = [], list(lines)

    def ask(_prompt):
        if not lines:
            raise EOFError
        return lines.pop(0)

    return TechnicianRig(ask, told.append), told


def test_a_person_is_asked_until_it_is_done():
    rig, told = _technician("what?", "")

    rig.act("swipe", 1, tag="TAG1")

    assert told[0].startswith("\n>>> Hold the card TAG1 to the reader.")
    assert len(told) == 2


def test_a_person_can_say_that_it_cannot_be_done_and_can_end_the_run():
    rig, _told = _technician("n", "q")

    with pytest.raises(RigCannot, match="Switch the station off and on"):
        rig.act("power_cycle", 1)
    with pytest.raises(KeyboardInterrupt):
        rig.act("power_cycle", 1)
    with pytest.raises(CertError, match="nobody is at the terminal"):
        rig.act("power_cycle", 1)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_a_person_understands_every_act(name):
    rig, told = _technician("")
    fields = {field: "x" for field in ACTS[name] if field in ACT_NEEDS.get(name, ())}

    rig.act(name, 2, **fields)

    assert "{" not in told[0]
    assert set(TASKS) == set(ACTS)


def test_what_one_rig_cannot_do_the_next_one_does():
    first, second = ScriptedRig(), ScriptedRig()
    first.on["plug"] = second.on["swipe"] = lambda **_fields: None
    chain = RigChain([first, second])

    chain.act("plug", 1)
    chain.act("swipe", 1, tag="T")

    assert (first.acts, second.acts) == ([("plug", 1, {})], [("swipe", 1, {"tag": "T"})])
    with pytest.raises(RigCannot):
        chain.act("fault", 1, kind="OtherError")


def test_what_was_done_is_undone_the_network_before_the_cable():
    rig = ScriptedRig()
    for name in ("plug", "unplug", "fault", "heal", "cut_network", "restore_network", "swipe"):
        rig.on[name] = lambda **_fields: None
    hands = Hands(rig, Record("CP01", WallClock()))
    hands.act("plug", 1)
    hands.act("plug", 2)
    hands.act("unplug", 2)
    hands.act("fault", 1, kind="OtherError")
    hands.act("cut_network", 1)
    rig.acts.clear()

    hands.undo()

    assert [(name, number) for name, number, _fields in rig.acts] == [
        ("heal", 1),
        ("restore_network", 1),
        ("unplug", 1),
    ]
    rig.acts.clear()
    hands.undo()
    assert rig.acts == []
