"""HttpRequest: one HTTP/1.1 request, out of whatever bytes a stranger sends, read strictly.

Called by: HttpCaller. Never: holds more than HEAD_MAX and BODY_MAX bytes; guesses.
Whoever sends what no browser sends is refused: folded or doubled headers, bare line ends, chunks.
Source: RFC 9112 §2, §3, §5, §6; RFC 9110 §15. Heap: the request, while it is there.
"""

from micropython import const

HEAD_MAX = const(3_072)  # browsers on phones send 400 to 900 bytes
BODY_MAX = const(3_072)  # every field of the form at its longest, each byte as %XX

STATUS_MORE = const(0)  # the request is not whole yet
STATUS_READY = const(200)
STATUS_BAD = const(400)
STATUS_METHOD = const(405)
STATUS_NO_LENGTH = const(411)
STATUS_TOO_LONG = const(413)
STATUS_NO_FORM = const(415)
STATUS_EXPECTS = const(417)
STATUS_HEAD_TOO_LONG = const(431)
STATUS_CODED = const(501)
STATUS_VERSION = const(505)

_HEADERS_MAX = const(48)
_PATH_MAX = const(1_024)
_END = b"\r\n\r\n"
_FORM = b"application/x-www-form-urlencoded"
_TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KEPT = (b"host", b"origin", b"referer", b"content-length", b"content-type")
_REFUSED = ((b"transfer-encoding", STATUS_CODED), (b"expect", STATUS_EXPECTS))
_TAB = const(9)
_DELETE = const(127)


class HttpRequest:
    """feed() bytes until it says something else than STATUS_MORE."""

    def __init__(self):
        self._head = bytearray()
        self._need = 0  # bytes of the body
        self._headers = {}  # of _KEPT: name -> value
        self.has_begun = False  # a byte has come
        self.method = b""  # GET or POST
        self.path = b""  # without the query, which nobody here needs
        self.body = None  # bytearray, from the end of the head on

    def feed(self, data):
        """Take bytes; return STATUS_MORE, STATUS_READY, or the status of a refusal."""
        self.has_begun = True
        if self.body is not None:
            return self._feed_body(data)
        searched = max(len(self._head) - 3, 0)
        self._head.extend(data)
        end = self._head.find(_END, searched)
        if end > HEAD_MAX or (end < 0 and len(self._head) > HEAD_MAX):
            return STATUS_HEAD_TOO_LONG
        if end < 0:
            return STATUS_MORE
        rest = bytes(self._head[end + len(_END) :])
        lines = bytes(self._head[:end]).split(b"\r\n")
        self._head = bytearray()
        status = self._take_head(lines)
        return status if status != STATUS_READY else self._feed_body(rest)

    def header(self, name):
        """Return the value of one of _KEPT, b"" when it was not sent."""
        return self._headers.get(name, b"")

    def _feed_body(self, data):
        """What comes behind the body belongs to no request: the connection ends with this one."""
        self.body.extend(data[: self._need - len(self.body)])
        return STATUS_READY if len(self.body) == self._need else STATUS_MORE

    def _take_head(self, lines):
        if not all(_is_clean(line) for line in lines):
            return STATUS_BAD
        status = self._take_request_line(lines[0].split(b" "))
        if status != STATUS_READY:
            return status
        if len(lines) > _HEADERS_MAX + 1:
            return STATUS_HEAD_TOO_LONG
        for line in lines[1:]:
            status = self._take_header(line)
            if status != STATUS_READY:
                return status
        return self._check_body() if self.header(b"host") else STATUS_BAD

    def _take_request_line(self, words):
        if len(words) != 3 or not words[2].startswith(b"HTTP/"):
            return STATUS_BAD
        if words[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
            return STATUS_VERSION
        if words[0] not in (b"GET", b"POST"):
            return STATUS_METHOD
        if words[1][:1] != b"/" or len(words[1]) > _PATH_MAX:
            return STATUS_BAD
        self.method = words[0]
        self.path = words[1].split(b"?")[0]
        return STATUS_READY

    def _take_header(self, line):
        name, colon, value = line.partition(b":")
        if not colon or not name or not all(byte in _TOKEN for byte in name):
            return STATUS_BAD
        name = name.lower()
        for refused, status in _REFUSED:
            if name == refused:
                return status
        if name in _KEPT:
            if name in self._headers:
                return STATUS_BAD
            self._headers[name] = value.strip(b" \t")
        return STATUS_READY

    def _check_body(self):
        length = self.header(b"content-length")
        if self.method == b"GET":
            if length not in (b"", b"0"):
                return STATUS_BAD
        elif not length:
            return STATUS_NO_LENGTH
        elif not length.isdigit() or len(length) > 9:
            return STATUS_BAD
        elif int(length) > BODY_MAX:
            return STATUS_TOO_LONG
        elif self.header(b"content-type").split(b";")[0].strip().lower() != _FORM:
            return STATUS_NO_FORM
        self._need = int(length or b"0")
        self.body = bytearray()
        return STATUS_READY


def _is_clean(line):
    """Tell whether a line has no control characters in it: no bare CR or LF, no NUL."""
    for byte in line:
        if byte < 32 and byte != _TAB or byte == _DELETE:
            return False
    return True
