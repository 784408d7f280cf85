"""ISO 8601 instants to and from seconds since 2024-01-01T00:00:00Z, in place, integers only.

Called by: JsonReader.time_value, fields.check, JsonWriter.time. Heap: none.
Source: RFC 3339 section 5.6. Sent are Z and at most milliseconds; offsets and any fraction are
read. A text without zone is taken as UTC: some servers leave it out.
"""

import micropython
from micropython import const

TIME_MALFORMED = const(-1)
TIME_BEFORE = const(-2)  # a valid instant before 2024
TIME_BEHIND = const(-3)  # a valid instant from 2058 on: it would leave the small-int range
WALL_LAST_S = const(1_073_001_599)  # 2057-12-31T23:59:59Z

_MALFORMED = const(-1)
_BEFORE = const(-2)
_BEHIND = const(-3)
_LAST_S = const(1_073_001_599)
_NO_DAY = const(-10_000_000)  # also: no offset
_SHAPE = const(b"0000-00-00T00:00:00")
_DAYS_TO_2024 = const(738_885)  # from 0001-01-01
_MARKS = const(b"--T::Z")  # behind year, month, ...
# Whole days that stay a small int as seconds, and above what a charging profile can hold.
_FIRST_DAY = const(-6205)  # in 2007
_MONTH_STARTS = const(b"\x00\x1f\x3b\x5a\x78\x97\xb5\xd4\xf3\x11\x30\x4e\x6d")  # low bytes


@micropython.viper
def _split(buf: ptr8, start: int, out: ptr32) -> int:  # HOT  # noqa: F821
    """Read _SHAPE at buf[start] into out[1..6], year to second; -1 if it is malformed."""
    shape = ptr8(_SHAPE)  # noqa: F821
    value = 0
    field = 1
    i = 0
    while i < 19:
        byte = int(buf[start + i])
        want = int(shape[i])
        if want == 48:
            if byte < 48 or byte > 57:
                return -1
            value = value * 10 + byte - 48
        else:
            if byte != want and (want != 84 or byte | 0x20 != 116):  # t for T; a space stays wrong
                return -1
            out[field] = value
            field += 1
            value = 0
        i += 1
    out[6] = value
    return 0


@micropython.viper
def _instant_day(out: ptr32) -> int:  # HOT  # noqa: F821
    """Return days since 2024-01-01 (negative before) of out[1..6], or _NO_DAY if there is none.

    Second 60 is accepted: RFC 3339 knows leap seconds.
    """
    year = int(out[1])
    month = int(out[2])
    day = int(out[3])
    if year < 1 or month < 1 or month > 12 or day < 1:
        return _NO_DAY
    if out[4] > 23 or out[5] > 59 or out[6] > 60:
        return _NO_DAY
    starts = ptr8(_MONTH_STARTS)  # noqa: F821
    first = int(starts[month - 1])
    month_days = (int(starts[month]) - first) & 0xFF  # low bytes: their differences are right
    leap = 0
    if year & 3 == 0 and (year % 100 != 0 or year % 400 == 0):
        leap = 1
    if month == 2:
        month_days += leap
    if day > month_days:
        return _NO_DAY
    if month > 9:
        first += 256
    if month > 2:
        first += leap
    years = year - 1
    return years * 365 + years // 4 - years // 100 + years // 400 + first + day - 1 - _DAYS_TO_2024


@micropython.viper
def _offset_s(buf: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821, C901
    """Return the seconds that Z, +01:00, +0100 or +01 adds to UTC, or _NO_DAY if malformed."""
    if at == end:
        return 0
    sign = int(buf[at])
    if sign | 0x20 == 122 and at + 1 == end:  # Z
        return 0
    if (sign != 43 and sign != 45) or at + 3 > end:  # + -
        return _NO_DAY
    value = 0
    digits = 0
    i = at + 1
    while i < end:
        byte = int(buf[i])
        if byte >= 48 and byte <= 57 and digits < 4:
            value = value * 10 + byte - 48
            digits += 1
        elif byte != 58 or digits != 2 or i != at + 3:  # :
            return _NO_DAY
        i += 1
    if digits == 2 and end == at + 3:
        value *= 100
    elif digits != 4:
        return _NO_DAY
    if value > 2359 or value % 100 > 59:
        return _NO_DAY
    value = value // 100 * 3600 + value % 100 * 60
    if sign == 45:
        return -value
    return value


@micropython.viper
def _fraction_end(buf: ptr8, at: int, end: int, out: ptr32) -> int:  # HOT  # noqa: F821
    """Read the fraction at buf[at] into out[0] as ms, cut, and return its end, or -1."""
    scale = 100
    part_ms = 0
    i = at + 1
    while i < end and buf[i] >= 48 and buf[i] <= 57:
        part_ms += (int(buf[i]) - 48) * scale
        scale //= 10
        i += 1
    if i == at + 1:
        return -1
    out[0] = part_ms
    return i


@micropython.viper
def parse_time(buf: ptr8, start: int, end: int, out: ptr32) -> int:  # HOT  # noqa: F821
    """Return seconds since 2024 of buf[start:end], or a TIME_* code; out[0] becomes the ms.

    out holds 7 words; the other 6 are scratch, and before_2024_s() reads them.
    """
    out[0] = 0
    if start + 19 > end or int(_split(buf, start, out)) < 0:
        return _MALFORMED
    days = int(_instant_day(out))
    offset_s = 0
    i = start + 19
    if i + 1 != end or buf[i] != 90:  # anything but Z alone
        if i < end and (buf[i] == 46 or buf[i] == 44):  # . ,
            i = int(_fraction_end(buf, i, end, out))
            if i < 0:
                return _MALFORMED
        offset_s = int(_offset_s(buf, i, end))
    if days == _NO_DAY or offset_s == _NO_DAY:
        return _MALFORMED
    out[1] = uint(days)  # noqa: F821
    out[2] = uint(offset_s)  # noqa: F821
    if days < -1:  # before the sum can leave 32 bits
        return _BEFORE
    if days > 12419:
        return _BEHIND
    wall_s = days * 86400 + int(out[4]) * 3600 + int(out[5]) * 60 + int(out[6]) - offset_s
    if wall_s < 0:
        return _BEFORE
    if wall_s > _LAST_S:
        return _BEHIND
    return wall_s


def before_2024_s(out):  # HOT
    """Return the seconds, negative, of the instant that parse_time() has just called TIME_BEFORE.

    One before 2007 comes out later by whole weeks: same weekday, same time of day.
    """
    day = out[1]
    if day < _FIRST_DAY:
        day += (_FIRST_DAY + 6 - day) // 7 * 7
    return day * 86_400 + out[4] * 3600 + out[5] * 60 + out[6] - out[2]


@micropython.viper
def put_time(dst: ptr8, wall_s: int, part_ms: int) -> int:  # HOT  # long: below  # noqa: F821, C901
    """Write the instant to dst and return its length: 20, or 24 with milliseconds (part_ms >= 0).

    Range: wall_s 0..WALL_LAST_S. dst holds 24 bytes.
    """
    starts = ptr8(_MONTH_STARTS)  # noqa: F821
    day = wall_s // 86400
    rest = wall_s % 86400
    year = 24 + 4 * (day // 1461)  # groups of four years, the first of which is a leap year
    day = day % 1461
    leap = 1
    if day >= 366:
        leap = 0
        year += 1 + (day - 366) // 365
        day = (day - 366) % 365
    month = 12
    first = 0
    while True:
        first = int(starts[month - 1])
        if month > 9:
            first += 256
        if month > 2:
            first += leap
        if first <= day:
            break
        month -= 1
    dst[0] = 50
    dst[1] = 48
    # A loop over pairs of digits: a call for each pair would cost more than all the rest.
    mark = ptr8(_MARKS)  # noqa: F821
    pair = 0
    at = 2
    while pair < 6:
        value = year
        if pair == 1:
            value = month
        elif pair == 2:
            value = day - first + 1
        elif pair == 3:
            value = rest // 3600
        elif pair == 4:
            value = rest // 60 % 60
        elif pair == 5:
            value = rest % 60
        dst[at] = 48 + value // 10
        dst[at + 1] = 48 + value % 10
        dst[at + 2] = mark[pair]
        at += 3
        pair += 1
    if part_ms < 0:
        return at
    dst[19] = 46
    dst[20] = 48 + part_ms // 100
    dst[21] = 48 + part_ms // 10 % 10
    dst[22] = 48 + part_ms % 10
    dst[23] = 90
    return 24
