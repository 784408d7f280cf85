"""TcpStream: one non-blocking TCP connection.

Called by: connection (open, poll_connected, close), websocket (the rest).
Never: waits, resolves names. The protocol is written down in net/__init__.py.
Heap: at open() only; a system call that fails may cost an exception.
"""

import errno
import select

from chargecore.base.codes import E_IO, OK


class TcpStream:
    """The stream protocol over a plain socket."""

    is_tls = False

    def __init__(self, sockets, poller):
        self._sockets = sockets
        self._poller = poller  # a select.poll() that nobody else uses
        self._sock = None
        self.errno = 0  # of the last E_IO; 0: the other side has closed

    def open(self, ip_text, port):
        """Begin to connect; return OK or E_IO."""
        self.close()
        self.errno = 0
        sockets = self._sockets
        try:
            address = sockets.getaddrinfo(ip_text, port)[0][-1]
            self._sock = sockets.socket(sockets.AF_INET, sockets.SOCK_STREAM)
            self._sock.setblocking(False)
            self._poller.register(self._sock, select.POLLOUT)
            self._sock.connect(address)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                return self._failed(error)
        return OK

    def poll_connected(self):
        """Return 1 when connected, 0 not yet, E_IO when it will not come to that."""
        if self._sock is None:
            return E_IO
        for _, happened in self._poller.ipoll(0):
            if happened & ~select.POLLOUT:
                return self._refused()
            return 1
        return 0

    def readinto(self, buf):  # HOT
        """Return how many bytes were read, 0 for none now, E_IO when the connection has ended."""
        if self._sock is None:
            return E_IO
        try:
            count = self._sock.readinto(buf)
        except OSError as error:
            return self._failed(error)
        if count is None:
            return 0
        if count == 0:
            self.errno = 0
            return E_IO
        return count

    def write(self, buf, at, count):  # HOT
        """Return how many bytes of buf[at:at + count] were taken, or E_IO when it has ended."""
        if self._sock is None:
            return E_IO
        try:
            taken = self._sock.write(buf, at, count)
        except OSError as error:
            return self._failed(error)
        return 0 if taken is None else taken

    def flush(self):
        """Return 1 when all that was taken has left, 0 not yet, or E_IO."""
        return 1

    def close(self):
        """Give the socket back. Calling it again does nothing."""
        sock = self._sock
        if sock is None:
            return
        self._sock = None
        try:
            self._poller.unregister(sock)
        except (OSError, KeyError):
            pass  # open() failed before it was registered
        sock.close()

    def _refused(self):
        """Fetch the error a failed connect has left on the socket."""
        try:
            self._sock.write(b"", 0, 0)
            self._sock.readinto(bytearray(1))
        except OSError as error:
            return self._failed(error)
        self.errno = 0
        return E_IO

    def _failed(self, error):
        self.errno = error.errno or 0
        return E_IO
