"""TalkingUart: the receiving side of a UART; the test says what arrives, and calls count."""


class TalkingUart:
    """`calls` and `bytes_read` count; `is_broken`: every call raises OSError."""

    def __init__(self):
        self.settings = None  # keywords of the newest init()
        self.is_broken = False
        self.blocked = 0  # reads of more than was there: a real UART would wait
        self.calls = 0
        self.bytes_read = 0
        self._data = b""
        self._at = 0

    def init(self, **settings):
        self.settings = settings

    def send(self, data):
        """Let bytes arrive behind those that wait."""
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    def rewind(self):
        """Let the same bytes arrive once more."""
        self._at = 0

    def any(self):
        self.calls += 1
        if self.is_broken:
            raise OSError(5)
        return len(self._data) - self._at

    def readinto(self, buf, nbytes):
        self.calls += 1
        if self.is_broken:
            raise OSError(5)
        left_len = len(self._data) - self._at
        if nbytes > left_len:
            self.blocked += 1
        got_len = min(nbytes, left_len)
        if got_len == 0:
            return None
        for i in range(got_len):
            buf[i] = self._data[self._at + i]
        self._at += got_len
        self.bytes_read += got_len
        return got_len
