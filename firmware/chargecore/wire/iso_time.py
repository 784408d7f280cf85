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
_DAYS_TO_2024 = const(738_885)  # from 0001-01-01
_MONTH_STARTS = const(b"\x00\x1f\x3b\x5a\x78\x97\xb5\xd4\xf3\x11\x30\x4e\x6d")  # low bytes


@micropython.viper
def _digits(buf: ptr8, at: int, count: int) -> int:  # HOT  # noqa: F821
    """Return the number written in count digits at buf[at], or -1."""
    value = 0
    i = at
    while i < at + count:
        digit = int(buf[i]) - 48
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
        i += 1
    return value


@micropython.viper
def _day_number(year: int, month: int, day: int) -> int:  # HOT
    """Return days since 2024-01-01 (negative before), or -1000000 for a day that is none."""
    starts = ptr8(_MONTH_STARTS)  # noqa: F821
    if year < 1 or month < 1 or month > 12 or day < 1:
        return -1000000
    leap = 0
    if year & 3 == 0 and (year % 100 != 0 or year % 400 == 0):
        leap = 1
    first = int(starts[month - 1])
    behind = int(starts[month])
    month_days = (behind - first) & 0xFF  # the table holds low bytes: differences are right
    if month == 2:
        month_days += leap
    if day > month_days:
        return -1000000
    if month > 9:
        first += 256
    if month > 2:
        first += leap
    years = year - 1
    return years * 365 + years // 4 - years // 100 + years // 400 + first + day - 1 - _DAYS_TO_2024


@micropython.viper
def _date_days(buf: ptr8, at: int) -> int:  # HOT  # noqa: F821
    """Return the _day_number of the ten characters 2026-11-24 at buf[at]."""
    if buf[at + 4] != 45 or buf[at + 7] != 45:  # -
        return -1000000
    month = int(_digits(buf, at + 5, 2))
    return int(_day_number(int(_digits(buf, at, 4)), month, int(_digits(buf, at + 8, 2))))


@micropython.viper
def _clock_s(buf: ptr8, at: int) -> int:  # HOT  # noqa: F821
    """Return the seconds of the eight characters 10:00:00 at buf[at], or -1. Second 60 is one."""
    hour = int(_digits(buf, at, 2))
    minute = int(_digits(buf, at + 3, 2))
    second = int(_digits(buf, at + 6, 2))
    if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 60:
        return -1
    if buf[at + 2] != 58 or buf[at + 5] != 58:  # :
        return -1
    return hour * 3600 + minute * 60 + second


@micropython.viper
def _offset_s(buf: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821
    """Return the seconds that Z, +01:00, +0100 or +01 adds to UTC, or 1000000 if malformed."""
    if at == end:
        return 0
    sign = int(buf[at])
    if sign | 0x20 == 122 and at + 1 == end:  # Z
        return 0
    if (sign != 43 and sign != 45) or at + 3 > end:  # + -
        return 1000000
    hours = int(_digits(buf, at + 1, 2))
    minutes = 0
    i = at + 3
    if i < end:
        if buf[i] == 58:  # :
            i += 1
        if i + 2 != end:
            return 1000000
        minutes = int(_digits(buf, i, 2))
    if hours < 0 or hours > 23 or minutes < 0 or minutes > 59:
        return 1000000
    if sign == 45:
        return -(hours * 3600 + minutes * 60)
    return hours * 3600 + minutes * 60


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
    """Return seconds since 2024 of buf[start:end], or a TIME_* code; out[0] becomes the ms."""
    #  0    5  8  11 14 17 19
    #  2026-11-24T10:00:00.123456+00:00
    out[0] = 0
    if start + 19 > end:
        return _MALFORMED
    days = int(_date_days(buf, start))
    clock_s = int(_clock_s(buf, start + 11))
    letter = int(buf[start + 10]) | 0x20
    if days == -1000000 or clock_s < 0 or (letter != 116 and letter != 32):  # T t space
        return _MALFORMED
    i = start + 19
    if i < end and (buf[i] == 46 or buf[i] == 44):  # . ,
        i = int(_fraction_end(buf, i, end, out))
        if i < 0:
            return _MALFORMED
    offset_s = int(_offset_s(buf, i, end))
    if offset_s == 1000000:
        return _MALFORMED
    if days < -1:  # before the sum can leave 32 bits
        return _BEFORE
    if days > 12419:
        return _BEHIND
    wall_s = days * 86400 + clock_s - offset_s
    if wall_s < 0:
        return _BEFORE
    if wall_s > _LAST_S:
        return _BEHIND
    return wall_s


@micropython.viper
def _put_two(dst: ptr8, at: int, value: int, mark: int) -> int:  # HOT  # noqa: F821
    """Write value in two digits and the character mark behind it; return the index behind both."""
    dst[at] = 48 + value // 10
    dst[at + 1] = 48 + value % 10
    dst[at + 2] = mark
    return at + 3


@micropython.viper
def put_time(dst: ptr8, wall_s: int, part_ms: int) -> int:  # HOT  # noqa: F821
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
    at = int(_put_two(dst, 2, year, 45))
    at = int(_put_two(dst, at, month, 45))
    at = int(_put_two(dst, at, day - first + 1, 84))
    at = int(_put_two(dst, at, rest // 3600, 58))
    at = int(_put_two(dst, at, rest // 60 % 60, 58))
    at = int(_put_two(dst, at, rest % 60, 90))
    if part_ms < 0:
        return at
    dst[at - 1] = 46
    dst[at] = 48 + part_ms // 100
    at = int(_put_two(dst, at + 1, part_ms % 100, 90))
    return at
