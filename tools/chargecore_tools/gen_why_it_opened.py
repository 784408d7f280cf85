"""Make docs/why_it_opened.md from the list of reasons in firmware/chargecore/safety/reasons.py.

`python -m chargecore_tools.gen_why_it_opened` writes the page; with --check it writes nothing and
exits with 1 when the page is stale.
"""

import ast
import sys
from pathlib import Path

from chargecore_tools.generated_page import keep_page

_ROOT = Path(__file__).resolve().parents[2]
_TABLE_PATH = _ROOT / "firmware/chargecore/safety/reasons.py"
_PAGE_PATH = _ROOT / "docs/why_it_opened.md"

_HEAD = """# Why the contactor opened

Made by `python -m chargecore_tools.gen_why_it_opened` from
`firmware/chargecore/safety/reasons.py`.

The reason stands in `open_reason` of the control command `status`, and in the event log as a
number. R numbers are explained in [safety.md](safety.md). A number is never used again for
something else. Each reason has a test of the name given, under `host_tests/`. `OPEN_AUX_FAULT`
leads to the fault that the board signals; the one in the table stands for any of them.

"""

_TABLE_HEAD = """| number | reason | what happened | source | fault it leads to | test |
|---|---|---|---|---|---|
"""


def reason_rows(source: str) -> list[tuple[str, str, str, str, str]]:
    """Return (name, text, source, test, fault) of every row of ROWS, in order of their number."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "ROWS":
            return [_columns(row) for row in node.value.elts]
    raise ValueError("reasons.py has no ROWS")


def _columns(row: ast.Tuple) -> tuple[str, str, str, str, str]:
    _number, name, text, source, test, fault = row.elts
    return name.value, text.value, source.value, test.value, fault.id


def page(source: str) -> str:
    """Return the whole page."""
    text = _HEAD + _TABLE_HEAD
    for number, (name, what, origin, test, fault) in enumerate(reason_rows(source)):
        fault = "" if fault == "FAULT_NONE" else f"`{fault}`"
        text += f"| {number} | `{name}` | {what} | {origin} | {fault} | `{test}` |\n"
    return text


if __name__ == "__main__":
    sys.exit(keep_page(_PAGE_PATH, page(_TABLE_PATH.read_text()), __doc__))
