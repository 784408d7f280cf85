"""BodyReader: where the bytes of a file stand in the body of an HTTP answer.

Called by: http_client. Understands Content-Length, chunks, and a body that ends with the
connection.
Source: RFC 9112 §6, §7.1. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.codes import E_LENGTH, E_SYNTAX

_SIZE = const(0)  # in the line with a chunk's size
_SKIP = const(1)  # in an extension behind it
_DATA = const(2)
_DATA_END = const(3)  # CR LF behind the data
_TRAILER = const(4)  # lines behind the last chunk; an empty one ends the body

_CHUNK_MAX = const(0x3FFFFFF)
_TRAILER_MAX = const(2048)
_LF = const(10)
_CR = const(13)


class BodyReader:
    """take() finds one run of data at a time: buf[data_at:data_at + data_len]."""

    def __init__(self):
        self.reset(0, False)

    def reset(self, length_b, is_chunked):
        """Begin a body. length_b -1: it ends with the connection."""
        self._is_chunked = is_chunked
        self._rest_b = 0 if is_chunked else length_b  # of the chunk, or of the body
        self._state = _SIZE
        self._digits = 0  # of a chunk's size
        self._line_len = 0  # of a trailer's line
        self._trailer_len = 0
        self.data_at = 0
        self.data_len = 0
        self.is_done = not is_chunked and length_b == 0
        self.is_open_end = not is_chunked and length_b < 0
        self.error = 0  # E_SYNTAX, E_LENGTH

    def take(self, buf, at, end):
        """Read buf[at:end] up to the end of a run of data; return the index behind it."""
        self.data_len = 0
        if not self._is_chunked:
            return self._run(at, end)
        while at < end and not (self.is_done or self.error):
            if self._state == _DATA:
                at = self._run(at, end)
                if self._rest_b == 0:
                    self._state = _DATA_END
                return at
            self._take_mark(buf[at])
            at += 1
        return at

    def _run(self, at, end):
        count = end - at
        if not self.is_open_end:
            count = min(count, self._rest_b)
            self._rest_b -= count
            self.is_done = self._rest_b == 0 and not self._is_chunked
        self.data_at = at
        self.data_len = count
        return at + count

    def _take_mark(self, byte):
        """Take a byte that is no data."""
        state = self._state
        if state == _DATA_END:
            if byte == _LF:
                self._begin_size()
            elif byte != _CR:
                self.error = E_SYNTAX
        elif state == _TRAILER:
            self._take_trailer(byte)
        elif byte == _LF:
            self._size_ended()
        elif state == _SIZE:
            self._take_digit(byte)

    def _take_digit(self, byte):
        if 48 <= byte <= 57:
            digit = byte - 48
        elif 97 <= byte | 0x20 <= 102:
            digit = (byte | 0x20) - 87
        elif byte in b"; \t\r" and self._digits:
            self._state = _SKIP
            return
        else:
            self.error = E_SYNTAX
            return
        self._digits += 1
        self._rest_b = self._rest_b << 4 | digit
        if self._rest_b > _CHUNK_MAX or self._digits > 16:
            self.error = E_LENGTH

    def _begin_size(self):
        self._state = _SIZE
        self._digits = 0
        self._rest_b = 0

    def _size_ended(self):
        if not self._digits:
            self.error = E_SYNTAX
        elif self._rest_b:
            self._state = _DATA
        else:
            self._state = _TRAILER
            self._line_len = 0

    def _take_trailer(self, byte):
        self._trailer_len += 1
        if self._trailer_len > _TRAILER_MAX:
            self.error = E_LENGTH
        elif byte == _LF:
            self.is_done = self._line_len == 0
            self._line_len = 0
        elif byte != _CR:
            self._line_len += 1
