"""HttpServer: a small HTTP server for one page and one user; in steps that return at once.

Called by: setup.window. One caller is served at a time, a second one waits for its turn and is
told to come again after 3 s, all others wait in the port's queue. A caller that has said nothing
makes room for one that waits: browsers open connections that they do not use.
Heap: two requests and their answers at most.
"""

from micropython import const

from chargecore.base.codes import E_IO, OK
from chargecore.base.ticks import ticks_diff
from chargecore.net.http_caller import HttpCaller

_QUEUE = const(4)  # of the port
_SILENT_MS = const(300)
_WAIT_MS = const(3_000)


class HttpServer:
    """desk.answer(request, now_ms) returns the pieces of the answer."""

    def __init__(self, sockets, desk):
        self._sockets = sockets
        self._desk = desk
        self._listener = None
        self._caller = None  # who is served
        self._next = None  # who waits
        self._is_away = False  # who waits has been told to come again

    def open(self, ip_text, port):
        """Listen; return OK or E_IO."""
        sockets = self._sockets
        try:
            address = sockets.getaddrinfo(ip_text, port)[0][-1]
            self._listener = sockets.socket(sockets.AF_INET, sockets.SOCK_STREAM)
            self._listener.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
            self._listener.bind(address)
            self._listener.listen(_QUEUE)
            self._listener.setblocking(False)
        except OSError:
            self.close()
            return E_IO
        return OK

    @property
    def is_idle(self):
        """Whether nobody is served."""
        return self._caller is None

    def poll(self, now_ms):
        """Accept, read, answer and write a little."""
        if self._listener is None:
            return
        if self._caller is None and self._next is not None and not self._is_away:
            self._caller = self._next
            self._next = None
            self._caller.begin(now_ms)
        if self._caller is None:
            self._caller = self._accept(now_ms)
        elif self._next is None:
            self._next = self._accept(now_ms)
        if self._caller is not None and not self._goes_on(self._caller, now_ms):
            self._caller.close()
            self._caller = None
        if self._next is not None:
            self._poll_next(now_ms)

    def close(self):
        """Give all sockets back."""
        for held in (self._caller, self._next, self._listener):
            if held is not None:
                held.close()
        self._caller = self._next = self._listener = None
        self._is_away = False

    def _accept(self, now_ms):
        """Return the next caller, None when nobody is there."""
        try:
            sock = self._listener.accept()[0]
        except OSError:
            return None
        sock.setblocking(False)
        return HttpCaller(sock, self._desk, now_ms)

    def _goes_on(self, caller, now_ms):
        is_late = ticks_diff(now_ms, caller.since_ms) >= _SILENT_MS
        if not caller.poll(now_ms):
            return False
        return not (is_late and caller.is_silent and self._next is not None)

    def _poll_next(self, now_ms):
        """Who waits too long is told so."""
        caller = self._next
        if not self._is_away:
            if ticks_diff(now_ms, caller.since_ms) < _WAIT_MS:
                return
            self._is_away = True
            caller.send_away(now_ms)
        if not caller.poll(now_ms):
            caller.close()
            self._next = None
            self._is_away = False
