"""make figures: measures the budgets on the real VM.

Prints a table, writes build/figures.json for programs and docs/figures.md for people. Every ratio
is measured against the named builtin in the same run of the same VM. Exit status 1 when a budget
is missed or a bench does not run.

A bench is a file in vm_bench/ that prints `id value` lines; lines that begin with # are notes.
"""

import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chargecore_tools.fault_figures import measure_faults, table_lines
from chargecore_tools.heap_figures import measure_heap
from chargecore_tools.sim_process import micropython, repository
from chargecore_tools.sizes.page import BOARDS, VM32, section_in, with_section
from chargecore_tools.tls_peer import HOST, TlsPeer

_LIMIT_S = 600  # a bench that takes longer hangs

_BUSY = "50 + indivisible_ms"
# id, what it says, unit, budget (None: reported), digits
ROWS = (
    ("heap_growth_pass", "heap growth, 10,000 idle scheduler passes", "B", 0, 0),
    ("heap_growth_heartbeat", "heap growth, 10,000 Heartbeat round trips", "B", 0, 0),
    ("heap_growth_status", "heap growth, 10,000 StatusNotifications", "B", 0, 0),
    ("heap_growth_meter_values", "heap growth, 10,000 periodic MeterValues", "B", 0, 0),
    ("heap_growth_inbound", "heap growth, 10,000 inbound CALLs", "B", 0, 0),
    (
        "heap_boot_core_kib",
        "heap in use after boot, Core profile, image not counted",
        "KiB",
        96,
        1,
    ),
    ("heap_boot_all_kib", "the same, all profiles of 1.6 and security", "KiB", 144, 1),
    ("heap_floor_session_kib", "smallest heap for a whole session, all of them", "KiB", 176, 0),
    ("heap_queued_record", "heap per record in the outbox", "B", 0, 0),
    ("outbox_sessions", "sessions kept offline on 64 KiB of raw flash", "", 50, 0),
    ("erases_per_session", "flash erases per session on raw flash", "", 12, 2),
    ("boot_notification_ms", "power-on to BootNotification, full journal", "ms", None, 0),
    ("c_to_b_ms", "C->B at the pin to the contactor's command, worst of 1,000", "ms", 50, 1),
    ("c_to_b_busy_ms", "the same during TLS handshakes and journal writes", "ms", _BUSY, 1),
    ("indivisible_ms", "longest single step of that load", "ms", None, 1),
    ("tls_step_share", "longest step of a mutual P-256 handshake / all of it", "ratio", 0.45, 3),
    ("tls_gap_ms", "gap between safety steps in that handshake, the longest", "ms", None, 1),
    ("tls_handshake_ms", "processor time of that handshake", "ms", None, 1),
    ("safety_gap_p99_ms", "gap between safety steps, 99 % of them", "ms", None, 1),
    ("safety_gap_max_ms", "gap between safety steps, the longest", "ms", None, 1),
    ("json_read_ratio", "read a 421-byte CALL / json.loads", "ratio", 0.30, 3),
    ("json_write_ratio", "write a 528-byte CALL / dict + json.dumps", "ratio", 0.80, 3),
    ("scheduler_ratio", "one scheduler step / one asyncio task switch", "ratio", 0.15, 3),
    ("scheduler_entry_ratio", "one entry with its safety step / the same", "ratio", None, 3),
    ("meter_poll_ratio", "costliest poll of a meter, in a flood / json.loads", "ratio", None, 2),
    ("security_step_ratio", "longest step of a signature / all its steps", "ratio", None, 3),
    ("security_ec_step_ratio", "the same, P-256 alone", "ratio", None, 3),
)
_BENCHES = (
    ("base_bench.py", "192k"),
    ("wire_bench.py", "192k"),
    ("outbox_bench.py", "2m"),
    ("growth_bench.py", "2m"),
    ("reaction_bench.py", "2m"),
    ("tls_bench.py", "2m"),
    ("meter_bench.py", "512k"),
    ("security_bench.py", "512k"),
)
_WITH_TLS = ("reaction_bench.py", "tls_bench.py")  # benches that want a TLS server
_AT_LEAST = ("outbox_sessions",)  # their budget is a lower bound
# Known to be missed, see figures_method.md: shown as missed, but no reason to fail.
_GOALS = ("heap_boot_core_kib", "heap_boot_all_kib", "heap_floor_session_kib")
_METHOD = Path(__file__).with_name("data") / "figures_method.md"


class FigureError(Exception):
    """A bench did not give what was asked for."""


def _values_of(text):
    values = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] != "#":
            values[words[0]] = float(words[1])
    return values


def run_bench(root, name, heap):
    """Run one bench in a VM of its own. Return {id: value}. Errors: FigureError."""
    path = root / "tools" / "chargecore_tools" / "vm_bench" / name
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        command = [micropython(), "-X", f"heapsize={heap}", str(path), folder]
        if name in _WITH_TLS:
            command += [HOST, str(stack.enter_context(TlsPeer(folder)).port)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise FigureError(f"{name}: no end after {_LIMIT_S} s") from None
    if done.returncode != 0:
        raise FigureError(f"{name}: {(done.stdout + done.stderr).strip()}")
    return _values_of(done.stdout)


def figures_of(values):
    """Return the rows for figures.json. A value that no bench gave is None, and not ok."""
    figures = []
    for name, _, unit, budget, digits in ROWS:
        value = values.get(name)
        if budget == _BUSY:
            budget = round(50 + values.get("indivisible_ms", 0), 1)
        if value is not None:
            value = round(value, digits) if digits else int(value)
        is_ok = value is not None and (budget is None or _keeps(name, value, budget))
        row = {"id": name, "value": value, "unit": unit, "budget": budget, "ok": is_ok}
        figures.append(row)
    return figures


def _keeps(name, value, budget):
    return value >= budget if name in _AT_LEAST else value <= budget


def _is_goal(figure):
    """Return True for a measured figure that is allowed to miss its budget."""
    return figure["id"] in _GOALS and figure["value"] is not None


def _texts(figure, row):
    sign = ">=" if figure["id"] in _AT_LEAST else "<="
    budget = "reported" if figure["budget"] is None else f"{sign} {figure['budget']}"
    if figure["budget"] == 0:
        budget = "0"
    verdict = "yes" if figure["ok"] else ("not yet" if figure["id"] in _GOALS else "NO")
    if figure["budget"] is None:
        verdict = "-"
    value = (
        "not measured"
        if figure["value"] is None
        else f"{figure['value']} {figure['unit']}".strip()
    )
    return figure["id"], row[1], value, budget, verdict


def _print(figures):
    table = Table(title="Budgets, measured on the MicroPython VM")
    for head in ("id", "what", "value", "budget", "kept"):
        table.add_column(head, justify="right" if head == "value" else "left")
    for figure, row in zip(figures, ROWS, strict=True):
        table.add_row(*_texts(figure, row), style=None if figure["ok"] else "bold red")
    Console(width=max(100, Console().width)).print(table)


def _vm_version():
    code = "import sys; print(sys.version.split('; ')[1])"
    done = subprocess.run([micropython(), "-c", code], capture_output=True, text=True)
    return done.stdout.strip()


def page_of(figures, faults):
    """Return docs/figures.md; faults: rows of measure_faults()."""
    lines = [
        "# Measured budgets",
        "",
        f"Written by `make figures` on {date.today().isoformat()}: {_vm_version()}, "
        f"{platform.system()} {platform.machine()}. Do not edit.",
        "",
        "| id | what | measured | budget | kept |",
        "|---|---|---|---|---|",
    ]
    for figure, row in zip(figures, ROWS, strict=True):
        name, *others = _texts(figure, row)
        lines.append(f"| `{name}` | " + " | ".join(others) + " |")
    lines += ["", *table_lines(faults)]
    return "\n".join(lines) + "\n\n" + _METHOD.read_text(encoding="utf-8")


def measure(root):
    """Run every bench. Return (values, fault rows, errors of benches that did not run)."""
    values = {}
    errors = []
    for name, heap in _BENCHES:
        print(f"figures: running {name}", file=sys.stderr, flush=True)
        try:
            values.update(run_bench(root, name, heap))
        except FigureError as error:
            errors.append(str(error))
    print("figures: heap of the image", file=sys.stderr, flush=True)
    try:
        values.update(measure_heap(root))
    except RuntimeError as error:
        errors.append(str(error))
    print("figures: faults at the pins", file=sys.stderr, flush=True)
    faults = []
    try:
        faults = measure_faults(root)
    except RuntimeError as error:
        errors.append(str(error))
    return values, faults, errors


def main():
    """Measure, print, write. Return the exit status."""
    root = repository()
    values, faults, errors = measure(root)
    figures = figures_of(values)
    _print(figures)
    for line in table_lines(faults):
        print(line)
    for error in errors:
        print("figures: " + error, file=sys.stderr)
    build = Path(root) / "build"
    os.makedirs(build, exist_ok=True)
    (build / "figures.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    path = Path(root) / "docs" / "figures.md"
    before, page = path.read_text(encoding="utf-8"), page_of(figures, faults)
    for marks in (VM32, BOARDS):  # measured by make figures-32 and make size
        page = with_section(page, section_in(before, marks), marks)
    path.write_text(page, encoding="utf-8")
    missed = [f["id"] for f in figures if not f["ok"] and not _is_goal(f)]
    if missed:
        print("figures: missed: " + ", ".join(missed), file=sys.stderr)
    return 1 if missed or errors else 0


if __name__ == "__main__":
    sys.exit(main())
