"""Every row of the fault list F1..F44 has its story, and the story looks at every output."""

import ast
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_STORIES = sorted((_ROOT / "host_tests/stories").glob("test_f_*.py"))
_PROPERTIES = _ROOT / "host_tests/properties/test_interlock.py"
_ROWS = range(1, 45)
_RANDOM_ROW = 42  # checked by a model of the plant in every pass
_LOOKS = {"check_outputs", "check_ended"}
_NAME = re.compile(r"test_f(\d\d)_\w+")


def _functions(path):
    """Return {name: names of what it calls} of all functions in a file."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            calls = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)]
            names = {getattr(func, "attr", getattr(func, "id", "")) for func in calls}
            found[node.name] = found.get(node.name, set()) | names
    return found


def _looks_at_all(name, functions, seen=()):
    """Tell whether a function ends up in a look at all outputs."""
    called = functions.get(name, set())
    if called & _LOOKS:
        return True
    inner = [other for other in called if other in functions and other not in seen]
    return any(_looks_at_all(other, functions, (*seen, name)) for other in inner)


def _tests_of(row):
    """Return (test name, whether it looks at all outputs) of a row."""
    paths = [_PROPERTIES] if row == _RANDOM_ROW else _STORIES
    found = []
    for path in paths:
        functions = _functions(path)
        for name in functions:
            match = _NAME.fullmatch(name)
            if match and int(match[1]) == row:
                found.append((name, _looks_at_all(name, functions)))
    return found


@pytest.mark.parametrize("row", _ROWS)
def test_every_row_has_a_story_that_looks_at_every_output(row):
    found = _tests_of(row)

    assert found
    assert row == _RANDOM_ROW or any(looks for _, looks in found), found


def test_no_story_has_a_number_that_is_not_in_the_list():
    names = [name for path in _STORIES for name in _functions(path)]
    rows = {int(match[1]) for match in map(_NAME.fullmatch, names) if match}

    assert rows == set(_ROWS)


def test_docs_name_the_story_of_every_row():
    text = (_ROOT / "docs/safety.md").read_text(encoding="utf-8")
    named = {}
    for row, cell in re.findall(r"^\| F(\d+) \|[^|]*\|[^|]*\| ([^|]*) \|$", text, re.MULTILINE):
        named[int(row)] = re.findall(r"`(\w+)`", cell)

    assert set(named) == set(_ROWS)
    for row, names in named.items():
        known = {name for name, _ in _tests_of(row)}
        assert names and set(names) <= known, f"F{row}"
