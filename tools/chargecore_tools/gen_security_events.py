"""Make docs/security_events.md from the list in firmware/chargecore/base/security_events.py.

Names, numbers and what is sent stand there; who notices an event is read from the firmware; the
words are in data/security_events.csv. An event that nobody reports
has a reason in the column `unnoticed`, one that is reported has none (test_security_page.py).
`python -m chargecore_tools.gen_security_events` writes the page; with --check it writes nothing
and exits with 1 when the page is stale.
"""

import ast
import csv
import re
import sys
from pathlib import Path

from chargecore_tools.generated_page import keep_page

_ROOT = Path(__file__).resolve().parents[2]
_FIRMWARE = _ROOT / "firmware" / "chargecore"
TABLE_PATH = _FIRMWARE / "base" / "security_events.py"
WORDS_PATH = Path(__file__).with_name("data") / "security_events.csv"
_PAGE_PATH = _ROOT / "docs" / "security_events.md"
_CONSTANT = re.compile(r"^(SE_\w+) = const\((\d+)\)", re.MULTILINE)
_HEAD = """# Security events

Made by `python -m chargecore_tools.gen_security_events` from
`firmware/chargecore/base/security_events.py`.

The names are those of the whitepaper, chapter 8. All of them go to the security log, which is a
ring on flash; GetLog brings it. **sent**: the server is told with SecurityEventNotification as
soon as there is a connection, over reboots until it has answered. The critical ones are sent as
the whitepaper wants it, the others where a rule or a test case of the lab does. `techInfo` says
what the numbers of the event say, at most 255 bytes, and never a secret.

| number | event | critical | sent | when | noticed in |
|---|---|---|---|---|---|
"""


def events(source):
    """Return [(number, constant, name, whether it is sent)] of security_events.py."""
    numbers = {name: int(number) for name, number in _CONSTANT.findall(source)}
    names, sent = (), set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "NAMES":
            names = ast.literal_eval(node.value)
        elif isinstance(node, ast.Assign) and node.targets[0].id == "_SENT":
            sent = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
    return sorted((at, name, names[at].decode(), name in sent) for name, at in numbers.items())


def reporters():
    """Return {constant: [modules that use it]}; an import alone is no use."""
    found = {}
    for path in sorted(_FIRMWARE.rglob("*.py")):
        if path == TABLE_PATH:
            continue
        source = path.read_text(encoding="utf-8")
        if "SE_" not in source:
            continue
        for part in ast.walk(ast.parse(source)):
            if isinstance(part, ast.Name) and part.id.startswith("SE_"):
                names = found.setdefault(part.id, [])
                module = path.relative_to(_FIRMWARE).with_suffix("").as_posix()
                if module not in names:
                    names.append(module)
    return found


def line(row, words, modules):
    """Return the line of an event."""
    number, _constant, name, is_sent = row
    where = ", ".join(f"`{module}`" for module in modules)
    where = where or f"nowhere: {words['unnoticed']}"
    cells = (number, f"`{name}`", words["critical"], "yes" if is_sent else "", words["when"])
    return "| " + " | ".join(map(str, (*cells, where))) + " |"


def page():
    """Return the whole page."""
    places = reporters()
    with WORDS_PATH.open(newline="", encoding="utf-8") as file:
        words = {row["event"]: row for row in csv.DictReader(file)}
    rows = events(TABLE_PATH.read_text(encoding="utf-8"))
    lines = [line(row, words[row[2]], places.get(row[1], [])) for row in rows]
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(keep_page(_PAGE_PATH, page(), __doc__))
