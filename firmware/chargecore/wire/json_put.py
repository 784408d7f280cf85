"""The lowest layer of JsonWriter: bytes, escapes and numbers into a window of the message.

Called by: json_writer only. Heap: none.
Source: RFC 8259 section 7 (strings), RFC 3629 (UTF-8).
"""

import micropython
from micropython import const

from chargecore.wire.json_text import utf8_end

# Places in the state array.
_LENGTH = const(0)  # bytes of the message so far
_WINDOW = const(1)  # first byte of the message that is stored
_SIZE = const(2)  # of the buffer
_COMMA = const(3)  # 1: the next key or value needs a comma before it
_START = const(4)  # first and
_END = const(5)  # end of the text for _spill

_QUOTED = const(1)  # modes of _spill, added up
_IS_KEY = const(2)
_ESCAPE = const(4)

_SCRATCH_SIZE = const(24)  # a time with milliseconds
_HEX = const(b"0123456789abcdef")
_SHORT_ESCAPES = const(b"btn\x00fr")  # of 8..13


@micropython.viper
def put(buf: ptr8, state: ptr32, byte: int):  # HOT  # noqa: F821
    """Append one byte of the message."""
    at = int(state[_LENGTH]) - int(state[_WINDOW])
    if at >= 0 and at < int(state[_SIZE]):
        buf[at] = byte
    state[_LENGTH] = int(state[_LENGTH]) + 1


@micropython.viper
def put_special(buf: ptr8, state: ptr32, src: ptr8, at: int) -> int:  # HOT  # noqa: F821
    """Append what stands for itself in no JSON text; return the index behind it in src."""
    byte = int(src[at])
    if byte >= 0x80:
        end = int(utf8_end(src, at, int(state[_END])))
        if end > 0:
            while at < end:
                put(buf, state, src[at])
                at += 1
            return at
        put(buf, state, 0xEF)  # not UTF-8: U+FFFD instead, or the server drops the connection
        put(buf, state, 0xBF)
        put(buf, state, 0xBD)
        return at + 1
    put(buf, state, 92)
    if byte >= 32:  # " or \
        put(buf, state, byte)
        return at + 1
    short = ptr8(_SHORT_ESCAPES)  # noqa: F821
    if byte >= 8 and byte <= 13 and byte != 11:
        put(buf, state, short[byte - 8])
        return at + 1
    digits = ptr8(_HEX)  # noqa: F821
    put(buf, state, 117)
    put(buf, state, 48)
    put(buf, state, 48)
    put(buf, state, digits[byte >> 4])
    put(buf, state, digits[byte & 15])
    return at + 1


@micropython.viper
def spill(buf: ptr8, state: ptr32, src: ptr8, mode: int):  # HOT  # noqa: F821
    """Append src[state[_START]:state[_END]] wherever the window lies; slower than the methods."""
    if state[_COMMA]:
        put(buf, state, 44)
    if mode & _QUOTED:
        put(buf, state, 34)
    window = int(state[_WINDOW])
    window_end = window + int(state[_SIZE])
    length = int(state[_LENGTH])
    i = int(state[_START])
    end = int(state[_END])
    while i < end:
        byte = int(src[i])
        if mode & _ESCAPE and (byte < 32 or byte == 34 or byte == 92 or byte >= 0x80):
            state[_LENGTH] = length
            i = int(put_special(buf, state, src, i))
            length = int(state[_LENGTH])
        else:
            if length >= window and length < window_end:
                buf[length - window] = byte
            length += 1
            i += 1
    state[_LENGTH] = length
    if mode & _QUOTED:
        put(buf, state, 34)
    state[_COMMA] = 1
    if mode & _IS_KEY:
        put(buf, state, 58)
        state[_COMMA] = 0


@micropython.viper
def put_number(scratch: ptr8, value: int, decimals: int) -> int:  # HOT  # noqa: F821
    """Write value / 10^decimals to the end of the scratch buffer. Return where it begins."""
    i = _SCRATCH_SIZE
    rest = value
    if rest > 0:
        rest = -rest  # the negative side has one number more
    point = _SCRATCH_SIZE - decimals
    while True:
        if i == point and decimals > 0:
            i -= 1
            scratch[i] = 46
            point = -1
        i -= 1
        scratch[i] = 48 - rest % -10  # floored: -123 % -10 is -3, -123 // -10 is 12
        rest = -(rest // -10)
        if rest == 0 and (point < 0 or decimals == 0):
            break
    if value < 0:
        i -= 1
        scratch[i] = 45
    return i
