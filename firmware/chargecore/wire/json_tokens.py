"""scan: turns JSON text into a table of tokens, in one pass and in place.

Called by: JsonReader.parse only. Heap: none.
Source: RFC 8259, strictly: no NaN, no comments, no trailing commas, UTF-8 without mark.

Token p (1 is the root) is four uint16 at table[4 * p]:
  0  kind in the low 3 bits; above them the number of children, or 1: "has escapes", "no integer"
  1  index of its first byte (of a string: behind the quote)
  2  index behind its last byte (of a string: the closing quote)
  3  the p that follows it and all its children (while it is open: its parent)
table[0] is the number of tokens, table[1:4] the arguments of scan.
"""

import micropython
from micropython import const

from chargecore.base.codes import E_SYNTAX, E_TOO_DEEP, E_TOO_MANY
from chargecore.wire.json_text import special_end

# json_reader publishes them as T_*; viper is fast only with constants of its own file.
_OBJECT = const(1)
_ARRAY = const(2)
_STRING = const(3)
_NUMBER = const(4)
_TRUE = const(5)
_CHILD = const(8)  # one child, or the flag, in word 0

# Class of a byte: 1 space, 2 quote, 3 digit or minus, 4 {, 5 [, 6 }, 7 ], 8 comma, 9 colon,
# 10 t f n. Bit 7: cannot stand for itself inside a string.
CLASS = const(
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x81\x80\x80\x81\x80\x80"
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
    b"\x01\x00\x82\x00\x00\x00\x00\x00\x00\x00\x00\x00\x08\x03\x00\x00"
    b"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x09\x00\x00\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x80\x07\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x0a\x00\x00\x00\x00\x00\x00\x00\x0a\x00"
    b"\x00\x00\x00\x00\x0a\x00\x00\x00\x00\x00\x00\x04\x00\x06\x00\x00"
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
)
_SPACE = const(1)
_SPECIAL = const(0x80)

# What is expected next; the row of _STEP.
_VALUE = const(0)
_KEY = const(1)
_FIRST_ITEM = const(2)  # or ]
_FIRST_KEY = const(3)  # or }
_COLON = const(4)
_AFTER_ITEM = const(5)
_AFTER_MEMBER = const(6)
_DONE = const(7)

# What to do, by expectation and class; 0 is a syntax error. 1 and 2: expect _VALUE, _KEY.
_CLOSE = const(3)
_STRING_VALUE = const(4)
_STRING_KEY = const(5)
_NUMBER_VALUE = const(6)
_OPEN_OBJECT = const(7)
_OPEN_ARRAY = const(8)
_LITERAL = const(9)
_STEP = const(
    #  other  sp  quote num   {   [   }   ]   ,   :  tfn
    b"\x00\x00\x04\x06\x07\x08\x00\x00\x00\x00\x09\x00\x00\x00\x00\x00"  # _VALUE
    b"\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"  # _KEY
    b"\x00\x00\x04\x06\x07\x08\x00\x03\x00\x00\x09\x00\x00\x00\x00\x00"  # _FIRST_ITEM
    b"\x00\x00\x05\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"  # _FIRST_KEY
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"  # _COLON
    b"\x00\x00\x00\x00\x00\x00\x00\x03\x01\x00\x00\x00\x00\x00\x00\x00"  # _AFTER_ITEM
    b"\x00\x00\x00\x00\x00\x00\x03\x00\x02\x00\x00\x00\x00\x00\x00\x00"  # _AFTER_MEMBER
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"  # _DONE
)


@micropython.viper
def _digits_end(buf: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821
    """Return the index behind one or more digits, or -1 when there is none."""
    i = at
    while i < end and buf[i] >= 48 and buf[i] <= 57:
        i += 1
    if i == at:
        return -1
    return i


@micropython.viper
def _number_end(buf: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821
    """Return twice the index behind the number at buf[at], + 1 when it is no integer; or -1."""
    start = at
    if buf[start] == 45:  # -
        start += 1
    i = int(_digits_end(buf, start, end))
    if i < 0 or (buf[start] == 48 and i > start + 1):  # a leading zero stands alone
        return -1
    is_fraction = 0
    if i < end and buf[i] == 46:  # .
        is_fraction = 1
        i = int(_digits_end(buf, i + 1, end))
        if i < 0:
            return -1
    if i < end and int(buf[i]) | 0x20 == 101:  # e
        is_fraction = 1
        i += 1
        if i < end and (buf[i] == 43 or buf[i] == 45):  # + -
            i += 1
        i = int(_digits_end(buf, i, end))
        if i < 0:
            return -1
    return i << 1 | is_fraction


@micropython.viper
def _literal_kind(buf: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821
    """Return the kind of the literal at buf[at] (5 true, 6 false, 7 null), or -1."""
    if at + 4 > end:
        return -1
    if buf[at] == 102:  # f
        if at + 5 > end or buf[at + 4] != 101:
            return -1
        if buf[at + 1] == 97 and buf[at + 2] == 108 and buf[at + 3] == 115:
            return _TRUE + 1
        return -1
    if buf[at] == 116:  # t
        if buf[at + 1] == 114 and buf[at + 2] == 117 and buf[at + 3] == 101:
            return _TRUE
        return -1
    if buf[at + 1] == 117 and buf[at + 2] == 108 and buf[at + 3] == 108:
        return _TRUE + 2
    return -1


# One long function on purpose: a call from viper to viper costs as much as scanning 100 bytes, so
# only what is rare (escapes, non-ASCII text, negative numbers, fractions, literals) is called.
@micropython.viper
def scan(buf: ptr8, i: int, cls: ptr8, table: ptr16) -> int:  # HOT  # noqa: F821, C901, PLR0912, PLR0915  # long: see above
    """Fill table from buf. Return OK or E_SYNTAX, E_TOO_DEEP, E_TOO_MANY.

    Called with i = 0 and cls = CLASS: viper keeps the first three arguments in registers, and the
    loops below live on these. table[1:4] holds the length of the text, the most tokens and the
    deepest nesting; the table has 4 * (tokens + 1) places.
    """
    step = ptr8(_STEP)  # noqa: F821
    table[0] = 0
    length = int(table[1])
    last_at = int(table[2]) << 2
    levels_left = int(table[3])
    at = 0  # where the newest token lies in the table
    open_at = 0  # where the innermost open container lies; 0 is none
    want = _VALUE
    after = _DONE  # what a finished value is followed by
    while i < length:
        what = int(cls[buf[i]]) & 0xF
        if what == _SPACE:
            i += 1
            continue
        act = int(step[want << 4 | what])
        if act < _CLOSE:
            if act == 0:
                return int(E_SYNTAX)
            want = act - 1
            i += 1
            continue
        if act == _CLOSE:
            i += 1
            levels_left += 1
            table[open_at + 2] = i
            parent_at = int(table[open_at + 3]) << 2
            table[open_at + 3] = (at >> 2) + 1
            open_at = parent_at
            after = _DONE
            if open_at:
                after = _AFTER_ITEM
                if table[open_at] & 7 == _OBJECT:
                    after = _AFTER_MEMBER
            want = after
            continue
        if at == last_at:
            return int(E_TOO_MANY)
        at += 4
        if act == _STRING_KEY or after == _AFTER_ITEM:
            table[open_at] = int(table[open_at]) + _CHILD
        table[at + 3] = (at >> 2) + 1
        if act <= _STRING_KEY:
            kind = _STRING
            i += 1
            table[at + 1] = i
            while True:
                while i < length and cls[buf[i]] < _SPECIAL:
                    i += 1
                if i >= length:
                    return int(E_SYNTAX)
                if buf[i] == 34:
                    break
                if buf[i] == 92:
                    kind = _STRING + _CHILD
                i = int(special_end(buf, i, length))
                if i < 0:
                    return int(E_SYNTAX)
            table[at] = kind
            table[at + 2] = i
            i += 1
            want = _COLON
            if act == _STRING_VALUE:
                want = after
            continue
        table[at + 1] = i
        if act == _NUMBER_VALUE:
            start = i
            kind = _NUMBER
            while i < length and buf[i] >= 48 and buf[i] <= 57:
                i += 1
            # A plain whole number is done; any other one starts again, slowly.
            if (
                i == start
                or buf[start] == 48
                or (i < length and (buf[i] == 46 or buf[i] | 0x20 == 101))
            ):
                packed = int(_number_end(buf, start, length))
                if packed < 0:
                    return int(E_SYNTAX)
                i = packed >> 1
                kind = _NUMBER + (packed & 1) * _CHILD
            table[at] = kind
            table[at + 2] = i
            want = after
        elif act == _LITERAL:
            kind = int(_literal_kind(buf, i, length))
            if kind < 0:
                return int(E_SYNTAX)
            i += 4
            if kind == _TRUE + 1:
                i += 1
            table[at] = kind
            table[at + 2] = i
            want = after
        else:
            if levels_left == 0:
                return int(E_TOO_DEEP)
            levels_left -= 1
            table[at + 3] = open_at >> 2
            open_at = at
            i += 1
            table[at] = act - _OPEN_OBJECT + _OBJECT
            want = _FIRST_KEY
            after = _AFTER_MEMBER
            if act == _OPEN_ARRAY:
                want = _FIRST_ITEM
                after = _AFTER_ITEM
    if want != _DONE:
        return int(E_SYNTAX)
    table[0] = at >> 2
    return 0
