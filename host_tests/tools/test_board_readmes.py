"""What each board's README says of the deployment modes, against docs/figures.md (make size)."""

import re
from pathlib import Path

import pytest

from fakes.board_bench import BOARDS

ROOT = Path(__file__).resolve().parents[2]
_MODES = ("files", "ROMFS", "frozen")
_ROW = r"^\| {mode} \|.*\| \*\*(no|Core|all)\*\*[^|]*\|$"


def _figures():
    """Return {(board, mode): what fits} of the table that `make size` wrote."""
    text = (ROOT / "docs/figures.md").read_text(encoding="utf-8")
    table = text[text.index("<!-- boards") : text.index("<!-- end of boards")]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line[:2] == "| "]
    return {(row[0], row[1]): row[-1] for row in rows}


@pytest.mark.parametrize("board", BOARDS)
def test_readme_says_what_fits_in_which_mode_as_the_figures_do(board):
    text = (ROOT / "boards" / board / "README.md").read_text(encoding="utf-8")

    said = {mode: re.search(_ROW.format(mode=mode), text, re.M) for mode in _MODES}

    figures = _figures()
    for mode, found in said.items():
        assert found, f"boards/{board}/README.md: no row for {mode} with **no|Core|all**"
        assert found[1] == figures[board, mode], f"boards/{board}/README.md, mode {mode}"
