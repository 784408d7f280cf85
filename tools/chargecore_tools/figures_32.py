"""make figures-32: heap and stack of the firmware on a 32-bit VM, beside the 64-bit one.

Writes its section of docs/figures.md, and its rows into build/figures.json. The VM is built by
tools/setup_vm32.sh; it is not part of `make test`, since it needs a compiler for 32 bits.
"""

import contextlib
import json
import os
import subprocess
import sys
from datetime import date

from chargecore_tools.heap_figures import AMPLE_B, beside, floor_kib, run_heap_bench
from chargecore_tools.sim_options import OptionError
from chargecore_tools.sim_process import micropython, repository
from chargecore_tools.sizes.page import VM32, with_section

_VM = "build/vm32/micropython"
# id on 32 bits, the same on 64 bits, what it says, unit, budget (None: reported), digits
ROWS = (
    ("heap_boot_core_32_kib", "boot_core", "heap in use after boot, Core profile", "KiB", 96, 1),
    ("heap_boot_all_32_kib", "boot_all", "the same, all profiles and security", "KiB", 144, 1),
    ("heap_floor_core_32_kib", "floor_core", "least heap for a session, Core", "KiB", None, 0),
    ("heap_floor_session_32_kib", "floor_all", "the same, all of them", "KiB", 176, 0),
    ("stack_session_32_b", "stack", "least C stack for boot and session, all", "B", None, 0),
)
_STACK_LOW_B, _STACK_HIGH_B, _STACK_STEP_B = 2_048, 20_480, 256
_HEAD = """## On 32 bits

Written by `make figures-32` on {date}. 32-bit VM: {vm}, built by `make vm32`.
64-bit VM: {vm64}, that of the other rows. The same sources, image and bench;
image and board are not counted; see "On 32 bits" in the method.

| id | what | 32-bit VM | 64-bit VM | budget | kept on 32 bits |
|---|---|---|---|---|---|
"""


@contextlib.contextmanager
def _with(**variables):
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def measure(root):
    """Return {name: value} of heap in the VM that $MICROPYTHON names. Errors: RuntimeError."""
    values = {}
    for profiles, session in (("core", "session_core"), ("all", "session")):
        found = run_heap_bench(root, f"boot_{profiles}", AMPLE_B)
        values[f"boot_{profiles}"] = found[f"heap_boot_{profiles}_kib"]
        values[f"floor_{profiles}"] = floor_kib(root, session, beside(root, found))
    return values


def stack_b(root):
    """Return the least limit of the stack in which the image boots and a session passes."""
    low, high = _STACK_LOW_B, _STACK_HIGH_B
    while high - low > _STACK_STEP_B:
        middle = (low + high) // 2
        try:
            with _with(VM32_STACK_B=str(middle)):
                is_enough = "session_ok" in run_heap_bench(root, "session", AMPLE_B)
        except RuntimeError:
            is_enough = False
        low, high = (low, middle) if is_enough else (middle, high)
    return high


def figures_of(values):
    """Return the rows for figures.json."""
    figures = []
    for name, key, _, unit, budget, digits in ROWS:
        value = round(values[key], digits) if digits else int(values[key])
        is_ok = budget is None or value <= budget
        row = {"id": name, "value": value, "unit": unit, "budget": budget, "ok": is_ok}
        figures.append(row)
    return figures


def section_of(figures, values_64, vm, vm_64):
    """Return the section of docs/figures.md."""
    lines = [_HEAD.format(date=date.today().isoformat(), vm=vm, vm64=vm_64).rstrip("\n")]
    for figure, (name, key, what, unit, budget, digits) in zip(figures, ROWS, strict=True):
        other = f"{round(values_64[key], digits):g} {unit}" if key in values_64 else "-"
        limit = "reported" if budget is None else f"<= {budget}"
        kept = "-" if budget is None else "yes" if figure["ok"] else "not yet"
        cells = (f"`{name}`", what, f"{figure['value']} {unit}", other, limit, kept)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([VM32[0], *lines, VM32[1]])


def _version():
    code = "import sys; print(sys.version.split('; ')[1])"
    done = subprocess.run([micropython(), "-c", code], capture_output=True, text=True)
    return done.stdout.strip()


def _write(root, figures, section):
    page = root / "docs" / "figures.md"
    page.write_text(with_section(page.read_text("utf-8"), section, VM32), encoding="utf-8")
    path = root / "build" / "figures.json"
    others = json.loads(path.read_text("utf-8")) if path.exists() else []
    ids = {figure["id"] for figure in figures}
    rows = [row for row in others if row["id"] not in ids] + figures
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def main():
    """Measure, print, write. Return the exit status."""
    root = repository()
    vm = root / _VM
    if not vm.exists():
        print("figures-32: no 32-bit VM here: make vm32 builds one", file=sys.stderr)
        return 2
    try:
        vm_64, values_64 = _version(), measure(root)
        with _with(MICROPYTHON=str(vm)):
            values = {**measure(root), "stack": stack_b(root)}
            section = section_of(figures_of(values), values_64, _version(), vm_64)
    except (RuntimeError, OptionError) as error:
        print(f"figures-32: {error}", file=sys.stderr)
        return 1
    _write(root, figures_of(values), section)
    print(section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
