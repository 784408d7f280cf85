"""Make docs/charge_states.md, table and diagram, from firmware/chargecore/evse/state_table.py.

`python -m chargecore_tools.gen_charge_states` writes the page; with --check it writes nothing and
exits with 1 when the page is stale.
"""

import ast
import sys
from pathlib import Path

from chargecore_tools.generated_page import keep_page

_ROOT = Path(__file__).resolve().parents[2]
_TABLE_PATH = _ROOT / "firmware/chargecore/evse/state_table.py"
_PAGE_PATH = _ROOT / "docs/charge_states.md"

_HEAD = """# States of a connector

Made by `python -m chargecore_tools.gen_charge_states` from
`firmware/chargecore/evse/state_table.py`.

Letters are the pilot states of IEC 61851-1; 1 means without, 2 with PWM. The contactor can close
in C2 only, and only when the interlock finds every permission ([safety.md](safety.md)). It stays
closed from C2 to C1: a stop withdraws the PWM first and waits for the car.

P is -12 V on purpose: 4 s of it wake a car that has sat in B2 for 30 s without ever asking (once
per session, `wake_up` of the station file); 300 ms of it tell a car of a fault under load, where
`fault_pilot_f` wants that. F lasts until the next power cycle. Nothing is seen of the car in
either.

"""

_DRIVES = {"DRIVE_X1": "+12 V", "DRIVE_PWM": "PWM", "DRIVE_F": "-12 V"}
_ANSWERS = {"NO": "no", "YES": "yes", "AS_BEFORE": "as before"}


class Table:
    """The constants of state_table.py as Python values: names, outputs, events, what follows."""

    def __init__(self, source: str):
        values = {}
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Call):
                values[node.targets[0].id] = node.value
        rows = [[ast.unparse(cell) for cell in row.elts] for row in values["OUTPUTS"].elts]
        self.names = [row[0].strip("'") for row in rows]
        self.outputs = [
            (_DRIVES[drive], _ANSWERS[plugged], _ANSWERS[asks]) for _, drive, plugged, asks in rows
        ]
        self.events = [node.value for node in values["EVENT_NAMES"].elts]
        # A state's constant is its name behind an underscore.
        self.following = [[cell.id[1:] for cell in row.elts] for row in values["NEXT"].elts]


def _outputs(table: Table) -> str:
    text = "| state | pilot | car there | car asks |\n|---|---|---|---|\n"
    for name, cells in zip(table.names, table.outputs, strict=True):
        text += f"| {name} | " + " | ".join(cells) + " |\n"
    return text


def _transitions(table: Table) -> str:
    text = "| from | " + " | ".join(table.events) + " |\n"
    text += "|---" * (len(table.events) + 1) + "|\n"
    for name, row in zip(table.names, table.following, strict=True):
        cells = ["" if following == name else following for following in row]
        text += f"| **{name}** | " + " | ".join(cells) + " |\n"
    return text


def _diagram(table: Table) -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    for name, row in zip(table.names, table.following, strict=True):
        labels = {}
        for event, following in zip(table.events, row, strict=True):
            if following != name:
                labels.setdefault(following, []).append(event)
        for following, events in labels.items():
            if (
                following not in "EFP" or name == "B2" and following == "P"
            ):  # nearly all lead there
                lines.append(f"    {name} --> {following}: {', '.join(events)}")
    lines.append("```")
    return "\n".join(lines) + "\n"


def page(source: str) -> str:
    """Return the whole page."""
    table = Table(source)
    text = _HEAD + _outputs(table)
    text += "\n## What follows\n\nEmpty: the state stays.\n\n" + _transitions(table)
    text += "\n## Diagram\n\nWithout the ways to E and F, which lead from nearly every state, and "
    text += "to P but for the wake-up.\n\n"
    return text + _diagram(table)


if __name__ == "__main__":
    sys.exit(keep_page(_PAGE_PATH, page(_TABLE_PATH.read_text()), __doc__))
