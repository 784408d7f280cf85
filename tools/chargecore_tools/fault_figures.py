"""fault_figures: how fast each fault of the list opens the contactor, measured by the tests.

Called by: figures. host_tests/e2e/test_faults_*.py inject the faults at the pins of the simulated
board, the firmware runs in the VM; what a test measures it writes into the folder that the
environment names (host_tests/e2e/fault_rig.py).
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

_FOLDER = "CHARGECORE_REACTIONS"
_LIMIT_S = 300
_JOBS = "2"
_NUMBER = re.compile(r"F(\d+)")


def measure_faults(root):
    """Run the fault tests. Return their rows in order. Errors: RuntimeError with what they say."""
    tests = sorted(str(path) for path in (root / "host_tests" / "e2e").glob("test_faults_*.py"))
    command = [sys.executable, "-m", "pytest", "-q", "-n", _JOBS, "--dist", "worksteal", *tests]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, _FOLDER: folder}
        try:
            done = subprocess.run(
                command, cwd=root, env=env, capture_output=True, text=True, timeout=_LIMIT_S
            )
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"fault tests: no end after {_LIMIT_S} s") from None
        if done.returncode != 0:
            raise RuntimeError("fault tests: " + done.stdout[-2_000:])
        return rows_in(Path(folder))


def rows_in(folder):
    """Return the rows that the tests wrote, by F number and name."""
    rows = []
    for path in sorted(folder.glob("reactions_*.jsonl")):
        rows += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return sorted(rows, key=_order)


def _order(row):
    found = _NUMBER.match(row["id"])
    return int(found[1]) if found else 0, row["id"], row["what"]


def table_lines(rows):
    """Return the Markdown table of the rows."""
    lines = [
        "| fault | what was done | limit | to the command | to dead contacts |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        times = (row["limit_ms"], row["command_ms"], row["dead_ms"])
        texts = ["-" if ms is None else f"{ms:,} ms" for ms in times]
        lines.append(f"| {row['id']} | {row['what']} | " + " | ".join(texts) + " |")
    return lines
