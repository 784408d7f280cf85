"""The drive that an RP2040 or RP2350 in BOOTSEL shows, and copying to it."""

import os
import sys
import time
from pathlib import Path

from chargecore_tools.device.errors import EXIT_NO_BOARD, EXIT_WRONG_BOARD, DeviceError

_INFO = "INFO_UF2.TXT"
_BOARD_IDS = {"RPI-RP2": "rp2040", "RP2350": "rp2350"}
_PART_B = 64 * 1024
_GONE_S = 20  # the chip restarts by itself when it has all of it


def find_drive(target, folder=None):
    """Return the folder of the drive for target. Errors: DeviceError."""
    found = [folder] if folder else _mounted()
    others = []
    for place in found:
        chip = _chip_of(place)
        if chip == target.chip:
            return place
        others.append(f"{place} is {chip or 'no such drive'}")
    if others:
        raise DeviceError(
            f"{'; '.join(others)}; {target.name} has {target.chip}",
            "--board names the board that is plugged in",
            EXIT_WRONG_BOARD,
        )
    raise DeviceError(
        "no drive of a board in BOOTSEL",
        "hold BOOTSEL while you plug the board in, and let the drive be mounted; or, with "
        "picotool: picotool load -x FILE.uf2",
        EXIT_NO_BOARD,
    )


def copy_to(drive, name, data, on_bytes):
    """Copy the file and wait until the chip has restarted. Errors: DeviceError."""
    try:
        with open(drive / name, "wb") as file:
            for at in range(0, len(data), _PART_B):
                file.write(data[at : at + _PART_B])
                on_bytes(len(data[at : at + _PART_B]))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if (drive / _INFO).exists():
            raise DeviceError(f"{drive}: {error.strerror}", "try again") from None
        return  # it has restarted before the host had closed the file: as it should
    until_s = time.monotonic() + _GONE_S
    while (drive / _INFO).exists():
        if time.monotonic() > until_s:
            raise DeviceError(
                f"{drive} is still there: the chip did not take the file",
                "try again; with picotool: picotool load -x FILE.uf2",
            )
        time.sleep(0.1)


def _chip_of(place):
    try:
        text = (place / _INFO).read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith("Board-ID:"):
            return _BOARD_IDS.get(line.split(":", 1)[1].strip())
    return None


def _mounted():
    """Return every mounted drive that has the file of a UF2 loader."""
    if sys.platform == "win32":
        places = [Path(f"{letter}:/") for letter in "DEFGHIJKLMNOPQRSTUVWXYZ"]
    elif sys.platform == "darwin":
        places = list(Path("/Volumes").glob("*"))
    else:
        places = [*Path("/media").glob("*"), *Path("/media").glob("*/*")]
        places += [*Path("/run/media").glob("*/*"), *Path("/mnt").glob("*")]
    return [place for place in places if (place / _INFO).is_file()]
