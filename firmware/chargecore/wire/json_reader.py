"""JsonReader: reads JSON where it lies in the receive buffer, through a table of tokens.

Called by: rpc, fields and the message handlers of the protocol packages.
Never: copies the text (except copy_text), raises for bad input, keeps anything over parse().
Heap: 8 bytes per token and 1.2 KiB at start, none after.
"""

from array import array

import micropython
from micropython import const

from chargecore.base.codes import E_LENGTH, E_MISSING, E_RANGE, E_TOO_MANY, E_TYPE, OK
from chargecore.base.errors import ConfigError
from chargecore.wire.iso_time import (
    TIME_BEFORE,
    TIME_MALFORMED,
    WALL_LAST_S,
    parse_time,
)
from chargecore.wire.json_text import (
    char_count,
    decode,
    is_same,
    is_same_ci,
    scaled_number,
    whole_number,
)
from chargecore.wire.json_tokens import CLASS, scan

T_NONE = const(0)  # no such token
T_OBJECT = const(1)
T_ARRAY = const(2)
T_STRING = const(3)
T_NUMBER = const(4)
T_TRUE = const(5)
T_FALSE = const(6)
T_NULL = const(7)

VALUE_COUNT = const(128)  # most values of a field table, items of arrays included
FRAME_COUNT = const(8)  # most objects inside each other in a field table

_OBJECT = const(1)  # the same numbers where viper reads them
_ARRAY = const(2)
_STRING = const(3)
_PLAIN_NUMBER = const(4)
_MISSING = const(-6)  # E_MISSING
_MALFORMED = const(-1)  # TIME_MALFORMED
_MAX_LENGTH = const(65535)  # token positions are uint16
_MAX_TOKENS = const(8000)  # the number of children has 13 bits
_SCHEME_MARKS = const(b"0123456789+-.")
_SCRATCH_SIZE = const(256)  # longest key or word with escapes that can be compared


class JsonReader:
    """The message parsed last. A token is named by its index; the root is 0.

    Codes would collide with values, so the typed accessors answer 0 and set `error` to an E_ code;
    it stays until clear() or parse(). An index that is itself an E_ code is allowed everywhere and
    gives E_MISSING, so a chain of calls needs one test at its end.
    Duplicate keys: the last one counts, as in CPython (fields.check refuses them).
    """

    def __init__(self, max_tokens=400, max_depth=12):
        if not 1 <= max_tokens <= _MAX_TOKENS:
            raise ConfigError("max_tokens")
        if not 1 <= max_depth <= 100:
            raise ConfigError("max_depth")
        self.tokens = array("H", bytearray(8 * (max_tokens + 1)))  # see json_tokens
        self.tokens[2] = max_tokens
        self.tokens[3] = max_depth
        self.job = array("i", bytearray(28))  # arguments for the viper functions
        self._flag = array("H", bytearray(2))  # 1: a number was out of range
        self.scratch_buf = bytearray(_SCRATCH_SIZE)
        self.values = array("i", bytearray(4 * VALUE_COUNT))  # what fields.check() read
        self.frames = array("i", bytearray(32 * FRAME_COUNT))  # and its stack
        self.buf = b""  # the text parsed last
        self._text_buf = self.buf  # where plain_len() found its text,
        self._text_at = 0  # and its first byte
        self.error = OK  # first error of a typed accessor since clear()
        self.time_ms = 0  # milliseconds of the last time_value()

    def parse(self, buf, length):  # HOT
        """Read buf[:length]. Return OK or E_SYNTAX, E_TOO_DEEP, E_TOO_MANY (no tokens then).

        E_TOO_MANY also for a text beyond 65535 bytes. buf must stay unchanged while it is read.
        """
        self.buf = buf
        self.error = OK
        tokens = self.tokens
        if length > _MAX_LENGTH:
            tokens[0] = 0
            return E_TOO_MANY
        tokens[1] = length
        return scan(buf, 0, CLASS, tokens)

    def clear(self):  # HOT
        """Forget the error."""
        self.error = OK

    def fail(self, code):  # HOT
        """Keep an error unless there is one already; return 0."""
        if self.error == OK:
            self.error = code
        return 0

    @micropython.viper
    def kind(self, idx: int) -> int:  # HOT
        """Return the T_ kind of a token; T_NONE when there is no such token."""
        tokens = ptr16(self.tokens)  # noqa: F821
        if idx < 0 or idx >= tokens[0]:
            return 0
        return int(tokens[(idx + 1) << 2]) & 7

    @micropython.viper
    def count(self, idx: int) -> int:  # HOT
        """Return the number of items or members; 0 for anything but an array or object."""
        tokens = ptr16(self.tokens)  # noqa: F821
        if idx < 0 or idx >= tokens[0]:
            return 0
        word = int(tokens[(idx + 1) << 2])
        if word & 7 > _ARRAY:
            return 0
        return word >> 3

    @micropython.viper
    def next(self, idx: int) -> int:  # HOT
        """Return the token behind idx and its children: the next item or key. Count along.

        For a key that is its value.
        """
        tokens = ptr16(self.tokens)  # noqa: F821
        if idx < 0 or idx >= tokens[0]:
            return _MISSING
        return int(tokens[((idx + 1) << 2) + 3]) - 1

    @micropython.viper
    def first(self, idx: int) -> int:  # HOT
        """Return the first item, or the first key (its value is key + 1), or E_MISSING."""
        tokens = ptr16(self.tokens)  # noqa: F821
        if idx < 0 or idx >= tokens[0]:
            return _MISSING
        word = int(tokens[(idx + 1) << 2])
        if word & 7 > _ARRAY or word < 8:
            return _MISSING
        return idx + 1

    @micropython.viper
    def item(self, idx: int, number: int) -> int:  # HOT
        """Return item `number` (from 0) of an array, or E_MISSING."""
        tokens = ptr16(self.tokens)  # noqa: F821
        if idx < 0 or idx >= tokens[0]:
            return _MISSING
        word = int(tokens[(idx + 1) << 2])
        if word & 7 != _ARRAY or number < 0 or number >= word >> 3:
            return _MISSING
        at = (idx + 2) << 2
        while number > 0:
            at = int(tokens[at + 3]) << 2
            number -= 1
        return (at >> 2) - 1

    @micropython.viper
    def find(self, idx: int, key) -> int:  # HOT
        """Return the value of `key` in an object, or E_MISSING."""
        tokens = ptr16(self.tokens)  # noqa: F821
        if idx < 0 or idx >= tokens[0]:
            return _MISSING
        at = (idx + 1) << 2
        word = int(tokens[at])
        if word & 7 != _OBJECT:
            return _MISSING
        buf = ptr8(self.buf)  # noqa: F821
        want = ptr8(key)  # noqa: F821
        want_len = int(len(key))
        found = _MISSING
        at += 4
        left = word >> 3
        while left > 0:
            start = int(tokens[at + 1])
            if tokens[at] != _STRING:
                if int(self.equals((at >> 2) - 1, key)):
                    found = at >> 2
            elif int(tokens[at + 2]) - start == want_len:
                i = 0
                while i < want_len and buf[start + i] == want[i]:
                    i += 1
                if i == want_len:
                    found = at >> 2
            at = int(tokens[at + 7]) << 2  # behind the value
            left -= 1
        return found

    def equals(self, idx, text):  # HOT
        """Return whether the token is the string `text` (at most 256 bytes if it has escapes)."""
        length = self.plain_len(idx)
        return length == len(text) and is_same(self._text_buf, self._text_at, text, length) == 1

    def equals_ci(self, idx, text):  # HOT
        """Like equals, but A..Z and a..z are the same (CiString)."""
        length = self.plain_len(idx)
        return length == len(text) and is_same_ci(self._text_buf, self._text_at, text, length) == 1

    @micropython.viper
    def word_index(self, idx: int, words) -> int:  # HOT
        """Return the place of a string in the tuple words. Errors: E_TYPE, E_RANGE, E_MISSING."""
        tokens = ptr16(self.tokens)  # noqa: F821
        if idx < 0 or idx >= tokens[0] or int(tokens[(idx + 1) << 2]) & 7 != _STRING:
            return int(self._wrong_kind(idx))
        at = (idx + 1) << 2
        if tokens[at] != _STRING:
            return int(self._escaped_word(idx, words))
        buf = ptr8(self.buf)  # noqa: F821
        start = int(tokens[at + 1])
        count = int(tokens[at + 2]) - start
        length_of = len  # finding a builtin costs more than calling it
        places = int(length_of(words))
        place = 0
        while place < places:
            word = words[place]
            if int(length_of(word)) == count:
                want = ptr8(word)  # noqa: F821
                i = 0
                while i < count and buf[start + i] == want[i]:
                    i += 1
                if i == count:
                    return place
            place += 1
        return int(self.fail(E_RANGE))

    def _escaped_word(self, idx, words):  # HOT
        """Do word_index for a string with escapes."""
        place = 0
        for word in words:
            if self.equals(idx, word):
                return place
            place += 1
        return self.fail(E_RANGE)

    def copy_text(self, idx, dst_buf, max_chars):  # HOT
        """Write a string to dst_buf as UTF-8 and return its length in bytes, or E_TYPE, E_LENGTH.

        4 * max_chars bytes are always enough room. \\u0000 is a character like any other.
        """
        tokens = self.tokens
        if self.kind(idx) != T_STRING:
            return E_TYPE
        at = 4 * (idx + 1)
        job = self.job
        job[0] = tokens[at + 1]
        job[1] = tokens[at + 2]
        job[2] = max_chars
        job[3] = len(dst_buf)
        length = decode(self.buf, job, dst_buf)
        return length if length >= 0 else E_LENGTH

    def char_count(self, idx):  # HOT
        """Return the number of characters of a string, escapes decoded; 0 for anything else."""
        if self.kind(idx) != T_STRING:
            return 0
        at = 4 * (idx + 1)
        return char_count(self.buf, self.tokens[at + 1], self.tokens[at + 2])

    def is_uri(self, idx):  # HOT
        """Return whether the token is a string that begins with a scheme (RFC 3986 §3.1)."""
        length = self.plain_len(idx)
        text_buf = self._text_buf
        for i in range(self._text_at, self._text_at + length):
            byte = text_buf[i]
            if byte == 58:  # :
                return i > self._text_at
            is_letter = 97 <= byte | 0x20 <= 122
            if not is_letter and (i == self._text_at or byte not in _SCHEME_MARKS):
                return False
        return False

    @micropython.viper
    def int_value(self, idx: int, low: int, high: int) -> int:  # HOT
        """Return a whole number. Errors: E_TYPE (also for 1.0 and 1e2), E_RANGE, E_MISSING.

        Range: signed 32 bit; beyond +-2^30 the result is a heap int on a board.
        """
        tokens = ptr16(self.tokens)  # noqa: F821
        if idx < 0 or idx >= tokens[0] or tokens[(idx + 1) << 2] != _PLAIN_NUMBER:
            return int(self._wrong_kind(idx))
        at = (idx + 1) << 2
        i = int(tokens[at + 1])
        end = int(tokens[at + 2])
        buf = ptr8(self.buf)  # noqa: F821
        value = 0
        if end - i < 10 and buf[i] != 45:  # the common case: cannot overflow
            while i < end:
                value = value * 10 + int(buf[i]) - 48
                i += 1
        else:
            flag = ptr16(self._flag)  # noqa: F821
            flag[0] = 0
            value = int(whole_number(self.buf, i, end, self._flag))
            if flag[0]:
                return int(self.fail(E_RANGE))
        if value < low or value > high:
            return int(self.fail(E_RANGE))
        return value

    @micropython.viper
    def scaled_value(self, idx: int, decimals: int) -> int:  # HOT
        """Return a number times 10^decimals, cut toward zero. Errors: E_TYPE, E_RANGE, E_MISSING.

        Range: +-(2^30 - 1) after scaling.
        """
        tokens = ptr16(self.tokens)  # noqa: F821
        if idx < 0 or idx >= tokens[0] or tokens[(idx + 1) << 2] & 7 != _PLAIN_NUMBER:
            return int(self._wrong_kind(idx))
        at = (idx + 1) << 2
        start = int(tokens[at + 1])
        length = int(tokens[at + 2]) - start
        flag = ptr16(self._flag)  # noqa: F821
        flag[0] = 0
        value = 0
        if length < 0x2000:  # the packed span must stay a small int
            value = int(scaled_number(self.buf, start | length << 16, decimals, self._flag))
        if flag[0] or length >= 0x2000:
            return int(self.fail(E_RANGE))
        return value

    def time_value(self, idx):  # HOT
        """Return seconds since 2024, ms in time_ms. Errors: E_TYPE, E_RANGE, E_MISSING.

        E_RANGE: not ISO 8601, or outside 2024..2057.
        """
        wall_s = self.raw_time(idx)
        self.time_ms = self.job[0]
        return wall_s if wall_s >= 0 else self.fail(E_RANGE)

    def time_clamped(self, idx):  # HOT
        """Like time_value, but cut an instant outside 2024..2057 to 0 or WALL_LAST_S.

        For limits of validity: "until 2099" is as good as "until 2057".
        """
        wall_s = self.raw_time(idx)
        return wall_s if wall_s >= 0 else self.clamp_time(wall_s)

    def clamp_time(self, code):  # HOT
        """Return the nearest instant for a TIME_* code; fail for TIME_MALFORMED."""
        if code == TIME_MALFORMED:
            return self.fail(E_RANGE)
        return 0 if code == TIME_BEFORE else WALL_LAST_S

    @micropython.viper
    def raw_time(self, idx: int) -> int:  # HOT
        """Return what parse_time says of a string; for anything else fail, TIME_MALFORMED."""
        tokens = ptr16(self.tokens)  # noqa: F821
        if idx >= 0 and idx < tokens[0] and tokens[(idx + 1) << 2] == _STRING:
            at = (idx + 1) << 2
            return int(parse_time(self.buf, tokens[at + 1], tokens[at + 2], self.job))
        length = int(self.plain_len(idx))
        if length == -1:
            self._wrong_kind(idx)
            return _MALFORMED
        return int(parse_time(self.scratch_buf, 0, length, self.job))

    def bool_value(self, idx):  # HOT
        """Return True or False. Errors (answer False): E_TYPE, E_MISSING."""
        kind = self.kind(idx)
        if kind == T_TRUE:
            return True
        if kind != T_FALSE:
            self._wrong_kind(idx)
        return False

    def _wrong_kind(self, idx):  # HOT
        """Fail with E_MISSING when there is no token, else with E_TYPE."""
        return self.fail(E_MISSING if self.kind(idx) == T_NONE else E_TYPE)

    def plain_len(self, idx):  # HOT
        """Return the length of a string, its escapes decoded, that lies at _text_buf[_text_at].

        Errors: -1 when the token is no string, -2 when the scratch buffer is too small for it.
        """
        tokens = self.tokens
        if self.kind(idx) != T_STRING:
            return -1
        at = 4 * (idx + 1)
        if tokens[at] == _STRING:
            self._text_buf = self.buf
            self._text_at = tokens[at + 1]
            return tokens[at + 2] - tokens[at + 1]
        self._text_buf = self.scratch_buf
        self._text_at = 0
        length = self.copy_text(idx, self.scratch_buf, _SCRATCH_SIZE)
        return length if length >= 0 else -2
