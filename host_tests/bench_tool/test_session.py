"""Session, report, answers and terminal: what is kept, what goes on, and who confirms what."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargecore_tools.bench import report
from chargecore_tools.bench import tester as testers
from chargecore_tools.bench.answers import Answers, read_answers
from chargecore_tools.bench.consent import SENTENCE
from chargecore_tools.bench.errors import BenchEnded
from chargecore_tools.bench.pin_names import PinNames
from chargecore_tools.bench.result import FAIL, NOT_DONE, NOT_FITTED, PASS, Reading
from chargecore_tools.bench.session import NEXT, QUIT, REPEAT, Session
from chargecore_tools.bench.step import Step
from chargecore_tools.bench.terminal import Terminal
from chargecore_tools.device.errors import DeviceError
from chargecore_tools.sim_process import repository
from fakes.fake_bench_board import FakeBenchBoard, FakePerson

_FACTS = {
    "board": "host",
    "chip": "vm",
    "id": "B1",
    "model": "m",
    "serial": "s",
    "firmware_version": "1",
    "firmware_sha256": "0" * 64,
    "is_simulated": True,
    "is_quick": False,
    "wiring_faults": [],
    "tool_version": "1",
    "started_at": "t",
    "ended_at": "",
    "operator": "A",
    "qualified_person": "",
}


class Guide:
    """Answers with the words it was given, then NEXT."""

    def __init__(self, *words):
        self.words = list(words)
        self.begun = []

    def begin(self, step, result):
        self.begun.append(step.number)

    def end(self, step, result):
        return self.words.pop(0) if self.words else NEXT


class Store:
    def __init__(self):
        self.saves = 0

    def save(self, results):
        self.saves += 1


def make_tester(board=None):
    pins = PinNames(repository() / "boards/host/pins.py")
    return testers.Tester(board or FakeBenchBoard(), FakePerson(), pins)


def step(number, action, needs=(), **more):
    return Step(number, 1, "t" + number, "e", "s", action, 1, needs, **more)


def good(t):
    t.equals("x", 1, 1, "never.")


def bad(t):
    t.equals("x", 0, 1, "look at the wire.")


def verdicts(session):
    return {number: result.verdict for number, result in session.results.items()}


def test_what_needs_a_failed_step_is_not_done():
    session = Session(make_tester(), Guide(), Store())
    steps = [step("1", bad), step("2", good, ("1",)), step("3", good), step("4", good, ("2",))]

    assert not session.run(steps)

    assert verdicts(session) == {"1": FAIL, "2": NOT_DONE, "3": PASS, "4": NOT_DONE}
    assert session.results["1"].look == "look at the wire."
    assert session.results["2"].look == "Step 1 comes first."


def test_what_is_not_fitted_is_no_failure():
    board = FakeBenchBoard()
    board.facts["fitted"]["lock"] = False
    session = Session(make_tester(board), Guide(), Store())

    assert session.run([step("1", bad, fitted="lock"), step("2", good, ("1",))])

    assert verdicts(session) == {"1": NOT_FITTED, "2": PASS}


def test_the_permission_is_taken_back_behind_every_step():
    def breaks(t):
        raise KeyboardInterrupt

    board = FakeBenchBoard()
    for action in (good, bad):
        del board.orders[:]
        Session(make_tester(board), Guide(), Store()).run([step("1", action)])
        assert board.orders[-1] == ("open", {})
    del board.orders[:]
    store, session = Store(), Session(make_tester(board), Guide(), Store())
    session._store = store
    with pytest.raises(KeyboardInterrupt):
        session.run([step("1", breaks)])
    assert board.orders[-1] == ("open", {})
    assert session.results["1"].verdict == FAIL and store.saves


def test_an_order_that_is_refused_fails_the_step():
    board = FakeBenchBoard()
    board.refused["lock"] = "lock: no"
    session = Session(make_tester(board), Guide(), Store())

    session.run([step("1", lambda t: t.order("lock"))])

    assert session.results["1"].look == "The board refuses an order: lock: no."


def test_repeats_until_it_is_repaired_and_ends_when_told():
    wires = [0, 0, 1]
    session = Session(make_tester(), Guide(REPEAT, REPEAT, NEXT, QUIT), Store())

    def repaired(t):
        t.equals("x", wires.pop(0), 1, "no.")

    with pytest.raises(BenchEnded):
        session.run([step("1", repaired), step("2", good), step("3", good)])

    assert session.results["1"].tries == 3
    assert verdicts(session) == {"1": PASS, "2": PASS}


def test_goes_on_where_it_was(tmp_path):
    def two(number, *rest):
        from chargecore_tools.bench.step_table import STEPS

        row = next(row for row in STEPS if row.number == number)
        return Step(number, 1, row.title, row.expect, row.source, *rest)

    kept = report.Report(tmp_path, _FACTS)
    first = Session(make_tester(), Guide(), kept)
    first.run([two("1", good, 1), two("1a", bad, 1)])

    before, results = report.results_of(tmp_path, _FACTS)
    guide = Guide()
    second = Session(make_tester(), guide, report.Report(tmp_path, _FACTS), results)
    assert second.run([two("1", bad, 1), two("1a", good, 1)])

    assert before["operator"] == "A"
    assert guide.begun == ["1a"]  # what has passed is not done again
    assert second.results["1a"].tries == 2


@pytest.mark.parametrize("name", ["board", "firmware_sha256", "is_simulated", "wiring_faults"])
def test_goes_on_only_with_the_same_board_and_firmware(tmp_path, name):
    report.Report(tmp_path, _FACTS).save([])

    with pytest.raises(DeviceError, match=name) as caught:
        report.results_of(tmp_path, {**_FACTS, name: "another"})

    assert caught.value.status == 2 and "--fresh" in caught.value.hint


@given(st.text(max_size=60) | st.just('{"format": 1}') | st.just('{"steps": [5]}'))
def test_no_file_breaks_the_reader(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp() / "broken"
    folder.mkdir(exist_ok=True)
    (folder / report.JSON).write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(DeviceError):
        report.results_of(folder, _FACTS)


@pytest.mark.parametrize(
    ("reading", "shown", "limits"),
    [
        (Reading("x", 250, -200, 600, "0.1 C"), "25.0 C", "-20.0 to 60.0 C"),
        (Reading("x", 12_000, 11_400, 12_600, "mV"), "12000 mV", "11400 to 12600 mV"),
        (Reading("x", None, 0, 1_000, "ms"), "nothing", "0 to 1000 ms"),
        (Reading("x", 5, 5, None, "0.1 V"), "0.5 V", "at least 0.5 V"),
        (Reading("x", True, True, True), "True", "True"),
        (Reading("x", "power"), "power", "recorded"),
    ],
)
def test_shows_values_and_limits_as_people_write_them(reading, shown, limits):
    assert (reading.shown, reading.limits) == (shown, limits)


def test_the_page_escapes_what_people_wrote_and_has_every_reading(tmp_path):
    kept = report.Report(tmp_path, {**_FACTS, "operator": "<script>x</script>"})
    session = Session(make_tester(), Guide(), kept)
    session.run([step("1", good), step("2", bad)])
    session.results["2"].notes.append("<b>note</b>")
    session.results["2"].photos.append("coil & lock.jpg")
    kept.save(session.results.values())

    html = (tmp_path / report.HTML).read_text()
    facts = json.loads((tmp_path / report.JSON).read_text())

    assert "<script>" not in html and "&lt;script&gt;" in html and "&lt;b&gt;note" in html
    assert "look at the wire." in html and "coil &amp; lock.jpg" in html
    assert facts["verdict"] == FAIL and facts["parts"] == {"1": FAIL, "2": NOT_DONE}
    row = facts["steps"][1]
    assert row["readings"][0] == {
        **{"name": "x", "value": 0, "low": 1, "high": 1, "unit": "", "verdict": FAIL},
        **{"shown": "0", "limits": "1"},
    }


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ([], "one object"),
        ({"x": 1}, "no field 'x'"),
        ({"part_1": "yes"}, "part_1 must be a bool"),
        ({"part_2": True}, "part_2 must be a dict"),
    ],
)
def test_refuses_answers_that_make_no_sense(tmp_path, facts, told):
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(facts))
    with pytest.raises(DeviceError, match=told):
        read_answers(path)


def test_part_two_wants_the_whole_sentence_and_a_name():
    right = {"name": "Q. Person", "sentence": SENTENCE}
    assert Answers({"part_2": right}, print).consent() == "Q. Person"
    assert Answers({}, print).consent() == ""
    for wrong in ({}, {**right, "name": " "}, {**right, "name": 5}, {**right, "sentence": "yes"}):
        with pytest.raises(DeviceError):
            Answers({"part_2": wrong}, print).consent()


def typing(*lines):
    """Return a Terminal at which somebody types these lines."""
    from io import StringIO

    from rich.console import Console

    left = list(lines)

    def ask(_text):
        if not left:
            raise EOFError
        return left.pop(0)

    return Terminal(Console(file=StringIO(), width=200), ask)


def test_a_terminal_takes_numbers_and_asks_again():
    assert typing("twelve", "12,04").read("cp_dmm_mv") == 12
    assert typing("-").read("cp_dmm_mv") is None
    assert typing("maybe", "n").read("bolt_out") == 0
    assert typing("Y").read("bolt_out") == 1
    with pytest.raises(BenchEnded):
        typing().read("bolt_out")


def test_a_terminal_takes_notes_and_photos():
    session = Session(make_tester(), typing("n", "box 3", "p", "a.jpg", "x", ""), Store())

    session.run([step("1", good)])

    result = session.results["1"]
    assert (result.notes, result.photos) == (["box 3"], ["a.jpg"])


def test_a_terminal_confirms_part_two_with_the_sentence_only():
    assert typing(SENTENCE, "Q. Person").consent() == "Q. Person"
    assert typing("yes", "Q. Person").consent() == ""
    assert typing("").consent() == ""
