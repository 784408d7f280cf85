"""Text inside JSON: UTF-8 and escapes, checked, decoded and compared.

Called by: json_tokens, json_reader and json_writer. Heap: none.
Never: reads beyond the end it is given.
Source: RFC 8259 section 7 (strings), RFC 3629 section 4 (UTF-8).
"""

import micropython
from micropython import const

_REPLACEMENT = const(0xFFFD)  # stands for a surrogate without its partner: UTF-8 cannot carry it
_LENGTH_SHIFT = const(21)  # a code point fits below


@micropython.viper
def utf8_end(buf: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821
    """Return the index behind the multi-byte character at buf[at], or -1 when it is not UTF-8."""
    lead = int(buf[at])
    low = 0x80  # bounds of the second byte: they keep out overlong forms, surrogates, > U+10FFFF
    high = 0xBF
    stop = at + 2
    if lead >= 0xE0:
        stop += 1
    if lead >= 0xF0:
        stop += 1
    if lead < 0xC2 or lead > 0xF4 or stop > end:
        return -1
    if lead == 0xE0:
        low = 0xA0
    elif lead == 0xED:
        high = 0x9F
    elif lead == 0xF0:
        low = 0x90
    elif lead == 0xF4:
        high = 0x8F
    i = at + 1
    while i < stop:
        byte = int(buf[i])
        if byte < low or byte > high:
            return -1
        low = 0x80
        high = 0xBF
        i += 1
    return stop


@micropython.viper
def hex4(buf: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821
    """Return the value of the four hex digits at buf[at], or -1."""
    if at + 4 > end:
        return -1
    value = 0
    i = at
    while i < at + 4:
        digit = int(buf[i]) - 48
        if digit > 9:
            digit = (int(buf[i]) | 0x20) - 87
            if digit < 10:
                return -1
        if digit < 0 or digit > 15:
            return -1
        value = value << 4 | digit
        i += 1
    return value


@micropython.viper
def special_end(buf: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821
    """Return the index behind the escape or multi-byte character at buf[at], or -1."""
    lead = int(buf[at])
    if lead >= 0x80:
        return int(utf8_end(buf, at, end))
    if lead != 92 or at + 1 >= end:
        return -1
    letter = int(buf[at + 1])
    if letter == 117:  # u
        if int(hex4(buf, at + 2, end)) < 0:
            return -1
        return at + 6
    if letter == 34 or letter == 92 or letter == 47:  # " \ /
        return at + 2
    if letter == 98 or letter == 102 or letter == 110 or letter == 114 or letter == 116:  # bfnrt
        return at + 2
    return -1


@micropython.viper
def escape_value(buf: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821
    """Return code point + (bytes used << 21) of the valid escape at buf[at]."""
    letter = int(buf[at + 1])
    if letter != 117:
        if letter == 98:  # b
            letter = 8
        elif letter == 102:  # f
            letter = 12
        elif letter == 110:  # n
            letter = 10
        elif letter == 114:  # r
            letter = 13
        elif letter == 116:  # t
            letter = 9
        return letter + (2 << _LENGTH_SHIFT)
    value = int(hex4(buf, at + 2, end))
    if value & 0xF800 != 0xD800:
        return value + (6 << _LENGTH_SHIFT)
    if value < 0xDC00 and at + 8 <= end and buf[at + 6] == 92 and buf[at + 7] == 117:
        low = int(hex4(buf, at + 8, end))
        if low >= 0xDC00 and low < 0xE000:
            return 0x10000 + ((value & 0x3FF) << 10 | low & 0x3FF) + (12 << _LENGTH_SHIFT)
    return _REPLACEMENT + (6 << _LENGTH_SHIFT)


@micropython.viper
def put_utf8(dst: ptr8, at: int, point: int) -> int:  # HOT  # noqa: F821
    """Write code point `point` to dst[at:] and return the index behind it. Uses up to 4 bytes."""
    if point < 0x80:
        dst[at] = point
        return at + 1
    if point < 0x800:
        dst[at] = 0xC0 | point >> 6
        dst[at + 1] = 0x80 | point & 0x3F
        return at + 2
    if point < 0x10000:
        dst[at] = 0xE0 | point >> 12
        dst[at + 1] = 0x80 | point >> 6 & 0x3F
        dst[at + 2] = 0x80 | point & 0x3F
        return at + 3
    dst[at] = 0xF0 | point >> 18
    dst[at + 1] = 0x80 | point >> 12 & 0x3F
    dst[at + 2] = 0x80 | point >> 6 & 0x3F
    dst[at + 3] = 0x80 | point & 0x3F
    return at + 4


@micropython.viper
def decode(src: ptr8, job: ptr32, dst: ptr8) -> int:  # HOT  # noqa: F821
    """Write the checked text src[job[0]:job[1]] to dst as UTF-8 and return its length in bytes.

    A surrogate without partner becomes U+FFFD. Errors: -1 when it has more than job[2]
    characters, or more bytes than job[3], the size of dst.
    """
    i = int(job[0])
    end = int(job[1])
    chars_left = int(job[2])
    size = int(job[3])
    out = 0
    while i < end:
        byte = int(src[i])
        if byte & 0xC0 != 0x80:
            chars_left -= 1
            if chars_left < 0:
                return -1
        if byte == 92:
            packed = int(escape_value(src, i, end))
            i += packed >> _LENGTH_SHIFT
            if out + 4 > size:  # 4: a small buffer is no place for escapes, and one test is enough
                return -1
            out = int(put_utf8(dst, out, packed & 0x1FFFFF))
        else:
            if out >= size:
                return -1
            dst[out] = byte
            out += 1
            i += 1
    return out


@micropython.viper
def char_count(src: ptr8, start: int, end: int) -> int:  # HOT  # noqa: F821
    """Return the number of characters of the checked text src[start:end], escapes decoded."""
    i = start
    count = 0
    while i < end:
        byte = int(src[i])
        if byte == 92:
            i += int(escape_value(src, i, end)) >> _LENGTH_SHIFT
            count += 1
        else:
            if byte & 0xC0 != 0x80:
                count += 1
            i += 1
    return count


@micropython.viper
def is_same(src: ptr8, start: int, want: ptr8, count: int) -> int:  # HOT  # noqa: F821
    """Return 1 when src[start:start + count] is want[:count], else 0."""
    i = 0
    while i < count:
        if src[start + i] != want[i]:
            return 0
        i += 1
    return 1


@micropython.viper
def is_same_ci(src: ptr8, start: int, want: ptr8, count: int) -> int:  # HOT  # noqa: F821
    """Like is_same, but A..Z and a..z are the same."""
    i = 0
    while i < count:
        one = int(src[start + i])
        other = int(want[i])
        if one >= 65 and one <= 90:
            one += 32
        if other >= 65 and other <= 90:
            other += 32
        if one != other:
            return 0
        i += 1
    return 1


@micropython.viper
def whole_number(src: ptr8, start: int, end: int, error: ptr16) -> int:  # HOT  # noqa: F821
    """Return the whole number src[start:end], or 0 with error[0] = 1 beyond signed 32 bit."""
    i = start
    if src[i] == 45:  # -
        i += 1
    value = 0  # kept negative: there is one more of those
    while i < end:
        digit = int(src[i]) - 48
        # Before the product, not after: 32-bit machine words would wrap silently.
        if value < -214748364 or (value == -214748364 and digit > 8):
            error[0] = 1
            return 0
        value = value * 10 - digit
        i += 1
    if src[start] == 45:
        return value
    if value >> 30 == -2 and value & 0x3FFFFFFF == 0:  # -2^31, which no small constant can name
        error[0] = 1
        return 0
    return -value


@micropython.viper
def exponent(src: ptr8, at: int, end: int) -> int:  # HOT  # noqa: F821
    """Return the exponent whose e is src[at], cut to four digits."""
    i = at + 1
    is_negative = 0
    value = 0
    while i < end:
        byte = int(src[i])
        if byte == 45:  # -
            is_negative = 1
        elif byte != 43 and value < 1000:
            value = value * 10 + byte - 48
        i += 1
    if is_negative:
        return -value
    return value


@micropython.viper
def scaled_number(src: ptr8, span: int, decimals: int, error: ptr16) -> int:  # HOT  # noqa: F821, C901
    """Return a number * 10^decimals, cut toward zero, or 0 and error[0] = 1 beyond +-(2^30 - 1).

    It is src[start:start + length] with span = start + (length << 16).
    """
    i = span & 0xFFFF
    end = i + (span >> 16)
    shift = decimals  # digits to take behind the point
    mark = i
    while mark < end and int(src[mark]) | 0x20 != 101:  # e
        mark += 1
    if mark < end:
        shift += int(exponent(src, mark, end))
    is_negative = 0
    if src[i] == 45:  # -
        is_negative = 1
        i += 1
    point = i
    while point < end and src[point] >= 48 and src[point] <= 57:
        point += 1
    digits_left = point - i + shift
    value = 0
    while digits_left > 0:
        if i < end and src[i] == 46:  # .
            i += 1
        digit = 0
        if i < end and src[i] >= 48 and src[i] <= 57:
            digit = int(src[i]) - 48
            i += 1
        elif value == 0:
            break
        if value > 107374182 or (value == 107374182 and digit > 3):
            error[0] = 1
            return 0
        value = value * 10 + digit
        digits_left -= 1
    if is_negative:
        return -value
    return value
