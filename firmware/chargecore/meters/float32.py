"""IEEE 754 single precision to scaled whole numbers, without a float. Heap: none."""

import micropython
from micropython import const

NO_NUMBER = -0x3FFFFFFF - 1  # the lowest small int of a board: not a number, or out of range
_NO_NUMBER = const(-0x3FFFFFFF - 1)
_LARGEST = const(0x3FFFFFFF)
_FRACTION_BITS = const(20)  # as many as leave room for a factor of 1000 in 31 bits


@micropython.viper
def scaled(buf: ptr8, at: int, scale: int) -> int:  # HOT  # noqa: F821
    """Return the big-endian float32 at buf[at:at+4] times scale, rounded to the nearest.

    Range: scale 1..1000. NO_NUMBER for NaN, infinity, and results beyond +-(2^30 - 1).
    """
    # 0         1         2         3
    # SEEEEEEE  EMMMMMMM  MMMMMMMM  MMMMMMMM   value = 1.M * 2^(E - 127) = 1M * 2^(E - 150)
    exponent = ((int(buf[at]) & 0x7F) << 1) | (int(buf[at + 1]) >> 7)
    mantissa = ((int(buf[at + 1]) & 0x7F) << 16) | (int(buf[at + 2]) << 8) | int(buf[at + 3])
    if exponent == 0:
        return 0  # zero, or smaller than 2^-126
    mantissa |= 0x800000
    shift = 150 - exponent  # places behind the binary point
    if shift < -6:
        return _NO_NUMBER
    whole = int(0)
    part = int(0)
    if shift <= 0:
        whole = mantissa << (0 - shift)
    elif shift <= 43:
        if shift < 24:
            whole = mantissa >> shift
            part = mantissa & ((1 << shift) - 1)
        else:
            part = mantissa
        if shift > _FRACTION_BITS:
            part >>= shift - _FRACTION_BITS
            shift = _FRACTION_BITS
        part = (part * scale + (1 << (shift - 1))) >> shift
    if whole > (_LARGEST - part) // scale:
        return _NO_NUMBER
    whole = whole * scale + part
    if int(buf[at]) & 0x80:
        whole = 0 - whole
    return whole
