"""`chargecore flash`: MicroPython onto a chip: esptool for an ESP32, a UF2 file for an RP2."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.device.bar import bar_of
from chargecore_tools.device.command import AsJson, Board, Port, answer, say, told_errors
from chargecore_tools.device.ports import port_of
from chargecore_tools.device.target import target_of
from chargecore_tools.flash.esp_image import check_esp_image
from chargecore_tools.flash.image_file import image_for, require_micropython
from chargecore_tools.flash.uf2 import check_uf2
from chargecore_tools.flash.uf2_drive import copy_to, find_drive


def flash(
    board: Board = None,
    port: Port = None,
    image: Annotated[
        Optional[Path],
        typer.Option(help="MicroPython image; without it the newest here or in ~/Downloads."),
    ] = None,
    drive: Annotated[
        Optional[Path], typer.Option(help="RP2: where its BOOTSEL drive is mounted.")
    ] = None,
    erase: Annotated[
        bool, typer.Option("--erase", help="ESP32: everything else, too: settings, keys, copies.")
    ] = False,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="ESP32: you have put it into its loader (BOOT, EN).")
    ] = False,
    slow: Annotated[
        bool, typer.Option("--slow", help="ESP32: talk to the loader in ROM, without a stub.")
    ] = False,
    any_image: Annotated[
        bool, typer.Option("--any-image", help="Also one that does not say MicroPython.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Look at the image, write nothing.")] = (
        False
    ),
    as_json: AsJson = False,
):
    """Write a MicroPython image to a chip.

    The image is looked at first, and the chip is asked who it is: for another chip nothing is
    erased. What lies in the file system of an ESP32 stays (without --erase), on an RP2, too.

    Exit status: 0 done, 1 failed, 2 wrong options or no image, 3 no board, 4 the wrong one.

    Example: chargecore flash --board esp32_devkit --port /dev/ttyUSB0

    Example: chargecore flash --board pico_w --image RPI_PICO_W-20260419-v1.28.0.uf2
    """
    with told_errors("flash", as_json):
        target = target_of(board)
        path, data = image_for(target, image)
        (check_uf2 if target.is_rp2 else check_esp_image)(path, data, target)
        version = "unknown" if any_image else require_micropython(path, data)
        say(as_json, f"{path.name}: MicroPython {version} for {target.chip}, {len(data)} bytes")
        if not check and target.is_rp2:
            place = find_drive(target, drive)
            with bar_of("copying", len(data), not as_json) as on_bytes:
                copy_to(place, path.name, data, on_bytes)
        elif not check:
            from chargecore_tools.flash.esp_flasher import EspFlasher

            flasher = EspFlasher(port_of(port), target, by_hand, not slow, as_json)
            flasher.write(data, erase)
        facts = {"image": str(path), "version": version, "bytes": len(data), "written": not check}
        say(as_json, "checked, nothing written" if check else "done: written and compared")
        say(as_json, f"next: chargecore deploy --board {board}")
        answer(as_json, facts)
