"""ControlClient: one connection to the control socket: lines in, lines out.

Called by: ControlServer. Never blocks; what the peer does not take at once is kept.
"""

from micropython import const

LINE_MAX = const(4096)
_READ_LEN = const(1024)
_PENDING_MAX = const(262_144)  # a client that never reads is dropped


class ControlClient:
    """`is_open` is False once the peer is gone; lines are handed out one by one."""

    def __init__(self, sock):
        self.sock = sock
        self.is_open = True
        self.is_waiting = False  # an answer of this client is still to come
        self._read_buf = bytearray(_READ_LEN)
        self._line = b""  # received, no newline yet
        self._is_overlong = False  # skipping the rest of a line that was refused
        self._pending = b""  # answers the peer has not taken yet

    def receive(self):
        """Return the complete lines that have arrived; None is one longer than LINE_MAX."""
        lines = []
        got = self._readinto()
        while got:
            self._split(bytes(self._read_buf[:got]), lines)
            got = self._readinto() if got == _READ_LEN else None
        if got == 0:
            self.close()
        return lines

    def send(self, text):
        """Queue text as one line and send what goes at once."""
        self._pending += text.encode() + b"\n"
        if len(self._pending) > _PENDING_MAX:
            self.close()
        self.flush()

    def flush(self):
        """Send what is queued, as far as the peer takes it."""
        while self._pending and self.is_open:
            try:
                sent = self.sock.write(self._pending)
            except OSError:
                self.close()
                return
            if not sent:
                return
            self._pending = self._pending[sent:]

    def close(self):
        """Close the connection."""
        if self.is_open:
            self.is_open = False
            self.sock.close()

    def _readinto(self):
        """Return the number of bytes read, None when there is nothing, 0 at the end."""
        try:
            return self.sock.readinto(self._read_buf)
        except OSError:
            return 0

    def _split(self, received, lines):
        parts = received.split(b"\n")
        last = len(parts) - 1
        for idx, part in enumerate(parts):
            if not self._is_overlong:
                self._line += part
                if len(self._line) > LINE_MAX:
                    self._is_overlong = True
                    self._line = b""
            if idx == last:
                return
            if self._is_overlong:
                lines.append(None)
            elif self._line.strip():
                lines.append(self._line)
            self._line = b""
            self._is_overlong = False
