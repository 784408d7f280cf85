"""Journals that other builds have written: an image of layout 1, and blocks with another layout.

journal_v1.bin was written by the build of layout 1 itself (commit 6f1859e), with 6 blocks of
1,024 bytes: sessions delivered, parked, owed and still open, a merged block, a boot without time,
a torn record. journal_v1.json is what that same build found and delivered when it booted on it.
"""

import json

from chargecore.base.checksum import crc16
from fakes.flash import FakeFlash

_FOLDER = __file__.rsplit("/", 2)[0] + "/store/data/"
_HEAD_LEN = 64
_LAYOUT_AT = 1
_CRC_AT = 62
_ERASED = 0xFF


def flash_of_layout_1():
    """Return a FakeFlash that holds the image."""
    with open(_FOLDER + "journal_v1.bin", "rb") as file:
        image = file.read()
    flash = FakeFlash(6, 1_024)
    for block in range(6):
        flash.blocks[block][:] = image[block * 1_024 : (block + 1) * 1_024]
    return flash


def expected_of_layout_1():
    """Return what the build of layout 1 found in the image."""
    with open(_FOLDER + "journal_v1.json") as file:
        return json.load(file)


def layout_of(flash, block):
    """Return the layout in the header of a block, or 0 when it is erased."""
    head = flash.blocks[block]
    return 0 if head[0] == _ERASED else head[_LAYOUT_AT]


def set_layout(flash, block, layout):
    """Change the layout in the header of a block, checksum included."""
    head = flash.blocks[block]
    head[_LAYOUT_AT] = layout
    crc = crc16(head, 0, _CRC_AT)
    head[_CRC_AT] = crc & 0xFF
    head[_CRC_AT + 1] = crc >> 8


def used_blocks(flash):
    """Return the blocks that are not erased."""
    return [block for block in range(flash.block_count) if layout_of(flash, block)]
