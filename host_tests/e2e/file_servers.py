"""Servers for files: HTTP by the standard library, FTP by pyftpdlib; both can misbehave."""

import contextlib
import http.server
import logging
import threading
from pathlib import Path

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import ThreadedFTPServer

_STALL_S = 30  # real time until a station has asked for a file
USER, PASSWORD = "station", "se cret"


class HttpFiles:
    """`folder` holds what is served and what was brought. `stall_after_b`: then nothing more.

    context: an ssl.SSLContext for https.
    """

    def __init__(self, folder, context=None):
        self.folder = Path(folder)
        self.requests = []  # (method, path, Range header)
        self.stall_after_b = None
        self.cut_after_b = None  # the connection ends there, once
        self.takes_put = True
        self._stop = threading.Event()
        self._is_stalled = threading.Event()
        handler = type("Handler", (_Handler,), {"files": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        if context is not None:
            sock = self._server.socket
            self._server.socket = context.wrap_socket(
                sock, server_side=True, do_handshake_on_connect=False
            )
            self.url = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stall(self):
        """Stand still until the end."""
        self._is_stalled.set()
        self._stop.wait()

    def serve_again(self):
        """Wait until a download stands still; the next ones get everything."""
        assert self._is_stalled.wait(_STALL_S), "nobody came for the file"
        self.stall_after_b = None

    def close(self):
        """End it."""
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        """Be quiet."""

    def _path(self):
        name = self.path.split("?")[0].lstrip("/")
        return self.files.folder / name

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.files.requests.append(("GET", self.path, wanted))
        if self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", self.path[len("/moved") :])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if not self._path().is_file():
            self.send_error(404)
            return
        data = self._path().read_bytes()
        start = int(wanted[len("bytes=") : -1]) if wanted else 0
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        if self.path.startswith("/moved"):
            return
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        self._send(data[start:])

    def _send(self, data):
        files = self.files
        with contextlib.suppress(OSError):
            if files.cut_after_b is not None:
                self.wfile.write(data[: files.cut_after_b])
                files.cut_after_b = None
                self.close_connection = True
            elif files.stall_after_b is not None:
                self.wfile.write(data[: files.stall_after_b])
                files.stall()
            else:
                self.wfile.write(data)

    def do_PUT(self):
        self.files.requests.append((self.command, self.path, None))
        if self.command == "PUT" and not self.files.takes_put:
            self.send_error(405)
            self.close_connection = True
            return
        data = self.rfile.read(int(self.headers["Content-Length"]))
        name = self._path().name or "posted"
        (self.files.folder / name).write_bytes(data)
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT


class FtpFiles:
    """An FTP server over `folder`, for one user."""

    def __init__(self, folder):
        self.folder = Path(folder)
        logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
        authorizer = DummyAuthorizer()
        authorizer.add_user(USER, PASSWORD, str(folder), perm="elradfmwMT")
        handler = type("Handler", (FTPHandler,), {"authorizer": authorizer})
        self._server = ThreadedFTPServer(("127.0.0.1", 0), handler)
        self.port = self._server.socket.getsockname()[1]
        self.url = f"ftp://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        """End it."""
        self._server.close_all()
