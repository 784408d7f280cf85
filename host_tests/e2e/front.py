"""Front: what stands where the station expects its server: misbehaves, or passes bytes through.

Every connection is given to `handler(sock, request)` while one is set, and to the real server
behind it otherwise. request is what the station sent to be upgraded, b"" for handlers that want to
answer before it.
"""

import contextlib
import socket
import threading

from fakes.ws_server import answer_to

_LIMIT_S = 30  # a handler's socket operation that takes longer has failed


class Front:
    """Listens on a port of its own; `url` is for the station."""

    def __init__(self, server_port):
        self._server_port = server_port
        self.handler = None
        self.attempts = 0  # connections so far
        self._sockets = []
        self._station_sock = None  # newest connection that is passed through
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}/ocpp"
        threading.Thread(target=self._accept, daemon=True).start()

    def inject(self, data):
        """Send bytes to the station between those of the server."""
        self._station_sock.sendall(data)

    def close(self):
        """Close everything."""
        for sock in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock = self._listener.accept()[0]
                self.attempts += 1
                self._sockets.append(sock)
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        handler = self.handler
        with contextlib.suppress(OSError):
            if handler is None:
                self._pass_through(sock)
            else:
                sock.settimeout(_LIMIT_S)
                handler(sock)

    def _pass_through(self, sock):
        behind = socket.create_connection(("127.0.0.1", self._server_port))
        self._sockets.append(behind)
        self._station_sock = sock
        threading.Thread(target=_pump, args=(behind, sock), daemon=True).start()
        _pump(sock, behind)


def _pump(source, sink):
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
    for sock in (source, sink):
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def request_of(sock):
    """Return the station's upgrade request."""
    request = b""
    while b"\r\n\r\n" not in request:
        data = sock.recv(4096)
        if not data:
            raise OSError("the station went away")
        request += data
    return request


def upgraded(sock, subprotocol=b"ocpp1.6"):
    """Accept the upgrade."""
    sock.sendall(answer_to(request_of(sock), subprotocol))
