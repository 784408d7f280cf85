"""JsonWriter: writes JSON into one buffer, a window of the message at a time.

Called by: the WebSocket (begin, length, filled) and every render function (the rest).
Never: checks that the calls nest; a render function that forgets a close writes wrong JSON.
Heap: 0.1 KiB at start, none after.
"""

from array import array

import micropython
from micropython import const

from chargecore.wire.iso_time import put_time
from chargecore.wire.json_put import put, put_number, spill

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
# Per byte: 1 when it cannot stand for itself inside a string. One look is faster than four tests.
_SPECIAL = const(
    b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
    b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
    b"\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
    b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
    b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
    b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
    b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
    b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
    b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
    b"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
)


class JsonWriter:
    """Writes the part of a message that lies in [window_start, window_start + len(buf)) to buf.

    A message is a pure function of calls here. After one pass `length` is the size of the whole
    message and `filled` the bytes of it in the buffer: a message that fits is done with one pass,
    a longer one is written again for each window. Commas are set without being asked for.
    """

    def __init__(self, buf):
        self._buf = buf
        self._state = array("i", [0, 0, len(buf), 0, 0, 0])
        self._scratch_buf = bytearray(_SCRATCH_SIZE)

    def begin(self, window_start=0):  # HOT
        """Begin a pass."""
        state = self._state
        state[_LENGTH] = 0
        state[_WINDOW] = window_start
        state[_COMMA] = 0

    @property
    def length(self):  # HOT
        """Bytes of the message so far, stored or not."""
        return self._state[_LENGTH]

    @property
    def filled(self):  # HOT
        """Bytes of the message that stand in the buffer."""
        state = self._state
        return min(max(state[_LENGTH] - state[_WINDOW], 0), state[_SIZE])

    @micropython.viper
    def open_object(self):  # HOT
        """Append {."""
        state = ptr32(self._state)  # noqa: F821
        at = int(state[_LENGTH]) - int(state[_WINDOW])
        comma = int(state[_COMMA])
        if at >= 0 and at + 2 <= int(state[_SIZE]):
            buf = ptr8(self._buf)  # noqa: F821
            if comma:
                buf[at] = 44
                at += 1
            buf[at] = 123
            state[_LENGTH] = int(state[_LENGTH]) + 1 + comma
        else:
            if comma:
                put(self._buf, self._state, 44)
            put(self._buf, self._state, 123)
        state[_COMMA] = 0

    @micropython.viper
    def close_object(self):  # HOT
        """Append }."""
        state = ptr32(self._state)  # noqa: F821
        at = int(state[_LENGTH]) - int(state[_WINDOW])
        if at >= 0 and at < int(state[_SIZE]):
            buf = ptr8(self._buf)  # noqa: F821
            buf[at] = 125
        state[_LENGTH] = int(state[_LENGTH]) + 1
        state[_COMMA] = 1

    @micropython.viper
    def open_array(self):  # HOT
        """Append [."""
        state = ptr32(self._state)  # noqa: F821
        at = int(state[_LENGTH]) - int(state[_WINDOW])
        comma = int(state[_COMMA])
        if at >= 0 and at + 2 <= int(state[_SIZE]):
            buf = ptr8(self._buf)  # noqa: F821
            if comma:
                buf[at] = 44
                at += 1
            buf[at] = 91
            state[_LENGTH] = int(state[_LENGTH]) + 1 + comma
        else:
            if comma:
                put(self._buf, self._state, 44)
            put(self._buf, self._state, 91)
        state[_COMMA] = 0

    @micropython.viper
    def close_array(self):  # HOT
        """Append ]."""
        state = ptr32(self._state)  # noqa: F821
        at = int(state[_LENGTH]) - int(state[_WINDOW])
        if at >= 0 and at < int(state[_SIZE]):
            buf = ptr8(self._buf)  # noqa: F821
            buf[at] = 93
        state[_LENGTH] = int(state[_LENGTH]) + 1
        state[_COMMA] = 1

    @micropython.viper
    def key(self, name):  # HOT
        """Append a member's name: plain ASCII without quotes, as the protocol's names are."""
        state = ptr32(self._state)  # noqa: F821
        count = int(len(name))
        size = count + 3 + int(state[_COMMA])
        at = int(state[_LENGTH]) - int(state[_WINDOW])
        if at >= 0 and at + size <= int(state[_SIZE]):
            buf = ptr8(self._buf)  # noqa: F821
            src = ptr8(name)  # noqa: F821
            if state[_COMMA]:
                buf[at] = 44
                at += 1
            buf[at] = 34
            at += 1
            i = 0
            while i < count:
                buf[at + i] = src[i]
                i += 1
            at += count
            buf[at] = 34
            buf[at + 1] = 58
        elif at + size > 0 and at < int(state[_SIZE]):  # it lies across an end of the window
            state[_START] = 0
            state[_END] = count
            spill(self._buf, self._state, name, _QUOTED | _IS_KEY)
            return
        state[_LENGTH] = int(state[_LENGTH]) + size
        state[_COMMA] = 0

    @micropython.viper
    def text(self, text):  # HOT
        """Append a string; what is not UTF-8 in it becomes U+FFFD."""
        state = ptr32(self._state)  # noqa: F821
        src = ptr8(text)  # noqa: F821
        special = ptr8(_SPECIAL)  # noqa: F821
        count = int(len(text))
        size = count + 2 + int(state[_COMMA])
        at = int(state[_LENGTH]) - int(state[_WINDOW])
        i = 0
        if at >= 0 and at + size <= int(state[_SIZE]):
            buf = ptr8(self._buf)  # noqa: F821
            if state[_COMMA]:
                buf[at] = 44
                at += 1
            buf[at] = 34
            at += 1
            while i < count:
                byte = int(src[i])
                if special[byte]:
                    break
                buf[at + i] = byte
                i += 1
            buf[at + i] = 34
        elif at + size <= 0 or at >= int(state[_SIZE]):  # outside the window: only count
            while i < count:
                byte = int(src[i])
                if special[byte]:
                    break
                i += 1
        if i == count and (at >= 0 or at + size <= 0) and count:
            state[_LENGTH] = int(state[_LENGTH]) + size
            state[_COMMA] = 1
            return
        state[_START] = 0
        state[_END] = count
        spill(self._buf, self._state, text, _QUOTED | _ESCAPE)

    @micropython.viper
    def member(self, name, text):  # HOT
        """Do key(name) and text(text) in one: a third faster when both fit into the window."""
        state = ptr32(self._state)  # noqa: F821
        src = ptr8(name)  # noqa: F821
        count = int(len(name))
        text_count = int(len(text))
        size = count + text_count + 5 + int(state[_COMMA])
        at = int(state[_LENGTH]) - int(state[_WINDOW])
        if at >= 0 and at + size <= int(state[_SIZE]):
            buf = ptr8(self._buf)  # noqa: F821
            if state[_COMMA]:
                buf[at] = 44
                at += 1
            buf[at] = 34
            at += 1
            i = 0
            while i < count:
                buf[at + i] = src[i]
                i += 1
            at += count
            buf[at] = 34
            buf[at + 1] = 58
            buf[at + 2] = 34
            at += 3
            src = ptr8(text)  # noqa: F821
            special = ptr8(_SPECIAL)  # noqa: F821
            i = 0
            while i < text_count:
                byte = int(src[i])
                if special[byte]:
                    break
                buf[at + i] = byte
                i += 1
            if i == text_count:
                buf[at + i] = 34
                state[_LENGTH] = int(state[_LENGTH]) + size
                state[_COMMA] = 1
                return
        self.key(name)
        self.text(text)

    def text_range(self, buf, start, end):  # HOT
        """Append buf[start:end] as a string, like text()."""
        state = self._state
        state[_START] = start
        state[_END] = end
        spill(self._buf, state, buf, _QUOTED | _ESCAPE)

    def raw(self, text):  # HOT
        """Append a value (or `"key":value`) that is JSON already."""
        state = self._state
        state[_START] = 0
        state[_END] = len(text)
        spill(self._buf, state, text, 0)

    def raw_range(self, buf, start, end):  # HOT
        """Append buf[start:end], a value that is JSON already, as it stands."""
        state = self._state
        state[_START] = start
        state[_END] = end
        spill(self._buf, state, buf, 0)

    def time(self, wall_s, part_ms=-1):  # HOT
        """Append an instant, "2026-11-24T10:00:00Z", with .123 when part_ms >= 0.

        Range: seconds since 2024, 0..WALL_LAST_S; a caller without wall time must not write one.
        """
        scratch_buf = self._scratch_buf
        self._copy(0, put_time(scratch_buf, wall_s, part_ms), _QUOTED)

    @micropython.viper
    def _copy(self, start: int, end: int, mode: int):  # HOT
        """Append the scratch buffer from start to end, plain characters; mode is 0 or _QUOTED."""
        state = ptr32(self._state)  # noqa: F821
        size = end - start + int(state[_COMMA])
        if mode:
            size += 2
        at = int(state[_LENGTH]) - int(state[_WINDOW])
        if at >= 0 and at + size <= int(state[_SIZE]):
            buf = ptr8(self._buf)  # noqa: F821
            src = ptr8(self._scratch_buf)  # noqa: F821
            if state[_COMMA]:
                buf[at] = 44
                at += 1
            if mode:
                buf[at] = 34
                at += 1
            while start < end:
                buf[at] = src[start]
                at += 1
                start += 1
            if mode:
                buf[at] = 34
        elif at + size > 0 and at < int(state[_SIZE]):  # it lies across an end of the window
            state[_START] = start
            state[_END] = end
            spill(self._buf, self._state, self._scratch_buf, mode)
            return
        state[_LENGTH] = int(state[_LENGTH]) + size
        state[_COMMA] = 1

    def fixed(self, value, decimals):  # HOT
        """Append value / 10^decimals as a number: (163, 1) is 16.3. Range: decimals 0..9."""
        self._copy(put_number(self._scratch_buf, value, decimals), _SCRATCH_SIZE, 0)

    def fixed_text(self, value, decimals):  # HOT
        """Append value / 10^decimals as a string: (163, 1) is "16.3". Range: decimals 0..9."""
        self._copy(put_number(self._scratch_buf, value, decimals), _SCRATCH_SIZE, _QUOTED)

    def int_text(self, value):  # HOT
        """Append a whole number as a string."""
        self._copy(put_number(self._scratch_buf, value, 0), _SCRATCH_SIZE, _QUOTED)

    def boolean(self, value):  # HOT
        """Append true or false."""
        self.raw(b"true" if value else b"false")

    def null(self):  # HOT
        """Append null."""
        self.raw(b"null")

    def int(self, value):  # HOT
        """Append a whole number of signed 32 bit."""
        self._copy(put_number(self._scratch_buf, value, 0), _SCRATCH_SIZE, 0)
