"""The circuits of the board READMEs: the times that their parts really give, and the drawings."""

import xml.etree.ElementTree as ElementTree

import pytest

from boards.rp2 import guards
from boards.rp2.coil_guard_program import CYCLES_PER_PASS
from chargecore_tools import gen_circuits
from chargecore_tools.circuits import coil_guard, dead_man
from sources import ROOT

_LATE_MS = 60  # R57: the coil must outlast a gap that is only worth a warning
_LIMIT_MS = 200  # R56


@pytest.mark.parametrize("deviation", [-1, 0, 1])
def test_one_shot_outlasts_a_late_step_and_drops_in_time_with_parts_at_their_limits(deviation):
    assert _LATE_MS < dead_man.pulse_ms(deviation) < _LIMIT_MS


def test_one_shot_takes_as_long_as_its_label_says():
    label = next(row for row in dead_man.ROWS if row[0] == "resistor" and row[3] == "R1")[4]

    assert label.endswith(f"{dead_man.pulse_ms()} ms")


def test_tone_is_the_one_the_program_plays():
    assert coil_guard.TONE_HZ == guards.CYCLE_HZ // CYCLES_PER_PASS


def test_tone_opens_the_mosfet_as_far_as_it_is_specified():
    assert coil_guard.gate_mv() >= 2_500


def test_coil_is_let_go_within_milliseconds_of_the_tone():
    shortest_ms, longest_ms = coil_guard.release_ms()

    assert shortest_ms > 1  # many periods of the tone: no ripple at the gate
    assert longest_ms < 20


def test_guard_and_charge_pump_together_drop_in_time():
    assert guards.DEAD_MAN_MS + coil_guard.release_ms()[1] < _LIMIT_MS


def test_readmes_tell_the_times_that_the_parts_give():
    esp32 = (ROOT / "boards/esp32/README.md").read_text(encoding="utf-8")
    rp2 = (ROOT / "boards/rp2/README.md").read_text(encoding="utf-8")

    shortest_ms, longest_ms = dead_man.pulse_ms(-1), dead_man.pulse_ms(1)
    assert f"holds Q2 for {dead_man.pulse_ms()} ms ({shortest_ms} to {longest_ms} ms" in esp32
    assert f"after {longest_ms} ms even if" in esp32
    assert coil_guard.release_ms()[1] < 15
    assert "within 15 ms" in rp2


@pytest.mark.parametrize("circuit", [dead_man, coil_guard])
def test_drawing_is_svg_that_names_every_part(circuit):
    text = gen_circuits.picture(circuit)

    root = ElementTree.fromstring(text)
    words = " ".join(node.text for node in root.iter("{http://www.w3.org/2000/svg}text"))
    names = [row[3] for row in circuit.ROWS if len(row) > 4 and isinstance(row[3], str)]
    assert len(names) > 10
    assert all(name in words for name in names)
