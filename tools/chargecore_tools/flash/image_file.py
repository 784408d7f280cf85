"""Finds the image for a board: the file the user names, or the newest that is called like it."""

import re
from pathlib import Path

from chargecore_tools.device.errors import EXIT_USAGE, DeviceError
from chargecore_tools.sim_process import repository

_OLDEST = (1, 28)
# The banner of MicroPython lies in the image as it is.
_BANNER = re.compile(rb"MicroPython v?(\d+)\.(\d+)\.(\d+)")
_NAMED = re.compile(r"-\d{8}(?:-unstable)?-v\d[\w.-]*\Z")


def image_for(target, path, folders=None):
    """Return (path, bytes) of the image. Errors: DeviceError."""
    if path is None:
        path = _newest(target, folders or _folders())
    try:
        return path, path.read_bytes()
    except OSError as error:
        raise DeviceError(f"{path}: {error.strerror}", _where(target), EXIT_USAGE) from None


def require_micropython(path, data):
    """Raise DeviceError when the image is no MicroPython, or one that is too old."""
    found = _BANNER.search(data)
    if found is None:
        raise DeviceError(
            f"{path}: no MicroPython in it",
            "--any-image writes it all the same: for images that were built without a banner",
            EXIT_USAGE,
        )
    version = tuple(map(int, found.groups()))
    if version[:2] < _OLDEST:
        raise DeviceError(
            f"{path}: MicroPython {'.'.join(map(str, version))} is too old",
            f"{'.'.join(map(str, _OLDEST))} or later is needed",
            EXIT_USAGE,
        )
    return ".".join(map(str, version))


def _folders():
    return [Path.cwd(), repository() / "build" / "images", Path.home() / "Downloads"]


def _newest(target, folders):
    """The date in the name sorts them: ESP32_GENERIC-20260419-v1.28.0.bin."""
    suffix = ".uf2" if target.is_rp2 else ".bin"
    found = []
    for folder in folders:
        for path in folder.glob(f"{target.image_name}-*{suffix}"):
            if _NAMED.match(path.stem[len(target.image_name) :]):
                found.append(path)
    if not found:
        places = ", ".join(map(str, folders))
        raise DeviceError(
            f"no image {target.image_name}-*{suffix} in {places}", _where(target), EXIT_USAGE
        )
    return max(found, key=lambda path: path.name)


def _where(target):
    return (
        f"download it from https://micropython.org/download/{target.image} "
        f"({target.image_name}), or name it: --image FILE"
    )
