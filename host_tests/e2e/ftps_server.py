"""FtpsFiles: a small FTP server with explicit TLS, on control and data connection alike.

For one user and one file at a time; it says what RFC 4217 makes of each step and nothing in clear
behind AUTH. (pyftpdlib needs a library of its own for TLS.)
"""

import contextlib
import socket
import threading
from pathlib import Path

from file_servers import PASSWORD, USER

_TIMEOUT_S = 10


class FtpsFiles:
    """`folder` holds what is served and brought; `commands` is what was asked, with the layer."""

    def __init__(self, folder, context):
        self.folder = Path(folder)
        self.commands = []  # (is encrypted, command)
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"ftps://{USER}:{PASSWORD.replace(' ', '%20')}@localhost:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            sock.settimeout(_TIMEOUT_S)
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock):
        with contextlib.suppress(OSError, ValueError):
            _Session(self, sock, self._context).run()

    def close(self):
        """Take no more connections."""
        self._listener.close()


class _Session:
    def __init__(self, files, sock, context):
        self._files = files
        self._control = sock
        self._context = context
        self._is_tls = False
        self._doors = None  # where the data connection will come in
        self._buf = b""

    def run(self):
        self._say("220 ready")
        while True:
            verb, _, argument = self._line().partition(" ")
            self._files.commands.append((self._is_tls, verb))
            if verb == "QUIT":
                return
            getattr(self, "_" + verb.lower())(argument)

    def _line(self):
        while b"\r\n" not in self._buf:
            data = self._control.recv(1024)
            if not data:
                raise OSError("gone")
            self._buf += data
        line, _, self._buf = self._buf.partition(b"\r\n")
        return line.decode()

    def _say(self, text):
        self._control.sendall(text.encode() + b"\r\n")

    def _auth(self, _kind):
        self._say("234 go on")
        self._control = self._context.wrap_socket(self._control, server_side=True)
        self._is_tls = True

    def _user(self, name):
        self._say("331 password" if self._is_tls and name == USER else "530 no")

    def _pass(self, password):
        self._say("230 in" if password == PASSWORD else "530 no")

    def _pbsz(self, _size):
        self._say("200 yes")

    def _prot(self, _level):
        self._say("200 private")

    def _type(self, _kind):
        self._say("200 binary")

    def _pasv(self, _nothing):
        self._doors = socket.create_server(("127.0.0.1", 0))
        port = self._doors.getsockname()[1]
        self._say(f"227 Entering Passive Mode (127,0,0,1,{port >> 8},{port & 255}).")

    def _data(self):
        self._doors.settimeout(_TIMEOUT_S)
        sock, _address = self._doors.accept()
        self._doors.close()
        self._say("150 here")
        return self._context.wrap_socket(sock, server_side=True)

    def _retr(self, path):
        with self._data() as data:
            data.sendall((self._files.folder / path.lstrip("/")).read_bytes())
            with contextlib.suppress(OSError):  # the station's binding never says close_notify
                data.unwrap()
        self._say("226 done")

    def _stor(self, path):
        got = bytearray()
        with self._data() as data:
            with contextlib.suppress(OSError):  # nor here
                while part := data.recv(4096):
                    got += part
        (self._files.folder / path.lstrip("/")).write_bytes(got)
        self._say("226 done")
