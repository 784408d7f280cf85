"""The words of safety/reasons.py, read without running it: firmware needs MicroPython's names."""

import ast

from chargecore_tools.sim_process import repository

_TABLE = "firmware/chargecore/safety/reasons.py"


def reason_words():
    """Return {name: words} of every reason for which a contactor opens."""
    tree = ast.parse((repository() / _TABLE).read_text(encoding="utf-8"))
    rows = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "ROWS":
            for row in node.value.elts:
                rows[row.elts[1].value] = row.elts[2].value
    return rows
