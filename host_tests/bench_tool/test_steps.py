"""The steps and what they work with, without a board: limits, sentences, order, permission."""

import ast
import inspect
import time

import pytest

from chargecore_tools.bench import part_pilot, part_rest
from chargecore_tools.bench import tester as testers
from chargecore_tools.bench.actions import ACTIONS
from chargecore_tools.bench.blocks import BLOCKS, words_of
from chargecore_tools.bench.errors import StepFailed
from chargecore_tools.bench.instruments import INSTRUMENTS
from chargecore_tools.bench.pin_names import PinNames
from chargecore_tools.bench.result import FAIL, PASS
from chargecore_tools.bench.simulated_person import SimulatedPerson
from chargecore_tools.bench.step_table import PART_MAINS, STEPS
from chargecore_tools.bench.wiring_faults import WIRING_FAULTS
from chargecore_tools.sim_process import repository
from fakes.fake_bench_board import FakeBenchBoard, FakePerson

_ROOT = repository()


def make_tester(board=None, person=None, name="esp32_devkit"):
    pins = PinNames(_ROOT / "boards" / name / "pins.py")
    return testers.Tester(board or FakeBenchBoard(), person or FakePerson(), pins)


def failed(action, t):
    with pytest.raises(StepFailed) as caught:
        action(t)
    assert t.readings[-1].verdict == FAIL
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "low", "high", "is_good"),
    [
        (5, 5, 5, True),
        (5, 5, 9, True),
        (9, 5, 9, True),
        (4, 5, 9, False),
        (10, 5, 9, False),
        (-99, None, 9, True),
        (99, 5, None, True),
        (None, None, 9, False),  # unknown is not good
    ],
)
def test_a_limit_belongs_to_what_is_good(value, low, high, is_good):
    t = make_tester()
    try:
        t.check("x", value, low, high, "mV", "look here.")
        found = True
    except StepFailed as error:
        found = False
        assert str(error) == "look here."
    assert found == is_good
    assert t.readings[0].verdict == (PASS if is_good else FAIL)


def test_the_first_two_steps_pass_on_a_board_at_rest():
    t = make_tester()
    part_rest.power_up(t)
    part_rest.inputs(t)
    assert {row.verdict for row in t.readings} == {PASS}


def test_a_sentence_names_the_pin_of_the_board_at_hand():
    for name, number in (("esp32_devkit", 4), ("pico_w", 13)):
        text = failed(part_rest.inputs, make_tester(FakeBenchBoard(estop=0), name=name))
        assert f"EMERGENCY_STOP (GPIO {number}" in text


@pytest.mark.parametrize(("is_closed", "told"), [(1, "welded"), (0, "normally open contact")])
def test_asks_for_the_poles_before_it_blames_the_feedback(is_closed, told):
    person = FakePerson(pole_closed=is_closed)
    assert told in failed(part_rest.inputs, make_tester(FakeBenchBoard(feedback=1), person))


@pytest.mark.parametrize(
    ("dmm_mv", "seen_mv", "told"),
    [
        (12_000, 12_300, None),
        (12_700, 12_700, "78L12"),
        (0, 0, "78L12"),
        (-12_000, -12_000, "other rail"),
        (12_000, 22_700, "swapped"),
        (12_000, 9_300, "off by -1"),
        (None, 12_000, "not there"),
    ],
)
def test_tells_rail_divider_and_swapped_pins_apart(dmm_mv, seen_mv, told):
    t = make_tester(FakeBenchBoard(pilot_high_mv=seen_mv), FakePerson(cp_dmm_mv=dmm_mv))
    if told is None:
        part_pilot.idle_high(t)
    else:
        assert told in failed(part_pilot.idle_high, t)


def test_a_slow_person_keeps_the_permission_alive_and_nobody_else():
    class SlowPerson(FakePerson):
        is_slow = True

        def read(self, name, **how):
            time.sleep(0.15)
            return 1

    board = FakeBenchBoard(driven=1, feedback=1)
    t = make_tester(board, SlowPerson())
    t.read("outlet_v")
    assert board.orders == []  # nothing is closed: nobody asks

    t.close()
    del board.orders[:]
    t.read("outlet_v")
    assert {op for op, _ in board.orders} == {"permit"}
    assert all(fields["ms"] <= 10_000 for _, fields in board.orders)

    board.seen["feedback"] = 0
    t.open()
    del board.orders[:]
    t.read("outlet_v")
    assert board.orders == []


def test_says_which_permission_is_missing_when_nothing_closes():
    board = FakeBenchBoard(blocked_by=BLOCKS["LOCK"][0] | BLOCKS["ESTOP"][0])
    text = failed(lambda t: t.close(200), make_tester(board))
    assert "bolt is not out" in text and "stop loop is open" in text
    assert words_of(0) == "nothing is missing"


def test_the_bits_are_those_of_the_interlock():
    path = _ROOT / "firmware/chargecore/safety/permissions.py"
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id.startswith("BLOCK_"):
            found[node.targets[0].id[len("BLOCK_") :]] = node.value.args[0].value
    assert found == {name: bit for name, (bit, _) in BLOCKS.items()}


def test_every_step_has_a_place_and_needs_only_what_came_before():
    done = []
    for step in STEPS:
        assert set(step.needs) <= set(done), step.number
        assert step.expect and step.source and step.title and step.number not in done
        done.append(step.number)
    assert {str(number) for number in range(1, 33)} <= set(done)
    closing = [step for step in STEPS if step.number in ("17", "18", "23")]
    assert all(step.needs for step in closing)
    first = [step.part for step in STEPS].index(PART_MAINS)
    assert all(step.part == PART_MAINS for step in STEPS[first:])
    assert {"17", "18", "23"} <= set(STEPS[first].needs)


def test_what_a_person_is_asked_can_be_simulated_and_the_other_way_round():
    source = inspect.getsource(inspect.getmodule(SimulatedPerson))
    for action in ACTIONS:
        assert f'"{action}"' in source or hasattr(SimulatedPerson, "_" + action), action
    asked = "".join(
        path.read_text() for path in (_ROOT / "tools/chargecore_tools/bench").glob("*.py")
    )
    for name in INSTRUMENTS:
        if not name.startswith(("outlet_l", "lamp_")):
            assert asked.count(f'"{name}"') >= 2, f"nobody reads {name}"


def test_every_wiring_fault_names_a_step_of_part_one():
    numbers = {step.number for step in STEPS if step.part != PART_MAINS}
    assert len(WIRING_FAULTS) >= 20
    assert {fault.step for fault in WIRING_FAULTS.values()} <= numbers
