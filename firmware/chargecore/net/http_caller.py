"""HttpCaller: one connection of the HTTP server, from the first byte of the request to the end.

Called by: HttpServer. Reads a request within 5 s, asks the desk for the answer, writes it within
10 s; whoever takes longer is cut off. Heap: the request, the pieces of the answer.
"""

from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.net.http_answer import plain, refusal
from chargecore.net.http_request import STATUS_MORE, STATUS_READY, HttpRequest

_READ_MS = const(5_000)  # the whole request: a slow one keeps everybody else waiting
_WRITE_MS = const(10_000)
_LINGER_MS = const(300)  # behind a refusal: closed at once it would get lost
_CHUNK = const(512)
_BUSY = b"The station is talking to somebody else. Please try again in a few seconds."


class HttpCaller:
    """sock: accepted, not blocking. desk.answer(request, now_ms) returns the pieces."""

    def __init__(self, sock, desk, now_ms):
        self._sock = sock
        self._desk = desk
        self._request = HttpRequest()
        self._pieces = None  # of the answer; None: the request is still read
        self._at = 0  # written of the first piece
        self._lingers = False  # something may still come
        self._deadline_ms = ticks_add(now_ms, _READ_MS)
        self.since_ms = now_ms

    @property
    def is_silent(self):
        """Whether nothing has come yet: browsers open connections ahead."""
        return self._pieces is None and not self._request.has_begun

    def begin(self, now_ms):
        """It is its turn: the time it has begins now."""
        self._deadline_ms = ticks_add(now_ms, _READ_MS)

    def send_away(self, now_ms):
        """Answer that somebody else is served, whatever was asked."""
        self._answer(plain(503, _BUSY, b"Retry-After: 3\r\n"), now_ms, True)

    def poll(self, now_ms):
        """Move on; return whether the connection goes on."""
        try:
            if self._pieces is None:
                return self._read(now_ms)
            if self._pieces:
                return self._write(now_ms)
            return self._linger(now_ms)
        except OSError:
            return False  # it has gone

    def close(self):
        """Give the socket back."""
        self._sock.close()

    def _read(self, now_ms):
        if ticks_diff(now_ms, self._deadline_ms) >= 0:
            if self._request.has_begun:
                self._answer(refusal(408), now_ms, True)
            return self._request.has_begun
        data = self._sock.read(_CHUNK)
        if data is None:
            return True
        if not data:
            return False
        status = self._request.feed(data)
        if status == STATUS_READY:
            self._answer(self._desk.answer(self._request, now_ms), now_ms, False)
        elif status != STATUS_MORE:
            self._answer(refusal(status), now_ms, True)
        return True

    def _answer(self, pieces, now_ms, lingers):
        self._pieces = pieces
        self._at = 0
        self._lingers = lingers
        self._deadline_ms = ticks_add(now_ms, _WRITE_MS)

    def _write(self, now_ms):
        if ticks_diff(now_ms, self._deadline_ms) >= 0:
            return False
        piece = self._pieces[0]
        count = len(piece) - self._at
        taken = self._sock.write(piece, self._at, count) if count else 0
        if taken is None:
            return True
        self._at += taken
        if self._at < len(piece):
            return True
        self._pieces.pop(0)
        self._at = 0
        if self._pieces:
            return True
        self._deadline_ms = ticks_add(now_ms, _LINGER_MS)
        return self._lingers

    def _linger(self, now_ms):
        """Throw away what comes until the other side has closed, or for a moment."""
        if ticks_diff(now_ms, self._deadline_ms) >= 0:
            return False
        data = self._sock.read(_CHUNK)
        return data is None or len(data) > 0
