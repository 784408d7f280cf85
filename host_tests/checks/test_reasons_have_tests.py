"""Every reason to open names a test; that test exists, once, and runs on both interpreters."""

import ast
from pathlib import Path

import pytest

from chargecore_tools.gen_charge_states import Table
from chargecore_tools.gen_why_it_opened import page, reason_rows

_ROOT = Path(__file__).resolve().parents[2]
_REASONS = (_ROOT / "firmware/chargecore/safety/reasons.py").read_text()
_STATES = (_ROOT / "firmware/chargecore/evse/state_table.py").read_text()


def _tests():
    found = []
    for area in ("evse", "safety"):
        for path in sorted((_ROOT / "host_tests" / area).glob("test_*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    found.append(node.name)
    return found


@pytest.mark.parametrize("row", reason_rows(_REASONS), ids=lambda row: row[0])
def test_the_test_of_a_reason_exists(row):
    assert _tests().count(row[3]) == 1, row[3]


def test_page_names_every_reason():
    made = page(_REASONS)
    for name, text, _source, test, _fault in reason_rows(_REASONS):
        assert f"`{name}` | {text} |" in made
        assert test in made


def test_state_table_reads_as_the_firmware_has_it():
    from chargecore.evse import state_table

    table = Table(_STATES)

    assert table.names == [row[0] for row in state_table.OUTPUTS]
    assert table.events == list(state_table.EVENT_NAMES)
    for name, row in zip(table.names, state_table.NEXT, strict=True):
        read = table.following[table.names.index(name)]
        assert read == [table.names[number] for number in row]
