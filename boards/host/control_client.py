"""ControlClient: one connection to the control socket: lines in, lines out.

Called by: ControlServer, each pass. Never blocks. What the peer has sent waits until it has taken
the answer to what it sent before, so that nobody can fill the heap.
"""

from micropython import const

LINE_MAX = const(4096)
_READ_LEN = const(1024)


class ControlClient:
    """`is_open` is False once the peer is gone; lines are handed out one by one."""

    def __init__(self, sock):
        self.sock = sock
        self.is_open = True
        self.is_waiting = False  # an answer of this client is still to come
        self._read_buf = bytearray(_READ_LEN)
        self._received = b""  # not handed out yet; at most LINE_MAX + _READ_LEN
        self._is_overlong = False  # skipping the rest of a line that was refused
        self._pending = b""  # answer the peer has not taken yet

    @property
    def is_ready(self):
        """Whether the peer may have its next line served."""
        return self.is_open and not self.is_waiting and not self._pending

    def receive(self):
        """Read a piece of what has arrived. Notices that the peer is gone."""
        if b"\n" in self._received:
            return  # first things first
        try:
            got = self.sock.readinto(self._read_buf)
        except OSError:
            got = 0
        if got == 0:
            self.close()
        elif got:
            self._received += self._read_buf[:got]

    def next_line(self):
        """Return the next complete line, b"" for one longer than LINE_MAX, None for none."""
        while self._received:
            end = self._received.find(b"\n")
            if end < 0:
                if len(self._received) > LINE_MAX or self._is_overlong:
                    self._is_overlong = True
                    self._received = b""
                return None
            line = self._received[:end]
            self._received = self._received[end + 1 :]
            if self._is_overlong or len(line) > LINE_MAX:
                self._is_overlong = False
                return b""
            if line.strip():
                return line
        return None

    def send(self, text):
        """Queue text as one line and send what goes at once."""
        self._pending += text.encode() + b"\n"
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
