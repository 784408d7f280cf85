"""LocalServer: a real TLS server inside the test's own process, on CPython and on the VM."""

import socket
import time

import tls

from fakes.tls_files import CERTIFICATE, KEY


class LocalServer:
    """A TLS server of localhost on a socket of this interpreter, driven by poll()."""

    def __init__(self):
        self._listener, self.port = listen()
        self._context = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(CERTIFICATE, KEY)
        self._raw = None
        self.sock = None
        self.buf = bytearray(1024)
        self.got = 0  # bytes read

    def accept(self):
        """Take the connection that is waiting."""
        self._raw, _ = self._listener.accept()
        self._raw.setblocking(False)
        self.sock = self._context.wrap_socket(
            self._raw, server_side=True, do_handshake_on_connect=False
        )

    def poll(self):
        """Read what has come; that also drives the handshake."""
        count = self.sock.readinto(self.buf)
        if count:
            self.got += count

    def hang_up(self):
        """End the connection."""
        if self.sock is not None:
            self.sock.close()
            self._raw.close()

    def close(self):
        """End everything."""
        self.hang_up()
        self._listener.close()


def listen():
    """Return a listening socket and its port; MicroPython cannot ask which port it was given."""
    port = 20000 + time.ticks_us() % 20000
    while True:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
            listener.listen(1)
            return listener, port
        except OSError:
            listener.close()
            port += 1
