"""Write docs/ocpp_status.md: cases of the public OCTT 1.6 document, rules, habits of servers.

A case is covered when host_tests/e2e holds a function named test_tc_<number>_...; nothing is
claimed by hand. An open case of the Core profile names what it waits for in OPEN. What servers in
the wild do stands in data/server_habits.csv; each line names tests that must exist. The behaviour
rules and the items of the errata stand in data/ocpp16_rules.csv: a test holds one when it names it
(rule_marks) or when the file names the test; a rule without a test needs a reason.
Example: python -m chargecore_tools.gen_ocpp_status --check
"""

import csv
import re
import sys
from pathlib import Path

from chargecore_tools.generated_page import keep_page
from chargecore_tools.rule_marks import all_names, find_marks

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(__file__).with_name("data") / "octt16_cases.csv"
HABITS = Path(__file__).with_name("data") / "server_habits.csv"
RULES = Path(__file__).with_name("data") / "ocpp16_rules.csv"
PAGE = ROOT / "docs" / "ocpp_status.md"
SHOWN = 4  # most tests that a rule's line names
TEST = re.compile(r"def (test_tc_(\d{3}(?:_\d)?)_[a-z]\w*)")

# Cases that are for other stations than those of our boards.
NOT_OURS = {
    "TC_032_1": "for stations with a backup supply, which no board here has: TC_032_2 holds",
}
# Why a case has no test yet. Keys are id prefixes; the longest match counts.
OPEN = {}

HEAD = """# OCPP 1.6 status

Made by `make docs` from the names of the tests; `make check` fails when it is stale.

**tested**: a test of that name drives the real firmware, in the real MicroPython VM, against the
reference server with schema validation on. It is our reading of the public test case document, not
a run of the lab's tool. **not ours**: for other stations. **open**: no such test yet; the last
column says what it waits for.

| case | title | profile | state | test or reason |
|---|---|---|---|---|
"""

HABITS_HEAD = """
## Servers in the wild

What central systems were seen to do to a charge point, and what this one does then: by rule, never
by the name of a server. Every line has a test; `make docs` refuses one that does not exist.

| topic | the server | this station | tests |
|---|---|---|---|
"""

RULES_HEAD = """
## Rules of behaviour

The numbers are those of our own list of what the texts ask of a station and implementations get
wrong: B boot, S status, T transactions, M meter values, A authorization, R remote start and stop,
V reservation, X reset and availability, G configuration and triggers, F files, C smart charging,
J framing, E errata, W security. "E 3.9" is an item of the errata sheet of OCPP 1.6, "JE 3.1" one
of OCPP-J's. A test holds a rule when it names it; `make docs` refuses a rule with neither test nor
reason, and a test that does not exist.

| rule | what it asks | tests, or why there is none |
|---|---|---|
"""


def tests():
    """Return {case number: [(test name, file)]} of every test_tc_ function in host_tests/e2e."""
    found = {}
    for path in sorted((ROOT / "host_tests" / "e2e").glob("test_*.py")):
        for name, number in TEST.findall(path.read_text(encoding="utf-8")):
            found.setdefault(number, []).append((name, path.relative_to(ROOT).as_posix()))
    return found


def why_open(case_id):
    """Return the reason a case has no test."""
    if case_id in NOT_OURS:
        return NOT_OURS[case_id]
    for length in range(len(case_id), 5, -1):
        if case_id[:length] in OPEN:
            return OPEN[case_id[:length]]
    return "no test yet"


def habits():
    """Return the table of servers in the wild. Errors: LookupError for a test not there."""
    there = all_names()
    lines = []
    with HABITS.open(newline="") as file:
        for row in csv.DictReader(file):
            names = row["tests"].split()
            missing = [name for name in names if name not in there]
            if missing or not names:
                raise LookupError(f"{row['server']}: no such test: {missing}")
            text = ", ".join(f"`{name}`" for name in names)
            lines.append(f"| {row['topic']} | {row['server']} | {row['station']} | {text} |")
    return HABITS_HEAD + "\n".join(lines) + "\n"


def rule_line(row, marks, there):
    """Return the line of a rule. Errors: LookupError for neither test nor reason."""
    named = row["tests"].split()
    missing = [name for name in named if name not in there]
    if missing:
        raise LookupError(f"{row['rule']}: no such test: {missing}")
    names = named + [name for name in marks.get(row["rule"], ()) if name not in named]
    if not names and not row["reason"]:
        raise LookupError(f"{row['rule']}: needs a test or a reason")
    text = ", ".join(f"`{name}`" for name in names[:SHOWN])
    if len(names) > SHOWN:
        text += f" and {len(names) - SHOWN} more"
    text = "; ".join([part for part in (text, row["reason"]) if part])
    return f"| {row['rule']} | {row['title']} | {text} |"


def rules():
    """Return the table of the behaviour rules and the errata."""
    marks = find_marks()
    there = all_names()
    with RULES.open(newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [rule_line(row, marks, there) for row in rows]
    held = len([row for row in rows if not row["reason"]])
    return RULES_HEAD + "\n".join(lines) + f"\n\n{held} of {len(rows)} have tests.\n"


def page():
    """Return the text of docs/ocpp_status.md."""
    found = tests()
    lines = []
    tested = 0
    with CASES.open(newline="") as file:
        cases = list(csv.DictReader(file))
    for case in cases:
        number = case["id"].removeprefix("TC_").removesuffix("_CS")
        where = found.get(number)
        state = "tested" if where else "not ours" if case["id"][:-3] in NOT_OURS else "open"
        tested += bool(where)
        text = ", ".join(f"`{name}`" for name, _ in where) if where else why_open(case["id"][:-3])
        lines.append(f"| {case['id']} | {case['title']} | {case['profile']} | {state} | {text} |")
    count = f"\n\n{tested} of {len(cases)} cases tested.\n"
    return HEAD + "\n".join(lines) + count + rules() + habits()


if __name__ == "__main__":
    sys.exit(keep_page(PAGE, page(), __doc__))
