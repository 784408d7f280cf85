"""HeadReader: status line and headers of an HTTP answer, byte by byte.

Called by: http (the WebSocket upgrade), http_client (files). on_header(name, value) gets each
header as bytes, the name in lower case; it returns an E_ code when the answer is no good.
Never: reads what stands behind the headers.
Heap: the line buffer at start; each line while it is read.
"""

from micropython import const

from chargecore.base.codes import E_LENGTH, E_SYNTAX

_HEADER_MAX = const(8192)  # of the whole answer: proxies like to add cookies
_LF = const(10)
_CR = const(13)


class HeadReader:
    """A line longer than line_max is cut off there: one that matters is not so long."""

    def __init__(self, line_max, on_header):
        self._on_header = on_header
        self._line_max = line_max
        self._line_buf = bytearray(line_max)
        self._line_len = 0  # bytes of the line, those beyond the buffer included
        self._total_len = 0  # bytes read
        self.reset()

    def reset(self):
        """Begin another answer."""
        self._line_len = 0
        self._total_len = 0
        self.is_complete = False  # the empty line has come
        self.error = 0  # E_SYNTAX no HTTP, E_LENGTH too much of it; 0 so far so good
        self.status = 0  # HTTP status; 0: the status line has not come

    def take(self, chunk_buf, at, end):
        """Read chunk_buf[at:end] up to the end of the headers; return the index behind it."""
        while at < end and not self.is_complete and not self.error:
            byte = chunk_buf[at]
            at += 1
            self._total_len += 1
            if self._total_len > _HEADER_MAX:
                self.error = E_LENGTH
            elif byte == _LF:
                self._line_ended()
            elif byte != _CR and (byte < 32 and byte != 9 or byte == 127):
                self.error = E_SYNTAX
            else:
                if self._line_len < self._line_max:
                    self._line_buf[self._line_len] = byte
                self._line_len += 1
        return at

    def _line_ended(self):
        line = bytes(self._line_buf[: min(self._line_len, self._line_max)]).strip(b"\r")
        self._line_len = 0
        if self.status == 0:
            self._read_status(line)
        elif not line:
            self.is_complete = True
        else:
            colon = line.find(b":")
            if colon < 1:
                self.error = E_SYNTAX
            else:
                code = self._on_header(line[:colon].lower(), line[colon + 1 :].strip())
                self.error = code or 0

    def _read_status(self, line):
        words = line.split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or len(words[1]) != 3:
            self.error = E_SYNTAX
            return
        try:
            self.status = int(words[1])
        except ValueError:
            self.error = E_SYNTAX
            return
        if self.status < 100:
            self.status = 0
            self.error = E_SYNTAX
