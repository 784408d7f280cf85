"""CRC-16/CCITT-FALSE over a byte range, for records and frames. Heap: none."""

import micropython


@micropython.viper
def crc16(buf: ptr8, start: int, end: int) -> int:  # HOT  # noqa: F821
    """Return the CRC of buf[start:end]: polynomial 0x1021, start value 0xFFFF, no reflection."""
    crc = 0xFFFF
    i = start
    while i < end:
        crc ^= int(buf[i]) << 8
        bit = 0
        while bit < 8:
            if crc & 0x8000:
                crc = ((crc << 1) ^ 0x1021) & 0xFFFF
            else:
                crc = (crc << 1) & 0xFFFF
            bit += 1
        i += 1
    return crc
