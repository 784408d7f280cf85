"""make figures-32: its rows, its section of the page, and what it says without a 32-bit VM."""

import json

from chargecore_tools import figures_32

_HEAP = {"boot_core": 92.71, "boot_all": 150.2, "floor_core": 99, "floor_all": 144}
_VALUES = {**_HEAP, "stack": 6080}
_PAGE = "# Figures\n\n| id |\n\n## How\n"


def test_a_budget_that_is_missed_is_told():
    rows = {row["id"]: row for row in figures_32.figures_of(_VALUES)}

    assert rows["heap_boot_core_32_kib"]["value"] == 92.7 and rows["heap_boot_core_32_kib"]["ok"]
    assert rows["heap_boot_all_32_kib"]["budget"] == 144 and not rows["heap_boot_all_32_kib"]["ok"]
    assert rows["stack_session_32_b"] == {
        "id": "stack_session_32_b",
        "value": 6080,
        "unit": "B",
        "budget": None,
        "ok": True,
    }


def test_its_rows_take_the_place_of_those_before_and_leave_the_others(tmp_path):
    for folder in ("docs", "build"):
        (tmp_path / folder).mkdir()
    (tmp_path / "docs/figures.md").write_text(_PAGE)
    other = {"id": "json_read_ratio", "value": 0.28, "unit": "ratio", "budget": 0.3, "ok": True}
    (tmp_path / "build/figures.json").write_text(json.dumps([other]))

    for _ in range(2):
        figures = figures_32.figures_of(_VALUES)
        section = figures_32.section_of(figures, _HEAP, "MicroPython a", "MicroPython b")
        figures_32._write(tmp_path, figures, section)

    page = (tmp_path / "docs/figures.md").read_text()
    assert page == _PAGE + "\n" + section + "\n"
    assert "| `heap_boot_all_32_kib` |" in page and "| <= 144 | not yet |" in page
    assert json.loads((tmp_path / "build/figures.json").read_text()) == [other, *figures]


def test_without_a_32_bit_vm_it_says_how_to_get_one(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(figures_32, "repository", lambda: tmp_path)

    assert figures_32.main() == 2
    assert "make vm32" in capsys.readouterr().err
