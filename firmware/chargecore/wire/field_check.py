"""check(): holds an object against a compiled field table in one walk over its members.

Called by: the protocol packages, as fields.check(). Heap: none.
The form of a table: see fields.table.
"""

import micropython
from micropython import const

from chargecore.base.codes import (
    E_LENGTH,
    E_MISSING,
    E_RANGE,
    E_SYNTAX,
    E_TOO_MANY,
    E_TYPE,
    E_UNKNOWN_FIELD,
)
from chargecore.wire.iso_time import TIME_MALFORMED, parse_time
from chargecore.wire.json_text import char_count, is_same

# The numbers of fields.py and json_reader.py: viper is fast only with constants of its own file.
_INT = const(1)
_TEXT = const(2)
_WORD = const(3)
_TIME = const(4)
_DECIMAL = const(5)
_BOOL = const(6)
_URI = const(7)
_OBJECT = const(8)
_OBJECT_ANY = const(9)
_ARRAY_OBJECT = const(11)
_ANY = const(12)
_INSTANT = const(13)
_ABSENT = const(-0x3FFFFFFF - 1)
_T_OBJECT = const(1)
_T_ARRAY = const(2)
_T_STRING = const(3)
_T_NUMBER = const(4)
_T_NULL = const(7)
_DIGITS_SAFE = const(10)  # fewer characters than this cannot leave the small-int range
_MOST_VALUES = const(128)  # VALUE_COUNT
_NO_STORE = const(0xFF)  # slot base of an item whose values are not kept
_HEADER_LEN = const(7)
_FRAME_LEN = const(8)


# One long function on purpose, as json_tokens.scan: a call costs more than to check a member.
@micropython.viper
def check(reader, idx: int, program) -> int:  # HOT  # long: see above  # noqa: C901, PLR0912, PLR0915
    """Return OK when object idx obeys the table, else the E_ code of the first violation.

    After OK reader.values[n] holds row n, or ABSENT; it stays until the next check().
    Errors: E_MISSING, E_TYPE, E_RANGE, E_LENGTH, E_TOO_MANY, E_UNKNOWN_FIELD, E_SYNTAX (a name
    twice).
    """
    reader.error = 0
    tokens = ptr16(reader.tokens)  # noqa: F821
    if idx < 0 or idx >= tokens[0]:
        return int(E_MISSING)
    values = ptr32(reader.values)  # noqa: F821
    frames = ptr32(reader.frames)  # noqa: F821
    text = reader.buf
    buf = ptr8(text)  # noqa: F821
    names = buf
    p = ptr8(program)  # noqa: F821
    at = (idx + 1) << 2  # the next token
    if tokens[at] == _T_NULL:
        return int(_null(reader, program))
    table_at = 0
    rows = 0
    first_pos = 0
    base = 0  # of the slots of this object
    free = int(p[1])  # first slot that no row has
    items_left = 0  # objects behind this one in its array
    frame = 0  # where the state of the object around this one lies
    is_new = 1  # an object begins at the token
    left = 0  # members
    seen = 0  # bit per row
    pos = 0  # row in the table that comes next, and
    row_no = 0  # its number: members mostly come in the table's order
    while True:
        if is_new:
            is_new = 0
            word = int(tokens[at])
            if word & 7 != _T_OBJECT:
                return int(E_TYPE)
            left = word >> 3
            at += 4
            rows = int(p[table_at])
            first_pos = table_at + _HEADER_LEN
            pos = first_pos
            row_no = 0
            seen = 0
            if base != _NO_STORE:
                i = base
                end = base + int(p[table_at + 1])
                while i < end:
                    values[i] = uint(_ABSENT)  # noqa: F821
                    i += 1
        if left == 0:
            i = int(p[table_at + 3]) | int(p[table_at + 4]) << 8
            i |= int(p[table_at + 5]) << 16 | int(p[table_at + 6]) << 24
            if seen & i != i:
                return int(E_MISSING)
            if items_left:
                items_left -= 1
                if base != _NO_STORE:
                    base += int(p[table_at + 1])
                is_new = 1
                continue
            if frame == 0:
                return 0
            frame -= _FRAME_LEN
            at = int(frames[frame])
            left = int(frames[frame + 1])
            seen = int(frames[frame + 2])
            pos = int(frames[frame + 3])
            row_no = int(frames[frame + 4])
            table_at = int(frames[frame + 5])
            base = int(frames[frame + 6])
            items_left = int(frames[frame + 7])
            rows = int(p[table_at])
            first_pos = table_at + _HEADER_LEN
            continue
        left -= 1
        start = int(tokens[at + 1])
        name_len = int(tokens[at + 2]) - start
        if tokens[at] == _T_STRING:
            names = buf
        else:
            name_len = int(reader.plain_len((at >> 2) - 1))
            names = ptr8(reader.scratch_buf)  # noqa: F821
            start = 0
        tries = rows
        row = 0
        while True:
            if tries == 0:
                return int(E_UNKNOWN_FIELD)
            tries -= 1
            if row_no == rows:
                row_no = 0
                pos = first_pos
            row = pos
            pos += int(p[pos]) | int(p[pos + 1]) << 8
            row_no += 1
            if p[row + 3] == name_len:
                i = 0
                while i < name_len and p[row + 4 + i] == names[start + i]:
                    i += 1
                if i == name_len:
                    break
        value_at = at + 4
        at = int(tokens[at + 7]) << 2
        word = int(tokens[value_at])
        if seen >> row_no & 1:
            return int(E_SYNTAX)
        if word == _T_NULL:
            continue
        seen |= 1 << row_no
        slot = base + int(p[row + 2])
        limits = row + 5 + name_len
        what = int(p[limits - 1])
        start = int(tokens[value_at + 1])
        end = int(tokens[value_at + 2])
        item = (value_at >> 2) - 1
        value = item
        if what == _TEXT:
            if word & 7 != _T_STRING:
                return int(E_TYPE)
            most = int(p[limits]) | int(p[limits + 1]) << 8
            if end - start > most and int(char_count(text, start, end)) > most:
                return int(E_LENGTH)
        elif what == _OBJECT or what == _ARRAY_OBJECT:
            frames[frame] = at
            frames[frame + 1] = left
            frames[frame + 2] = seen
            frames[frame + 3] = pos
            frames[frame + 4] = row_no
            frames[frame + 5] = table_at
            frames[frame + 6] = base
            frames[frame + 7] = items_left
            table_at = limits
            if base != _NO_STORE:
                values[slot] = value
            is_new = 1
            at = value_at
            if what == _OBJECT:
                items_left = 0
                if base != _NO_STORE:
                    base = slot + 1
            else:
                if word & 7 != _T_ARRAY:
                    return int(E_TYPE)
                count = word >> 3
                if count > int(p[limits]) | int(p[limits + 1]) << 8:
                    return int(E_TOO_MANY)
                at += 4
                table_at += 2
                i = free + count * int(p[table_at + 1])
                if base >= int(p[1]) or i > _MOST_VALUES:
                    base = _NO_STORE
                else:
                    values[slot + 1] = free
                    base = free
                    free = i
                items_left = count - 1
                if count == 0:  # nothing to look into: go on behind it
                    is_new = 0
                    at = int(frames[frame])
                    table_at = int(frames[frame + 5])
                    base = int(frames[frame + 6])
                    items_left = int(frames[frame + 7])
                    continue
            frame += _FRAME_LEN
            continue
        elif what == _WORD and word == _T_STRING:
            value = 0
            count = int(p[limits])
            limits += 1
            while value < count:
                i = int(p[limits])
                limits += 1
                if i == end - start:
                    while i > 0 and p[limits + i - 1] == buf[start + i - 1]:
                        i -= 1
                    if i == 0:
                        break
                limits += int(p[limits - 1])
                value += 1
            if value == count:
                return int(E_RANGE)
        else:
            done = 0
            if (what == _INT and word == _T_NUMBER) or (
                what == _DECIMAL and word & 7 == _T_NUMBER
            ):
                # Short ones without sign and exponent here, all others in _value.
                i = limits
                decimals = 0
                if what == _DECIMAL:
                    decimals = int(p[i])
                    i += 1
                if end - start + decimals < _DIGITS_SAFE:
                    value = 0
                    while start < end and buf[start] >= 48 and buf[start] <= 57:
                        value = value * 10 + int(buf[start]) - 48
                        start += 1
                    if start < end and buf[start] == 46:
                        start += 1
                        while start < end and buf[start] >= 48 and buf[start] <= 57:
                            if decimals > 0:
                                value = value * 10 + int(buf[start]) - 48
                                decimals -= 1
                            start += 1
                    while decimals > 0:
                        value *= 10
                        decimals -= 1
                    if start == end:
                        done = 1
                        top = int(p[i + 3])  # as _signed, without the call
                        top = (top - ((top & 0x80) << 1)) << 24 | int(p[i + 2]) << 16
                        if value < top | int(p[i + 1]) << 8 | int(p[i]):
                            return int(E_RANGE)
                        top = int(p[i + 7])
                        top = (top - ((top & 0x80) << 1)) << 24 | int(p[i + 6]) << 16
                        if value > top | int(p[i + 5]) << 8 | int(p[i + 4]):
                            return int(E_RANGE)
            elif what == _TIME and word == _T_STRING:
                value = int(parse_time(text, start, end, reader.job))
                if value >= 0:
                    done = 1
            if done == 0:
                value = int(_value(reader, item, program, limits))
                if int(reader.error) != 0:
                    return int(reader.error)
        if base != _NO_STORE:
            values[slot] = uint(value)  # noqa: F821


def _null(reader, program):  # HOT
    """Do check() for null, which stands for an object without members (J9)."""
    values = reader.values
    for i in range(program[1]):
        values[i] = _ABSENT
    for i in range(3, _HEADER_LEN):
        if program[i]:
            return E_MISSING
    return 0


@micropython.viper
def _signed(program: ptr8, at: int) -> int:  # HOT  # noqa: F821
    """Return the signed 32-bit number at program[at]."""
    top = int(program[at + 3])
    top -= (top & 0x80) << 1
    return top << 24 | int(program[at + 2]) << 16 | int(program[at + 1]) << 8 | int(program[at])


@micropython.viper
def _value(reader, idx: int, program, limits: int) -> int:  # HOT  # noqa: F821, C901
    """Return the value of a rarer type or form; reader.error tells whether it is one."""
    p = ptr8(program)  # noqa: F821
    what = int(p[limits - 1])
    if what >= _OBJECT_ANY:
        reader.fail(_any(reader, idx, program, limits))
        return idx
    if what == _TIME:
        value = int(reader.raw_time(idx))
        if value >= 0:
            return value
        return int(reader.clamp_time(value))
    if what == _DECIMAL:
        value = int(reader.scaled_value(idx, p[limits]))
        if value < int(_signed(program, limits + 1)) or value > int(_signed(program, limits + 5)):
            reader.fail(E_RANGE)
        return value
    if what == _INT:
        return int(reader.int_value(idx, _signed(program, limits), _signed(program, limits + 4)))
    if what == _BOOL:
        return int(reader.bool_value(idx))
    if int(reader.kind(idx)) != _T_STRING:
        return int(reader.fail(E_TYPE))
    if what == _WORD:
        return int(_escaped_word(reader, idx, program, limits))
    if not int(reader.is_uri(idx)):
        return int(reader.fail(E_RANGE))
    if int(reader.char_count(idx)) > int(p[limits]) | int(p[limits + 1]) << 8:
        return int(reader.fail(E_LENGTH))
    return idx


def _escaped_word(reader, idx, program, at):  # HOT
    """Return the place of a string with escapes among the words at program[at]."""
    length = reader.plain_len(idx)
    count = program[at]
    at += 1
    for place in range(count):
        if program[at] == length and is_same(program, at + 1, reader.scratch_buf, length):
            return place
        at += 1 + program[at]
    return reader.fail(E_RANGE)


def _any(reader, idx, program, limits):  # HOT
    """Return OK, or what is wrong with an array of strings, or with what is not looked into."""
    what = program[limits - 1]
    kind = reader.kind(idx)
    if what == _OBJECT_ANY:
        return 0 if kind == _T_OBJECT else E_TYPE
    if what == _ANY:
        return 0
    if what == _INSTANT:
        return E_RANGE if reader.raw_time(idx) == TIME_MALFORMED else 0
    if kind != _T_ARRAY:
        return E_TYPE
    most = program[limits] | program[limits + 1] << 8
    item = reader.first(idx)
    for _ in range(reader.count(idx)):
        if reader.kind(item) != _T_STRING:
            return E_TYPE  # also null: an item cannot be absent
        if reader.char_count(item) > most:
            return E_LENGTH
        item = reader.next(item)
    return 0
