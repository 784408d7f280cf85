"""FileServer: where the station fetches firmware and brings its logs: HTTP and FTP on one folder.

Started when a case first names it. One user, no TLS: the cases are about OCPP, not about files.
"""

import contextlib
import http.server
import logging
import shutil
import threading
from pathlib import Path

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import ThreadedFTPServer

from chargecore_tools.cert.errors import CertError, Failed

_USER, _PASSWORD = "station", "station"  # in the URLs that the cases send; nothing secret is here
_NOBODY_PORT = 9  # discard: nobody listens there
_BODY_MAX_B = 50_000_000
_SOURCES = ("firmware_good", "firmware_broken")


class FileServer:
    """folder: is made; host: address for the station; wait_until(has_come, within_s): the lab's.

    The methods offer, received and refuse are the words behind `files:` in a case.
    """

    def __init__(self, folder, host, settings):
        self.folder = Path(folder)
        self.takes_uploads = True
        self.wait_until = None
        self._host = host
        self._settings = settings
        self._servers = []
        self._starting = threading.Lock()  # a case and the server's answers may name it at once
        self._ports = {}
        self._offered = set()

    def names(self):
        """Return what `$files` stands for. Errors: CertError."""
        self._start()
        return {
            "http": f"http://{self._host}:{self._ports['http']}",
            "ftp": f"ftp://{_USER}:{_PASSWORD}@{self._host}:{self._ports['ftp']}",
            "root": self._root(),
            "nowhere": f"ftp://{self._host}:{_NOBODY_PORT}/nothing",
        }

    def _root(self):
        if self._settings.file_protocol == "http":
            return f"http://{self._host}:{self._ports['http']}"
        return f"ftp://{_USER}:{_PASSWORD}@{self._host}:{self._ports['ftp']}"

    def path(self, name):
        """Return the path of a file that is offered or was brought."""
        return self.folder / Path(name).name

    def offer(self, name, what):
        """Put a file there: one of lab.yaml, or a text. Errors: CertError."""
        self._start()
        if what not in _SOURCES:
            self.path(name).write_text(str(what), encoding="utf-8")
        else:
            source = self._settings.get(what)
            if not source:
                raise CertError(f"this case needs `{what}: FILE` in lab.yaml")
            try:
                shutil.copyfile(source, self.path(name))
            except OSError as error:
                raise CertError(f"{what} {source}: {error.strerror}") from error
        self._offered.add(self.path(name).name)

    def received(self, within_s=None, name=None):
        """Wait for a file that the station brings. Return its name and size. Errors: Failed."""
        within_s = self._settings.message_timeout_s if within_s is None else float(within_s)
        if not self.wait_until(lambda: self._brought(name), within_s):
            raise Failed(f"{name or 'a file'} did not arrive within {within_s:g} s", "file")
        path = self._brought(name)
        return {"name": path.name, "size": path.stat().st_size}

    def refuse(self, active=True):
        """Refuse uploads, or take them again."""
        self.takes_uploads = not active

    def reset(self):
        """Forget all files: the next case begins."""
        self.takes_uploads = True
        self._offered.clear()
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                path.unlink()

    def close(self):
        """End both servers."""
        for server in self._servers:
            with contextlib.suppress(OSError):
                server()
        self._servers = []

    def _brought(self, name):
        """Return a file that was brought whole and is not empty, or None."""
        for path in sorted(self.folder.iterdir()):
            is_it = path.name not in self._offered and not path.name.startswith(".")
            if is_it and name in (None, path.name) and path.stat().st_size:
                return path
        return None

    def _start(self):
        with self._starting:
            if self._servers:
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                self._start_http()
                self._start_ftp()
            except OSError as error:
                raise CertError(f"file server on {self._host}: {error.strerror}") from error

    def _start_http(self):
        handler = type("Handler", (_Handler,), {"files": self})
        server = http.server.ThreadingHTTPServer((self._host, 0), handler)
        server.daemon_threads = True
        self._ports["http"] = server.server_port
        self._run(server.serve_forever)
        self._servers += [server.shutdown, server.server_close]

    def _start_ftp(self):
        logger = logging.getLogger("pyftpdlib")  # without a handler it would make one and print
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        authorizer = DummyAuthorizer()
        authorizer.add_user(_USER, _PASSWORD, str(self.folder), perm="elradfmwMT")
        options = {"authorizer": authorizer, "files": self}
        handler = type("FtpHandler", (_FtpHandler,), options)
        # A loop of its own: the library's common one must not run in two threads.
        server = ThreadedFTPServer((self._host, 0), handler, ioloop=IOLoop())
        self._ports["ftp"] = server.socket.getsockname()[1]
        self._run(server.serve_forever)
        self._servers.append(server.close_all)

    def _run(self, serve):
        threading.Thread(target=serve, name="files", daemon=True).start()


class _FtpHandler(FTPHandler):
    files = None

    def ftp_STOR(self, file, mode="w"):
        """Take a file, unless uploads are refused."""
        if not self.files.takes_uploads:
            self.respond("550 refused")
            return None
        return super().ftp_STOR(file, mode)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files = None

    def log_message(self, *_args):
        """Be quiet."""

    def _path(self):
        return self.files.path(self.path.split("?")[0] or "brought")

    def do_GET(self):
        path = self._path()
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        start = self._start_of(len(data))
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(data[start:])

    def _start_of(self, length):
        """Return where a download goes on; 0 when the header is none that is known here."""
        wanted = self.headers.get("Range", "")
        if not wanted.startswith("bytes=") or not wanted.endswith("-"):
            return 0
        digits = wanted[len("bytes=") : -1]
        return int(digits) if digits.isdigit() and int(digits) < length else 0

    def do_PUT(self):
        length = self.headers.get("Content-Length", "")
        if not self.files.takes_uploads or not length.isdigit() or int(length) > _BODY_MAX_B:
            self.close_connection = True
            self.send_error(403 if length.isdigit() else 411)
            return
        name = self._path().name or "brought"
        part = self.files.folder / f".{name}.part"
        part.write_bytes(self.rfile.read(int(length)))
        part.rename(self.files.folder / name)
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT
