"""MicroPython images, as far as a look into them goes."""

import struct

_BANNER = b"MicroPython v%s on 2026-04-19; "


def esp_image(chip_id, offset, version="1.28.0", app_kib=64):
    """Return a boot loader, a partition table and an application, as one file for offset."""
    header = bytes((0xE9, 1, 2, 0x20)) + struct.pack("<IB3sHB", 0x400805F0, 0xEE, b"", chip_id, 0)
    header = header.ljust(24, b"\0")
    image = bytearray(header.ljust(0x8000 - offset, b"\xff"))
    rows = ((1, 2, 0x9000, 0x6000, b"nvs"), (0, 0, 0x10000, 0x1F0000, b"factory"))
    table = b"".join(
        struct.pack("<2sBBII16sI", b"\xaa\x50", kind, sub, start, size, name, 0)
        for kind, sub, start, size, name in rows
    )
    image += table.ljust(0x8000, b"\xff")
    code = bytes(n * 7 & 0xFF for n in range(app_kib * 512)) + bytes(app_kib * 512)
    return bytes(image) + header + _BANNER % version.encode() + code


def uf2(family, version="1.28.0", blocks=40, has_absolute_block=False):
    """Return a UF2 file."""
    text = (_BANNER % version.encode()).ljust(256 * blocks, b"\x5a")
    parts = []
    if has_absolute_block:
        parts.append(_block(0xE48BFF57, 0x10FFFF00, 0, 2, b"\xef" * 256))
    for number in range(blocks):
        data = text[256 * number : 256 * number + 256]
        parts.append(_block(family, 0x10000000 + 256 * number, number, blocks, data))
    return b"".join(parts)


def _block(family, address, number, count, data):
    head = struct.pack(
        "<IIIIIIII", 0x0A324655, 0x9E5D5157, 0x2000, address, len(data), number, count, family
    )
    return (head + data).ljust(508, b"\0") + struct.pack("<I", 0x0AB16F30)
