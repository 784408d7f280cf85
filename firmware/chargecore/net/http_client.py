"""HttpClient: one HTTP/1.1 request that fetches or brings a file, in small steps.

Called by: transfer, once the stream is connected.
Never: connects, keeps time, follows a redirect (it says where to).
Heap: 0.6 KiB at start; the request and each header line while a file is moved.
Source: RFC 9110, RFC 9112.
"""

import binascii

from micropython import const

from chargecore.base.codes import E_LENGTH, E_SYNTAX, OK
from chargecore.net.http_body import BodyReader
from chargecore.net.http_head import HeadReader
from chargecore.net.moves import (
    MOVE_DONE,
    MOVE_RUNNING,
    MOVED_AWAY,
    WHY_ANSWER,
    WHY_LOCAL,
    WHY_LOST,
    WHY_REFUSED,
    WHY_TOO_LONG,
)

_LINE_MAX = const(560)  # a Location of 512 and its name
_READS_PER_POLL = const(2)
_SEND_HEAD = const(0)
_SEND_BODY = const(1)
_HEAD = const(2)
_BODY = const(3)
_AWAY = (301, 302, 307, 308)
_DIGITS_MAX = const(9)  # of a length; more is more than any flash holds


class HttpClient:
    """begin(), then poll() until it returns something else than MOVE_RUNNING.

    sink: take(buf, at, count) returns OK or an E_ code that ends it; most_b, the longest file.
    source: length_b, fill(buf) returns how many bytes it has put there.
    """

    def __init__(self, buf):
        self._buf = buf
        self._head = HeadReader(_LINE_MAX, self._read_header)
        self._body = BodyReader()
        self._stream = None
        self._sink = None
        self._source = None
        self._request = b""
        self._state = _SEND_HEAD
        self._at = 0  # next byte of the request, or of the buffer, to write
        self._end = 0  # end of what the buffer holds
        self._from_b = 0  # the file is wanted from here
        self._skip_b = 0  # bytes that we have and the server sends all the same
        self._left_b = 0  # bytes of the source that have not been filled in
        self._length_b = -1  # Content-Length, -1: none
        self._is_chunked = False
        self._is_encoded = False  # the body is not the file as it lies there
        self._range_b = -1  # where the part begins that the server sends, -1: it does not say
        self.location = b""  # where the file has moved to
        self.detail = 0  # HTTP status, or an E_ code
        self.moved = 0  # grows with every byte, either way

    def begin(self, url, stream, sink, source, from_b, method):
        """Begin on a connected stream. One of sink and source is None."""
        self._stream = stream
        self._sink = sink
        self._source = source
        self._from_b = from_b
        self._left_b = 0 if source is None else source.length_b
        self._request = _request(url, method, from_b, source)
        self._state = _SEND_HEAD
        self._at = 0
        self._end = 0
        self._begin_answer()

    def poll(self):
        """Go on. Return MOVE_* or WHY_* (negative)."""
        if self._state == _SEND_HEAD:
            return self._send_head()
        if self._state == _SEND_BODY:
            return self._send_body()
        for _ in range(_READS_PER_POLL):
            count = self._stream.readinto(self._buf)
            if count == 0:
                break
            if count < 0:
                return self._ended()
            result = self._take(count)
            if result != MOVE_RUNNING:
                return result
        return MOVE_RUNNING

    # ---- sending ----

    def _send_head(self):
        request = self._request
        took = self._stream.write(request, self._at, len(request) - self._at)
        if took < 0:
            return WHY_LOST
        self._at += took
        self.moved += took
        if self._at == len(request):
            self._request = b""
            self._at = 0
            self._state = _HEAD if self._source is None else _SEND_BODY
        return MOVE_RUNNING

    def _send_body(self):
        """Send a piece; a server that answers before it has all has made up its mind."""
        if self._at == self._end:
            count = self._stream.readinto(self._buf)
            if count < 0:
                return WHY_LOST
            if count > 0:
                self._state = _HEAD
                return self._take(count)
            if self._left_b == 0:
                self._state = _HEAD
                return MOVE_RUNNING
            self._at = 0
            self._end = min(self._source.fill(self._buf), self._left_b)
            if self._end <= 0:
                return WHY_LOCAL
            self._left_b -= self._end
        took = self._stream.write(self._buf, self._at, self._end - self._at)
        if took < 0:
            self._at = self._end = 0
            count = self._stream.readinto(self._buf)  # it may have said why
            self._state = _HEAD
            return WHY_LOST if count <= 0 else self._take(count)
        self._at += took
        self.moved += took
        return MOVE_RUNNING

    # ---- the answer ----

    def _begin_answer(self):
        self._head.reset()
        self._length_b = -1
        self._is_chunked = False
        self._is_encoded = False
        self._range_b = -1
        self.location = b""
        self.detail = 0

    def _take(self, count):
        """Take bytes of the answer out of the buffer."""
        self.moved += count
        at = 0
        while at < count:
            if self._state == _BODY:
                return self._take_body(at, count)
            head = self._head
            at = head.take(self._buf, at, count)
            if head.error:
                self.detail = head.error
                return WHY_ANSWER
            if head.is_complete:
                result = self._judge(head.status)
                if result != MOVE_RUNNING:
                    return result
        return MOVE_RUNNING

    def _judge(self, status):
        """Act on status and headers."""
        self.detail = status
        if 100 < status < 200 or status == 100:
            self._begin_answer()
            if self._left_b or self._at < self._end:
                self._state = _SEND_BODY
            return MOVE_RUNNING
        if status in _AWAY and self.location:
            return MOVED_AWAY
        if self._source is not None:
            return MOVE_DONE if 200 <= status < 300 or status == 303 else WHY_REFUSED
        if status == 303 and self.location:
            return MOVED_AWAY
        if status == 206:
            if self._range_b != self._from_b:
                return WHY_ANSWER
            self._skip_b = 0
        elif status == 200:
            self._skip_b = self._from_b  # it knows no ranges
        else:
            return WHY_REFUSED
        return self._begin_body()

    def _begin_body(self):
        if self._is_encoded:
            return WHY_ANSWER
        begins_at_b = self._from_b - self._skip_b
        if self._length_b > self._sink.most_b - begins_at_b:
            return WHY_TOO_LONG
        self._body.reset(self._length_b, self._is_chunked)
        self._state = _BODY
        return MOVE_DONE if self._body.is_done else MOVE_RUNNING

    def _take_body(self, at, end):
        body = self._body
        while at < end and not body.is_done:
            at = body.take(self._buf, at, end)
            if body.error:
                self.detail = body.error
                return WHY_ANSWER
            if body.data_len:
                code = self._deliver(body.data_at, body.data_len)
                if code != OK:
                    self.detail = code
                    return WHY_TOO_LONG if code == E_LENGTH else WHY_LOCAL
        return MOVE_DONE if body.is_done else MOVE_RUNNING

    def _deliver(self, at, count):
        skipped = min(self._skip_b, count)
        self._skip_b -= skipped
        if skipped == count:
            return OK
        return self._sink.take(self._buf, at + skipped, count - skipped)

    def _ended(self):
        """The server has closed: the end of a body that has no other."""
        if self._state == _BODY and self._body.is_open_end and self._stream.errno == 0:
            return MOVE_DONE
        return WHY_LOST

    def _read_header(self, name, value):
        if name == b"content-length":
            if not value.isdigit():
                return E_SYNTAX
            if len(value) > _DIGITS_MAX:
                return E_LENGTH
            self._length_b = int(value)
        elif name == b"transfer-encoding":
            self._is_chunked = value.lower() == b"chunked"
            self._is_encoded = self._is_encoded or not self._is_chunked
        elif name == b"content-encoding":
            self._is_encoded = self._is_encoded or value.lower() != b"identity"
        elif name == b"content-range":
            self._range_b = _range_start(value)
        elif name == b"location":
            self.location = value
        return OK


def _request(url, method, from_b, source):
    """Return the head of the request."""
    lines = [
        method + b" " + url.path + b" HTTP/1.1",
        b"Host: " + url.host_header,
        b"User-Agent: chargecore",
        b"Accept-Encoding: identity",
        b"Connection: close",
    ]
    if url.user is not None:
        pair = binascii.b2a_base64(url.user + b":" + url.password)
        lines.append(b"Authorization: Basic " + pair.replace(b"\n", b""))
    if from_b:
        lines.append(b"Range: bytes=%d-" % from_b)
    if source is not None:
        lines.append(b"Content-Type: text/plain; charset=utf-8")
        lines.append(b'Content-Disposition: attachment; filename="' + source.name + b'"')
        lines.append(b"Content-Length: %d" % source.length_b)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _range_start(value):
    """Return N of `bytes N-M/L`, or -1."""
    words = value.split()
    if len(words) != 2 or words[0].lower() != b"bytes":
        return -1
    start = words[1].partition(b"-")[0]
    return int(start) if start.isdigit() and len(start) <= _DIGITS_MAX else -1
