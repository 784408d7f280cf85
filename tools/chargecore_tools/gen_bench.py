"""Make docs/bench.md from the step table and the wiring faults of chargecore_tools/bench.

`python -m chargecore_tools.gen_bench` writes the page; with --check it writes nothing and exits
with 1 when the page is stale.
"""

import sys
from pathlib import Path

from chargecore_tools.bench.consent import SENTENCE
from chargecore_tools.bench.step_table import PART_MAINS, STEPS
from chargecore_tools.bench.wiring_faults import WIRING_FAULTS
from chargecore_tools.generated_page import keep_page

_PAGE_PATH = Path(__file__).resolve().parents[2] / "docs/bench.md"

_TEMPLATE = Path(__file__).with_name("bench") / "templates/bench_page.md"
_ROW_HEAD = """| # | step | expected | source | instruments | min | after |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    text = _TEMPLATE.read_text(encoding="utf-8")
    parts = {"SENTENCE": SENTENCE, "FAULTS": _faults()}
    for part in (1, PART_MAINS):
        steps = [step for step in STEPS if step.part == part]
        parts[f"STEPS_{part}"] = _ROW_HEAD + "".join(map(_row, steps))
        parts[f"MINUTES_{part}"] = str(sum(step.minutes for step in steps))
    for name, made in parts.items():
        text = text.replace(f"@{name}@", made)
    return text


def _row(step) -> str:
    tools, needs = ", ".join(step.instruments), ", ".join(step.needs)
    row = (step.number, step.title, step.expect, step.source, tools, step.minutes, needs)
    return "| " + " | ".join(map(str, row)) + " |\n"


def _faults() -> str:
    rows = sorted(WIRING_FAULTS.items())
    return "".join(f"| `{name}` | {fault.text} | {fault.step} |\n" for name, fault in rows)


if __name__ == "__main__":
    sys.exit(keep_page(_PAGE_PATH, page(), __doc__))
