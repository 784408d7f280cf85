"""`chargecore build`: the firmware for a board where files on a stock image are not the way."""

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.board_image.frozen import build_commands, port_of, write_frozen
from chargecore_tools.board_image.linked_image import linked_image, linked_sources, main_text
from chargecore_tools.deploy.application import application_of
from chargecore_tools.device.command import AsJson, Board, answer, say, told_errors
from chargecore_tools.device.errors import EXIT_USAGE, DeviceError
from chargecore_tools.device.target import target_of
from chargecore_tools.image.link_modules import LinkError
from chargecore_tools.sim_options import OptionError
from chargecore_tools.sim_process import repository

_MODES = ("files", "romfs", "frozen")


def build(
    board: Board = None,
    mode: Annotated[str, typer.Option(help="files, romfs or frozen.")] = "romfs",
    out: Annotated[
        Optional[Path], typer.Option(help="Folder to write; build/boards/NAME without.")
    ] = None,
    micropython: Annotated[
        Optional[Path],
        typer.Option(help="frozen: MicroPython's source tree; the build is run, not printed."),
    ] = None,
    as_json: AsJson = False,
):
    """Make the firmware for a board: files, a ROMFS image, or frozen into MicroPython.

    files: compiled files of one copy, for chargecore bundle. romfs: one image, and the two files
    that belong beside it; MicroPython has to be built with a ROMFS partition. frozen: the
    sources to freeze, their manifest, and the commands of MicroPython's own build.

    Exit status: 0 done, 1 failed, 2 wrong options.

    Example: chargecore build --board pico_w --mode romfs

    Example: chargecore build --board esp32_devkit --mode frozen --micropython ~/micropython
    """
    with told_errors("build", as_json):
        target = target_of(board)
        if mode not in _MODES:
            raise DeviceError(f"--mode {mode}: one of {', '.join(_MODES)}", "", EXIT_USAGE)
        folder = out or repository() / "build" / "boards" / target.name
        if mode == "frozen":
            steps = _frozen(target, folder / "frozen", micropython, as_json)
        else:
            steps = (_files if mode == "files" else _romfs)(target, folder)
        for step in steps:
            say(as_json, step)
        answer(as_json, {"mode": mode, "folder": str(folder), "steps": steps})


def _files(target, folder):
    """Write one copy of the application."""
    place = folder / "files"
    shutil.rmtree(place, ignore_errors=True)
    for path, data in application_of(target).copy.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(data)
    bundle = f"chargecore bundle app.bundle --version 1.0 --target {target.name} --source {place}"
    return [f"chargecore deploy --board {target.name}", bundle]


def _linked(make, target):
    try:
        return make(target)
    except (LinkError, OptionError) as error:
        raise DeviceError(str(error)) from None


def _romfs(target, folder):
    """Write the image, and boot.py and main.py for the file system beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    image = _linked(linked_image, target)
    (folder / "chargecore.romfs").write_bytes(image)
    shutil.copy(repository() / "firmware" / "boot.py", folder / "boot.py")
    (folder / "main.py").write_text(main_text(), encoding="utf-8")
    return [
        f"mpremote romfs deploy {folder}/chargecore.romfs",
        f"mpremote fs cp {folder}/boot.py {folder}/main.py :",
        f"chargecore provision --board {target.name}",
    ]


def _frozen(target, place, tree, as_json):
    """Write the linked sources; return the commands of the build, run where a tree was given."""
    manifest = write_frozen(target, _linked(linked_sources, target), place.resolve())
    steps = build_commands(target, manifest, tree)
    if tree is None:
        return steps
    port = port_of(target)
    if not (tree / "ports" / port).is_dir():
        raise DeviceError(f"{tree} is no source tree of MicroPython", "", EXIT_USAGE)
    for step in steps:
        say(as_json, step)
        done = subprocess.run(shlex.split(step), stdout=subprocess.DEVNULL if as_json else None)
        if done.returncode != 0:
            raise DeviceError(
                f"{step}: status {done.returncode}",
                "the compiler of the port has to be installed: ports/" + port + "/README.md",
            )
    return [f"chargecore flash --board {target.name} --image FILE"]
