"""Field tables: what an object must look like, checked and read in one walk over its members.

Called by: the protocol packages, before a handler sees a payload. Heap: none, but table() at boot.
A table is made by table() of rows (name, F_ type, REQUIRED or OPTIONAL, limits...). check() leaves
what it read in reader.values, in the order of the rows; the rows of an F_OBJECT follow its own.

  F_INT, lo, hi                      whole number, 32 bit            -> its value
  F_TEXT, max_chars                  string                          -> its token
  F_WORD, (b"A", b"B")               one of the words                -> its place among them
  F_TIME                             ISO 8601, cut to 2024..2057     -> seconds since 2024
  F_DECIMAL, decimals, lo, hi        number; limits as the value     -> times 10^decimals
  F_BOOL                             true or false                   -> 1 or 0
  F_URI, max_chars                   string that begins with scheme: -> its token
  F_OBJECT, table                    object                          -> its token
  F_OBJECT_ANY                       object, not looked into         -> its token
  F_ARRAY_TEXT, max_chars            array of strings                -> its token
  F_ARRAY_OBJECT, table, max_items   array of objects                -> its token
  F_ANY                              anything                        -> its token

A member that is null counts as absent. Source: OCPP 1.6 JSON schemas (no additional properties).
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
    OK,
)
from chargecore.base.errors import ConfigError
from chargecore.wire.iso_time import parse_time
from chargecore.wire.json_reader import VALUE_COUNT
from chargecore.wire.json_text import char_count, is_same

REQUIRED = const(1)
OPTIONAL = const(0)

F_INT = const(1)
F_TEXT = const(2)
F_WORD = const(3)
F_TIME = const(4)
F_DECIMAL = const(5)
F_BOOL = const(6)
F_URI = const(7)
F_OBJECT = const(8)
F_OBJECT_ANY = const(9)
F_ARRAY_TEXT = const(10)
F_ARRAY_OBJECT = const(11)
F_ANY = const(12)

ABSENT = const(-0x40000000)  # stands in reader.values for a member that is not there

# The same numbers where viper reads them.
_INT = const(1)
_TEXT = const(2)
_WORD = const(3)
_TIME = const(4)
_DECIMAL = const(5)
_BOOL = const(6)
_URI = const(7)
_OBJECT = const(8)
_OBJECT_ANY = const(9)
_ARRAY_TEXT = const(10)
_ARRAY_OBJECT = const(11)
_ANY = const(12)
_ABSENT = const(-0x40000000)

_T_OBJECT = const(1)
_T_ARRAY = const(2)
_T_STRING = const(3)
_T_NUMBER = const(4)
_T_NULL = const(7)

_REQUIRED_BIT = const(0x80)  # in the type byte
_TYPE_BITS = const(0x7F)
_DIGITS_SAFE = const(10)  # fewer characters than this cannot leave the small-int range
_MOST_ROWS = const(28)  # bits of a small int
_NO_STORE = const(0xFF)  # slot base inside array items: they have no place in reader.values


def table(rows):
    """Return rows in the form check() reads: bytes, a fifth of the heap and ten times as fast.

    Errors: ConfigError for more than 28 rows or more values than reader.values holds.
    """
    #  rows  slots  then per row:  size  slot  name_len  name  type | required  limits
    #  1     1                     2     1     1         n     1                see _limits
    body = bytearray()
    slot = 0
    for row in rows:
        what = row[1]
        limits = _limits(what, row)
        part = bytes((slot, len(row[0]))) + row[0]
        part += bytes((what | _REQUIRED_BIT * row[2],)) + limits
        body += _le(len(part) + 2, 2) + part
        slot += 1
        if what == F_OBJECT:
            slot += limits[1]
    if len(rows) > _MOST_ROWS or slot > VALUE_COUNT:
        raise ConfigError("table")
    return bytes((len(rows), slot)) + bytes(body)


def _limits(what, row):
    """Return the limits of a row as bytes."""
    if what == F_INT:
        return _le(row[3], 4) + _le(row[4], 4)
    if what in (F_TEXT, F_URI, F_ARRAY_TEXT):
        return _le(row[3], 2)
    if what == F_WORD:
        return bytes((len(row[3]),)) + b"".join(bytes((len(w),)) + w for w in row[3])
    if what == F_DECIMAL:
        return bytes((row[3],)) + _le(row[4], 4) + _le(row[5], 4)
    if what == F_OBJECT:
        return _bytes_of(row[3])
    if what == F_ARRAY_OBJECT:
        return _le(row[4], 2) + _bytes_of(row[3])
    return b""


def _bytes_of(rows):
    return rows if isinstance(rows, bytes) else table(rows)


def _le(value, size):
    """Return value in `size` bytes, little endian, two's complement."""
    return bytes((value >> 8 * i) & 0xFF for i in range(size))


def check(reader, idx, table_bytes):  # HOT
    """Return OK when object idx obeys the table, else the E_ code of the first violation.

    After OK reader.values[n] holds row n, or ABSENT; it stays until the next check().
    A table that is still rows is compiled for each call, which allocates: good for a test.
    Errors: E_MISSING, E_TYPE, E_RANGE, E_LENGTH, E_TOO_MANY, E_UNKNOWN_FIELD, E_SYNTAX (a name
    twice).
    """
    if isinstance(table_bytes, tuple):
        table_bytes = table(table_bytes)
    reader.error = OK
    return _walk(reader, idx, table_bytes, 0)


@micropython.viper
def _signed(program: ptr8, at: int) -> int:  # HOT  # noqa: F821
    """Return the signed 32-bit number at program[at]."""
    top = int(program[at + 3])
    top -= (top & 0x80) << 1
    return top << 24 | int(program[at + 2]) << 16 | int(program[at + 1]) << 8 | int(program[at])


@micropython.viper
def _walk(reader, idx: int, program, place: int) -> int:  # HOT  # noqa: C901, PLR0912, PLR0915  # long: calls cost more than what it does
    """Check object idx with the table at program[place & 0xFFFF]; slots begin at place >> 16."""
    tokens = ptr16(reader.tokens)  # noqa: F821
    if idx < 0 or idx >= tokens[0]:
        return int(E_MISSING)
    at = (idx + 1) << 2
    word = int(tokens[at])
    left = word >> 3
    if word & 7 != _T_OBJECT and word != _T_NULL:
        return int(E_TYPE)
    values = ptr32(reader.values)  # noqa: F821
    buf = ptr8(reader.buf)  # noqa: F821
    names = buf
    p = ptr8(program)  # noqa: F821
    base = place >> 16
    first_pos = (place & 0xFFFF) + 2
    pos = first_pos
    rows = int(p[pos - 2])
    if base != _NO_STORE:
        i = base
        while i < base + int(p[pos - 1]):
            values[i] = uint(_ABSENT)  # noqa: F821
            i += 1
    row_no = 0  # the row behind the one matched last: members mostly come in the table's order
    seen = 0
    at += 4
    while left > 0:
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
        value = at >> 2
        at = int(tokens[at + 7]) << 2
        value_at = (value + 1) << 2
        word = int(tokens[value_at])
        if seen >> row_no & 1:
            return int(E_SYNTAX)
        if word == _T_NULL:
            continue
        seen |= 1 << row_no
        slot = base + int(p[row + 2])
        limits = row + 5 + name_len
        what = int(p[limits - 1]) & _TYPE_BITS
        start = int(tokens[value_at + 1])
        end = int(tokens[value_at + 2])
        if what == _INT and end - start < _DIGITS_SAFE and word == _T_NUMBER and buf[start] != 45:
            value = 0
            while start < end:
                value = value * 10 + int(buf[start]) - 48
                start += 1
            top = int(p[limits + 3])  # as _signed, without the call
            i = (top - ((top & 0x80) << 1)) << 24 | int(p[limits + 2]) << 16
            if value < i | int(p[limits + 1]) << 8 | int(p[limits]):
                return int(E_RANGE)
            top = int(p[limits + 7])
            i = (top - ((top & 0x80) << 1)) << 24 | int(p[limits + 6]) << 16
            if value > i | int(p[limits + 5]) << 8 | int(p[limits + 4]):
                return int(E_RANGE)
        elif what == _TEXT:
            if word & 7 != _T_STRING:
                return int(E_TYPE)
            most = int(p[limits]) | int(p[limits + 1]) << 8
            if end - start > most and int(char_count(reader.buf, start, end)) > most:
                return int(E_LENGTH)
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
        elif what >= _OBJECT:
            if what == _OBJECT:
                i = slot + 1
                if base == _NO_STORE:
                    i = base
                i = int(_walk(reader, value, program, limits | i << 16))
            else:
                i = int(_nested(reader, value, program, limits))
            if i != 0:
                return i
        else:
            i = -1
            if what == _TIME and word == _T_STRING:
                i = int(parse_time(reader.buf, start, end, reader.job))
            if i < 0:
                i = int(_scalar(reader, value, program, limits))
                if int(reader.error) != 0:
                    return int(reader.error)
            value = i
        if base != _NO_STORE:
            values[slot] = uint(value)  # noqa: F821
    pos = first_pos
    row_no = 1
    while row_no <= rows:
        if seen >> row_no & 1 == 0 and p[pos + 4 + int(p[pos + 3])] >= _REQUIRED_BIT:
            return int(E_MISSING)
        pos += int(p[pos]) | int(p[pos + 1]) << 8
        row_no += 1
    return 0


@micropython.viper
def _scalar(reader, idx: int, program, limits: int) -> int:  # HOT  # noqa: F821, C901
    """Return the value of a rarer type; reader.error tells whether it is one."""
    p = ptr8(program)  # noqa: F821
    what = int(p[limits - 1]) & _TYPE_BITS
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


@micropython.viper
def _nested(reader, idx: int, program, limits: int) -> int:  # HOT
    """Return OK or what is wrong with an array, or with an object that is not looked into."""
    p = ptr8(program)  # noqa: F821
    tokens = ptr16(reader.tokens)  # noqa: F821
    what = int(p[limits - 1]) & _TYPE_BITS
    if what == _ANY:
        return 0
    kind = int(tokens[(idx + 1) << 2]) & 7
    if what == _OBJECT_ANY:
        if kind != _T_OBJECT:
            return int(E_TYPE)
        return 0
    if kind != _T_ARRAY:
        return int(E_TYPE)
    return int(_items(reader, idx, program, limits))


@micropython.viper
def _items(reader, idx: int, program, limits: int) -> int:  # HOT
    """Return OK or what is wrong with the items of an array."""
    p = ptr8(program)  # noqa: F821
    tokens = ptr16(reader.tokens)  # noqa: F821
    most = int(p[limits]) | int(p[limits + 1]) << 8
    want = _T_OBJECT
    if p[limits - 1] & _TYPE_BITS == _ARRAY_TEXT:
        want = _T_STRING
    at = (idx + 1) << 2
    left = int(tokens[at]) >> 3
    if left > most and want == _T_OBJECT:
        return int(E_TOO_MANY)
    at += 4
    while left > 0:
        left -= 1
        if int(tokens[at]) & 7 != want:
            return int(E_TYPE)  # also null: an item cannot be absent
        item = (at >> 2) - 1
        if want == _T_OBJECT:
            code = int(_walk(reader, item, program, limits + 2 | _NO_STORE << 16))
            if code != 0:
                return code
        elif int(reader.char_count(item)) > most:
            return int(E_LENGTH)
        at = int(tokens[at + 3]) << 2
    return 0
