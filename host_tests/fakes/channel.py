"""FakeChannel: the WebSocket as Rpc sees it, with the wire in the test's hand."""

from chargecore.base.codes import E_BUSY, OK
from chargecore.wire.json_writer import JsonWriter

_TX_SIZE = 64


class FakeChannel:
    """Remembers every text that left, in `sent`.

    A text is rendered in windows of tx_size bytes, as the real one does. With is_slow it stays in
    the making until finish() or drain(); otherwise it has left when send_message() returns.
    """

    def __init__(self, rx_size=512, tx_size=_TX_SIZE):
        self.rx_buf = bytearray(rx_size)
        self.rx_len = 0
        self.rx_total_len = 0
        self.rx_ready = False
        self.is_open = True
        self.tx_idle = True
        self.is_slow = False
        self.sent = []  # texts that left, bytes
        self.waiting = []  # texts on their way to rx_buf
        self.releases = 0
        self._tx_buf = bytearray(tx_size)
        self._writer = JsonWriter(self._tx_buf)
        self._render = None
        self._arg = None
        self._text = bytearray()
        self._total_len = 0

    # ---- what Rpc uses ----

    def send_message(self, render, arg):
        """Take a text, as WebSocket.send_message."""
        if not self.is_open or not self.tx_idle:
            return E_BUSY
        self._render = render
        self._arg = arg
        self.tx_idle = False
        self._text = bytearray()
        self._write_window()
        self._total_len = self._writer.length
        if not self.is_slow:
            self.finish()
        return OK

    def rx_release(self):
        """Give rx_buf back; the next text that waits takes its place at the next pump()."""
        self.rx_ready = False
        self.releases += 1

    # ---- the test's side ----

    def feed(self, text):
        """Let a text arrive, at once or when the buffer is free again."""
        self.waiting.append(text)
        self.pump()

    def pump(self):
        """Put the next text into rx_buf if it is free, its head only when it is too long."""
        if self.rx_ready or not self.waiting or not self.is_open:
            return
        text = self.waiting.pop(0)
        self.rx_len = min(len(text), len(self.rx_buf))
        self.rx_total_len = len(text)
        self.rx_buf[: self.rx_len] = text[: self.rx_len]
        for i in range(self.rx_len, len(self.rx_buf)):
            self.rx_buf[i] = 0x5D  # rubbish behind the text must not matter
        self.rx_ready = True

    def finish(self):
        """Let the rest of the text leave; ValueError when it is not what it was at first."""
        while len(self._text) < self._total_len:
            self._write_window()
            if self._writer.length != self._total_len:
                raise ValueError("a render function changed its message")
        self.sent.append(bytes(self._text))
        self.tx_idle = True

    def close(self):
        """Lose the connection with everything on it."""
        self.is_open = False
        self.rx_ready = False
        self.tx_idle = True
        self.waiting = []

    def open(self):
        """Connect again."""
        self.is_open = True

    def take_sent(self):
        """Return the texts that left since the last call."""
        sent = self.sent
        self.sent = []
        return sent

    def _write_window(self):
        writer = self._writer
        writer.begin(len(self._text))
        self._render(writer, self._arg)
        self._text.extend(bytes(self._tx_buf[: writer.filled]))
