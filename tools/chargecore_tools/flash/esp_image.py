"""Looks into an ESP32 image before it is written: for this chip, whole, not too long.

Layout: Espressif's esp_image_format.h and the partition table of ESP-IDF.
"""

import struct

from chargecore_tools.device.errors import EXIT_WRONG_BOARD, DeviceError

OFFSETS = {"esp32": 0x1000, "esp32s3": 0, "esp32c3": 0}  # of the boot loader, so of the image
_CHIP_IDS = {0: "esp32", 2: "esp32s2", 5: "esp32c3", 9: "esp32s3", 13: "esp32c6", 16: "esp32h2"}
_MAGIC = 0xE9
_CHIP_ID_AT = 12
_TABLE_AT = 0x8000
_TABLE_MAGIC = b"\xaa\x50"
_ENTRY_LEN = 32
_TYPE_APP = 0


def check_esp_image(path, data, target):
    """Raise DeviceError when the image is not one for target."""
    _check_header(path, data, target, "the image")
    offset = OFFSETS[target.chip]
    if offset + len(data) > target.flash_kib * 1024:
        raise _refused(path, f"{len(data)} bytes do not fit into {target.flash_kib} KiB of flash")
    table = data[_TABLE_AT - offset : _TABLE_AT - offset + 0xC00]
    if table[:2] != _TABLE_MAGIC:
        raise _refused(
            path, "no partition table: an application alone (.app-bin) does not start a chip"
        )
    for at in range(0, len(table), _ENTRY_LEN):
        entry = table[at : at + _ENTRY_LEN]
        if entry[:2] != _TABLE_MAGIC:
            break
        kind, start = entry[2], struct.unpack_from("<I", entry, 4)[0]
        app = data[start - offset :] if kind == _TYPE_APP else b""
        if app:
            _check_header(path, app, target, f"the application at 0x{start:x}")
            return
    raise _refused(path, "no application in it: the file is cut short")


def _check_header(path, data, target, what):
    if len(data) < 24 or data[0] != _MAGIC:
        raise _refused(path, f"{what} does not begin as one for an ESP32 (0xE9)")
    number = struct.unpack_from("<H", data, _CHIP_ID_AT)[0]
    chip = _CHIP_IDS.get(number, f"chip number {number}")
    if chip != target.chip:
        raise _refused(path, f"{what} is for {chip}, {target.name} has {target.chip}")


def _refused(path, why):
    return DeviceError(f"{path}: {why}", "nothing was written", EXIT_WRONG_BOARD)
