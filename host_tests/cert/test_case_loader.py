"""Wrong case files: each is refused with file, line and what is allowed there."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chargecore_tools.cert import grammar
from chargecore_tools.cert.case_loader import CASES, CaseBook
from chargecore_tools.cert.errors import CaseError
from chargecore_tools.cert.marked_yaml import parse

_HEAD = "id: TC_1\ntitle: t\nprofile: Core\nsource: s\n"
_SAMPLE = (CASES / "core" / "TC_015_CS.yaml").read_text()


def _book(folder, text, states=()):
    for name in ("core", "states"):
        (folder / name).mkdir(exist_ok=True, parents=True)
    data = text if isinstance(text, bytes) else text.encode()
    (folder / "core" / "TC_1.yaml").write_bytes(data)
    for name, state in dict(states).items():
        (folder / "states" / f"{name}.yaml").write_text(state)
    return CaseBook(folder)


_WRONG = [
    ("", 1, "must be a map"),
    ("- a\n", 1, "must be a map"),
    ("id: TC_1\n", 1, "'title' is missing"),
    (_HEAD, 1, "a case needs steps"),
    (_HEAD + "stepz: []\n", 5, "'stepz': must be one of id, title"),
    (_HEAD + "steps: plug\n", 5, "'steps' must be a list of steps"),
    (_HEAD + "steps: []\n", 5, "'steps' must be a list of steps"),
    (_HEAD + "steps:\n  - plug\n", 6, "a step is a map"),
    (_HEAD + "steps:\n  - note: n\n  - jump: 3\n", 7, "step 'jump': must begin with one of do,"),
    (_HEAD + "steps:\n  - do: fly\n", 6, "act 'fly': must be one of ask, car_draws"),
    (_HEAD + "steps:\n  - do: swipe\n", 6, "'do swipe' needs 'tag'"),
    (_HEAD + "steps:\n  - do: plug\n    colour: red\n", 7, "'colour' does not go with 'do'"),
    (_HEAD + "steps:\n  - call: Fly\n", 6, "call 'Fly': no action of OCPP 1.6"),
    (_HEAD + "steps:\n  - expect: Heartbeat\n    times: often\n", 7, "'times' must be a number"),
    (_HEAD + "steps:\n  - expect: Heartbeat\n    save: Boot!\n", 7, "'save' must be a name in"),
    (_HEAD + "steps:\n  - wait_s: true\n", 6, "'wait_s' must be a number, or a $name"),
    (_HEAD + "steps:\n  - check: magic\n", 6, "check 'magic': must be one of"),
    (_HEAD + "steps:\n  - make: key_list\n    answer: 1\n", 6, "'make key_list' needs 'save'"),
    (_HEAD + "steps:\n  - optional:\n      - do: plug\n", 7, "'optional' must begin with"),
    (_HEAD + "steps:\n  - any_order:\n      - do: plug\n", 7, "only 'expect' goes into"),
    (_HEAD + "steps:\n  - reach: Heaven\n", 6, "state 'Heaven': must be one of none is there"),
    (_HEAD + "when: [flying]\nsteps: [{do: plug}]\n", 5, "condition 'flying': must be one of"),
    (_HEAD + "when: socket\nsteps: [{do: plug}]\n", 5, "'when' must be a list of conditions"),
    (
        _HEAD + "steps:\n  - expect: Heartbeat\n    with:\n      a: {at_least: 1, more: 2}\n",
        8,
        "matcher 'more': must be one of is, one_of",
    ),
    (_HEAD + "steps:\n  - verify: 1\n    is: {between: 3}\n", 7, "between: must be [least, most]"),
    (_HEAD + "steps:\n  - verify: 1\n    is: {matches: '('}\n", 7, "no regular expression"),
    (_HEAD + "title: u\n", 5, "'title' stands here twice"),
    (_HEAD + "note: &a [*a]\n", 5, "no aliases here"),
    (_HEAD + "note: !!python/object:os.system x\n", 5, "no tags here: tag:yaml.org"),
    (_HEAD + "note: !x {a: 1}\n", 5, "no tags here: !x"),
    (_HEAD + "note: [\n", 6, "no YAML"),
    (_HEAD + "? [a]\n: b\n", 5, "a key must be a word"),
    (b"\xff\xfe\x00", 0, "not UTF-8"),
    (_HEAD.replace("TC_1", "TC_2") + "steps: [{do: plug}]\n", 1, "must be called TC_2.yaml"),
    (_HEAD.replace("Core", "Cora"), 3, "'profile' must be one of Core"),
    (_HEAD + "steps: " + "[" * 60 + "]" * 60 + "\n", 5, "nested too deep"),
    (
        _HEAD + "steps:\n  - expect: StatusNotification\n    for_each: {a: [1], b: [2]}\n",
        7,
        "'for_each' must be one field",
    ),
]


@pytest.mark.parametrize(("text", "line", "what"), _WRONG)
def test_says_file_line_and_what_is_allowed(tmp_path, text, line, what):
    with pytest.raises(CaseError) as caught:
        _book(tmp_path, text)

    assert what in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value).startswith(str(tmp_path / "core" / "TC_1.yaml"))


def test_refuses_states_in_a_circle(tmp_path):
    state = "state: {0}\ntitle: t\nsteps:\n  - reach: {1}\n"
    states = {"Here": state.format("Here", "There"), "There": state.format("There", "Here")}

    with pytest.raises(CaseError, match="states in a circle: Here -> There -> Here"):
        _book(tmp_path, _HEAD + "steps: [{do: plug}]\n", states)


def test_refuses_a_name_that_a_state_does_not_have(tmp_path):
    states = {"Here": "state: Here\ntitle: t\nnames: {tag: X}\nsteps: [{do: plug}]\n"}

    with pytest.raises(CaseError, match="'card' is no name of state Here, which has tag"):
        text = _HEAD + "steps:\n  - reach: Here\n    using: {card: Y}\n"
        _book(tmp_path, text, states)


def test_a_case_that_cannot_be_driven_needs_no_steps(tmp_path):
    book = _book(tmp_path, _HEAD + "cannot: needs a second server\n")

    assert book.cases["TC_1"].cannot == "needs a second server"


def test_words_that_other_yaml_takes_for_booleans_are_texts():
    assert parse(b"[on, yes, no, off, 2026-11-25T10:00:00Z, 0x10, 012]", "x") == [
        "on",
        "yes",
        "no",
        "off",
        "2026-11-25T10:00:00Z",
        "0x10",
        12,
    ]


def _load(folder, text):
    """Load a text as a case; it may be refused, nothing else."""
    try:
        _book(folder, text)
    except CaseError as error:
        assert str(error)


_places = st.integers(0, len(_SAMPLE) - 1)
_pieces = st.sampled_from(
    [
        "",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ":",
        "\n",
        "  ",
        "&a ",
        "*a",
        "!!x ",
        "|",
        "'",
        '"',
        "$",
        "\x00",
    ]
    + ["\x00", "null", "true", "12", "~", "any", "expect: ", "steps:", "reach: Charging"]
)


@given(place=_places, length=st.integers(0, 40), piece=_pieces)
def test_a_spoiled_file_is_read_or_refused(tmp_path_factory, place, length, piece):
    _load(tmp_path_factory.mktemp("c"), _SAMPLE[:place] + piece + _SAMPLE[place + length :])


_words = st.sampled_from(
    [*grammar.STEPS, *grammar.CASE, *grammar.ACTS, *grammar.MATCHERS, "expect", "$x", "Core", "1"]
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=12,
)


@given(fields=st.dictionaries(st.sampled_from(list(grammar.CASE)), _values, max_size=6))
def test_any_values_are_read_or_refused(tmp_path_factory, fields):
    whole = {"id": "TC_1", "title": "t", "profile": "Core", "source": "s", **fields}
    _load(tmp_path_factory.mktemp("c"), yaml.safe_dump(whole))
