"""Looks into a UF2 file before it is copied: for this chip, whole, inside its flash.

Layout: github.com/microsoft/uf2.
"""

import struct

from chargecore_tools.device.errors import EXIT_WRONG_BOARD, DeviceError

BLOCK = 512
_HEAD = struct.Struct("<IIIIIIII")
_MAGICS = (0x0A324655, 0x9E5D5157)
_END = 0x0AB16F30
_HAS_FAMILY = 0x2000
_FAMILIES = {0xE48BFF56: "rp2040", 0xE48BFF59: "rp2350", 0xE48BFF5A: "rp2350-riscv"}
_ABSOLUTE = 0xE48BFF57  # one block in front of RP2350 files, for an erratum of the chip
_FLASH_AT = 0x10000000


def check_uf2(path, data, target):
    """Raise DeviceError when the file is not one for target. Return the bytes of flash."""
    if len(data) == 0 or len(data) % BLOCK:
        raise _refused(path, f"{len(data)} bytes: no whole number of UF2 blocks")
    flash = bytearray()
    expected = 0
    for at in range(0, len(data), BLOCK):
        block = data[at : at + BLOCK]
        magic, magic_2, flags, address, size, number, count, family = _HEAD.unpack_from(block)
        if (magic, magic_2) != _MAGICS or struct.unpack_from("<I", block, BLOCK - 4)[0] != _END:
            raise _refused(path, f"block {at // BLOCK} is no UF2 block")
        if family == _ABSOLUTE and flags & _HAS_FAMILY:
            continue
        chip = _FAMILIES.get(family, f"family 0x{family:08x}") if flags & _HAS_FAMILY else "none"
        if chip != target.chip:
            raise _refused(path, f"it is for {chip}, {target.name} has {target.chip}")
        end = address - _FLASH_AT + size
        if address < _FLASH_AT or size > BLOCK - 36 or end > target.flash_kib * 1024:
            raise _refused(path, f"it reaches outside {target.flash_kib} KiB of flash")
        if number != expected or count == 0:
            raise _refused(path, f"block {expected} is missing")
        expected += 1
        flash += block[32 : 32 + size]
    if expected == 0 or expected != count:
        raise _refused(path, f"{expected} of {count if expected else '?'} blocks: cut short")
    return bytes(flash)


def _refused(path, why):
    return DeviceError(f"{path}: {why}", "nothing was written", EXIT_WRONG_BOARD)
