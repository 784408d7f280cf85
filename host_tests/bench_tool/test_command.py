"""`chargecore bench` as it is called: exit status, JSON, and what it says when it cannot begin."""

import json

import pytest
from typer.testing import CliRunner

from chargecore_tools.bench import cli, report
from chargecore_tools.bench.consent import SENTENCE
from chargecore_tools.bench.pin_names import PinNames
from chargecore_tools.bench.step_table import STEPS
from chargecore_tools.device.errors import DeviceError
from chargecore_tools.main import app


def bench(*words):
    """Return (exit status, standard output, everything)."""
    done = CliRunner().invoke(app, ["bench", *map(str, words)])
    return done.exit_code, done.stdout, done.output


@pytest.fixture
def few_steps(monkeypatch):
    """Only some steps of each part: what they do is tested elsewhere."""
    steps = tuple(row for row in STEPS if row.number in ("1", "1a", "2", "32"))
    steps = (*steps[:3], steps[3].__class__(**{**vars(steps[3]), "action": steps[1].action}))
    steps = tuple(row.__class__(**{**vars(row), "needs": ()}) for row in steps)
    for module in (cli, report):
        monkeypatch.setattr(module, "STEPS", steps)


def simulate(out, *words):
    status, text, everything = bench(
        "--simulate", "--vm", "cpython", "--quick", "--json", "--out", out, *words
    )
    assert text.count("\n") == 1, everything
    return status, json.loads(text), everything


def test_both_parts_pass_and_go_on_where_they_were(few_steps, tmp_path):
    part_2 = {"name": "Q. Person", "sentence": SENTENCE}
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"operator": "A", "part_1": True, "notes": {"2": "cold"}}))

    status, found, said = simulate(tmp_path / "out", "--answers", answers)
    assert (status, found["ok"], found["verdict"]) == (0, True, "PASS")
    assert found["parts"] == {"1": "PASS", "2": "NOT DONE"} and "not begun" in said
    answers.write_text(json.dumps({"part_1": True, "part_2": part_2}))
    status, found, _ = simulate(tmp_path / "out", "--answers", answers)

    assert (status, found["parts"]) == (0, {"1": "PASS", "2": "PASS"})
    assert (found["operator"], found["qualified_person"]) == ("A", "Q. Person")
    tries = {row["number"]: row["tries"] for row in found["steps"]}
    assert tries == {"1": 1, "1a": 1, "2": 1, "32": 1}
    assert found["steps"][2]["notes"] == ["cold"]
    kept = json.loads((tmp_path / "out" / "bench.json").read_text())
    assert kept["firmware_sha256"] == found["firmware_sha256"] and kept["is_quick"]
    assert "No hardware was tested" in (tmp_path / "out" / "bench.html").read_text()


def test_a_failed_step_is_status_1_and_part_two_is_not_asked_for(few_steps, tmp_path):
    answers = tmp_path / "answers.json"
    part_2 = {"name": "Q. Person", "sentence": SENTENCE}
    answers.write_text(json.dumps({"part_1": True, "part_2": part_2}))

    status, found, said = simulate(
        tmp_path / "out", "--answers", answers, "--wiring-fault", "divider-off"
    )

    assert (status, found["ok"], found["error"]) == (1, False, "step 2 has failed")
    assert found["parts"] == {"1": "FAIL", "2": "NOT DONE"} and not found["qualified_person"]
    assert "R6, R7, R8" in said


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--simulate"], 2, "there is no terminal to ask"),
        (["--board", "pico_w", "--wiring-fault", "pwm-2khz"], 2, "is for --simulate"),
        (["--simulate", "--wiring-fault", "nope"], 2, "no wiring fault nope"),
        (["--simulate", "--vm", "java"], 2, "micropython or cpython"),
        (["--yes-part-1"], 2, "which board?"),
        (["--board", "nope", "--yes-part-1"], 2, "no board nope"),
        (["--board", "pico_w", "--yes-part-1", "--port", "/dev/nope"], 3, "no such port"),
        (["--simulate", "--answers", "/there/is/no.json"], 2, "No such file"),
        (["--wiring-fault", "list"], 0, "divider-off"),
    ],
)
def test_says_why_it_does_not_begin(tmp_path, words, status, told):
    got, _, everything = bench("--out", tmp_path / "out", *words)

    assert got == status and told in everything, everything
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["COIL = (1, 2)", "COIL = (", "COIL = (1, OUT, 0, 7, 8)"])
def test_says_what_is_wrong_with_a_table_of_pins(tmp_path, text):
    path = tmp_path / "pins.py"
    path.write_text(text)

    with pytest.raises(DeviceError, match="pins.py"):
        PinNames(path)


def test_names_signals_of_a_board_without_a_table(tmp_path):
    names = PinNames(tmp_path / "pins.py")

    assert (names.whole("COIL"), names.has("COIL")) == ("COIL", False)
