"""Moving and finding bytes of a serial line, at a fiftieth of what a loop of bytecode takes.

Called by: the drivers on serial lines. The caller keeps to the lengths. Heap: none.
"""

import micropython


@micropython.viper
def copy_bytes(to: ptr8, at: int, source: ptr8, count: int):  # HOT  # noqa: F821
    """Copy source[:count] to to[at:]."""
    i = int(0)
    while i < count:
        to[at + i] = source[i]
        i += 1


@micropython.viper
def drop_bytes(buf: ptr8, count: int, length: int):  # HOT  # noqa: F821
    """Move buf[count:length] to the start of buf."""
    i = count
    while i < length:
        buf[i - count] = buf[i]
        i += 1


@micropython.viper
def find_pair(buf: ptr8, at: int, end: int, pair: int) -> int:  # HOT  # noqa: F821
    """Return where in buf[at:end] two bytes follow that are pair but for bit 7, or -1."""
    i = at
    while i + 1 < end:
        if (int(buf[i]) << 8 | (int(buf[i + 1]) & 0x7F)) == pair:
            return i
        i += 1
    return -1
