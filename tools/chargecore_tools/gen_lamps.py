"""Make docs/lamps.md from the table in firmware/chargecore/indicators/patterns.py.

`python -m chargecore_tools.gen_lamps` writes the page; with --check it writes nothing and exits
with 1 when the page is stale.
"""

import ast
import re
import sys
from pathlib import Path

from chargecore_tools.generated_page import keep_page

_ROOT = Path(__file__).resolve().parents[2]
_TABLE_PATH = _ROOT / "firmware/chargecore/indicators/patterns.py"
_PAGE_PATH = _ROOT / "docs/lamps.md"
_ROW = re.compile(r'^    (b"[^"]*")  # ([^:]+): (.+)$', re.MULTILINE)
_ROW_LEN = 5

_HEAD = """# What the lamps show

Made by `python -m chargecore_tools.gen_lamps` from
`firmware/chargecore/indicators/patterns.py`.

One lamp per connector, where the board has them and `station.json` names their kind: `"lamp"` is
`rgb` (three pins), `pixels` (WS2812) or `simulated`. How to wire them:
[boards](../boards/README.md). Each character of the rhythm is 128 ms, `#` lit, `.` dark; the round
of two seconds begins anew for all lamps at once.

What became of a card goes before everything but Faulted, for two seconds. The station does not
know whether a lamp is lit: nothing about lamps is told to the server.

| when | lamp | colour | rhythm |
|---|---|---|---|
"""


def pattern_rows(source: str) -> list[tuple[str, str, str, str]]:
    """Return (when, lamp in words, colour, rhythm) of every row of the table."""
    rows = []
    for literal, when, words in _ROW.findall(source):
        data = ast.literal_eval(literal)
        if len(data) != _ROW_LEN:
            raise ValueError(f"{when}: a row has {_ROW_LEN} bytes")
        rhythm = format(data[3] << 8 | data[4], "016b").replace("1", "#").replace("0", ".")
        rows.append((when, words, "#" + data[:3].hex(), f"`{rhythm}`"))
    return rows


def page() -> str:
    """Return the whole page."""
    rows = pattern_rows(_TABLE_PATH.read_text(encoding="utf-8"))
    return _HEAD + "".join("| " + " | ".join(row) + " |\n" for row in rows)


if __name__ == "__main__":
    sys.exit(keep_page(_PAGE_PATH, page(), __doc__))
