"""Viper's pointer types on CPython: views of a buffer as 8, 16 or 32 bit unsigned items."""


def ptr8(buf):
    """Return buf as unsigned bytes."""
    if isinstance(buf, (bytes, bytearray)):
        return buf
    return memoryview(buf).cast("B")


def ptr16(buf):
    """Return buf as unsigned 16-bit items."""
    return memoryview(buf).cast("B").cast("H")


def ptr32(buf):
    """Return buf as unsigned 32-bit items."""
    return memoryview(buf).cast("B").cast("I")


def uint(value):
    """Return value as the unsigned 32-bit word it is on a board."""
    return int(value) & 0xFFFFFFFF
