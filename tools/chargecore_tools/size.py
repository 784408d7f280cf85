"""`chargecore size` (make size): flash and heap of the firmware, per module, board and mode.

Flash is what mpy-cross makes for the chip; heap is measured in the VM of this PC with the ROMFS
mounted. Machine code (viper) in a .mpy is copied to RAM when it is loaded.
"""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chargecore_tools.deploy.application import application_of
from chargecore_tools.device.command import AsJson, Board, say, told_errors
from chargecore_tools.device.errors import DeviceError
from chargecore_tools.device.target import target_names, target_of
from chargecore_tools.image.link_modules import LinkError
from chargecore_tools.sim_options import OptionError
from chargecore_tools.sim_process import repository
from chargecore_tools.sizes.modes import measure_heap, rows_of
from chargecore_tools.sizes.page import section_of, with_section
from chargecore_tools.sizes.vm_heap import VmHeap

_PAGE = "docs/figures.md"
_COLUMNS = (
    ("flash", "flash KiB"),
    ("heap", "heap"),
    ("core", "Core needs"),
    ("left_core", "left"),
    ("all", "all need"),
    ("left_all", "left"),
    ("tls", "TLS takes"),
)


def size(
    board: Board = None,
    modules: Annotated[bool, typer.Option(help="Also every module.")] = True,
    as_json: AsJson = False,
):
    """Tell flash and heap per module, and which mode a board has room for.

    Without --board all boards, and docs/figures.md gets their table. Making the images takes
    minutes when something has changed.

    Exit status: 0 done, 1 a bench failed, 2 wrong options.

    Example: chargecore size --board pico_w

    Example: make size BOARD=pico_w
    """
    with told_errors("size", as_json):
        targets = [target_of(name) for name in ([board] if board else target_names())]
        vm_heap = VmHeap()
        found = {"modules": module_rows(targets[0], vm_heap.modules_b())} if modules else {}
        if modules and not as_json:
            Console(width=100).print(module_table(targets[0], found["modules"]))
        try:
            heap = measure_heap(vm_heap)
            rows = [row for target in targets for row in rows_of(target, heap)]
        except (LinkError, OptionError, RuntimeError) as error:
            raise DeviceError(str(error)) from None
        if not board:
            page = repository() / _PAGE
            text = with_section(page.read_text(encoding="utf-8"), section_of(rows, heap))
            page.write_text(text, encoding="utf-8")
        if as_json:
            print(json.dumps({"ok": True, **found, "modes": rows}))
            return
        Console(width=120).print(mode_table(rows))
        say(as_json, "Needs are estimates for the chip: how, is in docs/figures.md. KiB.")


def module_rows(target, heap_b):
    """Return [(package, module, bytes of .mpy, bytes of heap or None)], sorted by name."""
    rows = []
    application = application_of(target)
    for path, data in {**application.root, **application.copy}.items():
        name = path.rsplit(".", 1)[0]
        package, _, module = name.removeprefix("chargecore/").rpartition("/")
        rows.append((package or "(top)", module, len(data), heap_b.get(name.replace("/", "."))))
    return sorted(rows, key=lambda row: row[:2])


def module_table(target, rows):
    """Return the table: modules under their packages, a sum per package, the total."""
    table = Table(title=f"{target.name}: bytes of .mpy ({target.architecture}) and of heap (VM)")
    table.add_column("package / module")
    table.add_column("flash", justify="right")
    table.add_column("heap, from ROMFS", justify="right")
    for package in dict.fromkeys(row[0] for row in rows):
        own = [row for row in rows if row[0] == package]
        table.add_section()
        table.add_row(package, *_sums(own), style="bold")
        for _, module, flash_b, heap_b in own:
            table.add_row("  " + module, f"{flash_b:,}", "" if heap_b is None else f"{heap_b:,}")
    table.add_section()
    table.add_row("all", *_sums(rows), style="bold")
    return table


def mode_table(rows):
    """Return the table of modes."""
    table = Table(title="Deployment modes")
    table.add_column("board")
    table.add_column("mode")
    for _, head in _COLUMNS:
        table.add_column(head, justify="right")
    for row in rows:
        table.add_row(row["board"], row["mode"], *(str(row[name]) for name, _ in _COLUMNS))
    return table


def _sums(rows):
    heap_b = sum(row[3] or 0 for row in rows)
    return f"{sum(row[2] for row in rows):,}", f"{heap_b:,}" if heap_b else ""
