"""Which tests name which rule: read from the tests themselves, for docs/ocpp_status.md.

Used by: gen_ocpp_status. A test names a rule where its docstring begins, or in a comment behind
its def: "B2, TC_001: ...". An item of the errata sheets counts anywhere in either: "E 3.17" of
OCPP 1.6, "JE 3.1" of OCPP-J.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Where a letter and a number mean a rule of the protocol; elsewhere F8 is a fault, C2 a state.
FOLDERS = ("net", "ocpp16", "properties", "security", "station", "store", "wire")
_CASES = ("test_octt_*.py", "test_tls_*.py")

_TEST = re.compile(
    r"^ *(?:async )?def (test_\w+)\([^)]*\):(.*)\n(?:\s+\"\"\"(.*?)\"\"\")?", re.MULTILINE
)
_NAME = re.compile(r"^ *(?:async )?def (test_\w+)\(", re.MULTILINE)
_ERRATUM = re.compile(r"\b(J?E \d\.\d+|JE 5)\b")
_HEAD_MARK = re.compile(r"[\s#\[\"]*(TC_\w+|[A-Z]\d+|J?E \d\.\d+|JE 5)\]?([,;]?)")
_RULE = re.compile(r"[A-Z]\d+\Z")


def all_names():
    """Return the names of all tests."""
    names = set()
    for path in (ROOT / "host_tests").rglob("test_*.py"):
        names.update(_NAME.findall(path.read_text(encoding="utf-8")))
    return names


def marks_of(text):
    """Return the rules and errata that a docstring or comment names."""
    found = _ERRATUM.findall(text)
    at = 0
    while True:
        mark = _HEAD_MARK.match(text, at)
        if not mark:
            break
        if _RULE.match(mark.group(1)):
            found.append(mark.group(1))
        at = mark.end()
        if not mark.group(2):
            break
    return found


def find_marks():
    """Return {rule or erratum: [test names]} in the order of the files."""
    paths = [path for name in FOLDERS for path in (ROOT / "host_tests" / name).glob("test_*.py")]
    for pattern in _CASES:
        paths += (ROOT / "host_tests" / "e2e").glob(pattern)
    found = {}
    for path in sorted(paths):
        for name, comment, docstring in _TEST.findall(path.read_text(encoding="utf-8")):
            for mark in marks_of(comment) + marks_of(docstring):
                names = found.setdefault(mark, [])
                if name not in names:
                    names.append(name)
    return found
