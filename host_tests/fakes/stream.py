"""FakeStream: the stream protocol in RAM, as stingy with bytes as the test likes."""

from chargecore.base.codes import E_IO, OK


class FakeStream:
    """`sent` is what was written; feed() is what the server says.

    `write_max` bytes are taken per write (0: none), `room` in all when not None; `read_max` bytes
    are given per read. end() lets the server close behind what was fed.
    """

    is_tls = False

    def __init__(self):
        self.sent = bytearray()
        self.write_max = 1 << 20
        self.room = None
        self.read_max = 1 << 20
        self.errno = 0
        self.opened = []  # (ip_text, port)
        self.open_result = OK
        self.connect_result = 1
        self.flush_result = 1
        self.is_closed = False
        self.closes = 0
        self._to_read = bytearray()
        self._is_ended = False

    def open(self, ip_text, port):
        self.opened.append((ip_text, port))
        self.is_closed = False
        self._to_read = bytearray()
        self._is_ended = False
        return self.open_result

    def poll_connected(self):
        return self.connect_result

    def feed(self, data):
        """Let the server have sent data."""
        self._to_read.extend(data)

    def end(self):
        """Let the server have closed."""
        self._is_ended = True

    def readinto(self, buf):
        if self.is_closed:
            return E_IO
        count = min(len(buf), len(self._to_read), self.read_max)
        if count == 0:
            return E_IO if self._is_ended else 0
        buf[:count] = self._to_read[:count]
        self._to_read = self._to_read[count:]
        return count

    def write(self, buf, at, count):
        if self.is_closed:
            return E_IO
        count = min(count, self.write_max)
        if self.room is not None:
            count = min(count, self.room)
            self.room -= count
        self.sent.extend(bytes(buf[at : at + count]))
        return count

    def flush(self):
        return self.flush_result

    def close(self):
        self.is_closed = True
        self.closes += 1

    def take_sent(self):
        """Return what was written since the last call."""
        sent = bytes(self.sent)
        self.sent = bytearray()
        return sent
