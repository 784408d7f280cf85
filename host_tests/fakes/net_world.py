"""NetWorld: a WebSocket on a FakeStream, with time and random numbers in the test's hand."""

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.ticks import ticks_add
from chargecore.net.websocket import WebSocket
from chargecore.net.ws_frame import HEADER_MAX
from chargecore.wire.json_writer import JsonWriter
from fakes.stream import FakeStream
from fakes.ws_server import answer_to

STEP_MS = 50


def render_text(w, text):
    """Write text, which is JSON already."""
    w.raw(text)


class NetWorld:
    """`start_ms` lies just below the wrap of the ticks, so that every timed test crosses it."""

    def __init__(self, rx_size=256, tx_size=64, start_ms=(1 << 30) - 2000):
        self.now_ms = start_ms
        self.clock = Clock(self._ticks_ms, 1)
        self.events = EventLog(self.clock, 32)
        self.stream = FakeStream()
        self._seed = 12345
        tx_buf = bytearray(HEADER_MAX + tx_size)
        writer = JsonWriter(memoryview(tx_buf)[HEADER_MAX:])
        self.websocket = WebSocket(
            self.stream, writer, tx_buf, rx_size, self.clock, self.events, self.random_bits
        )

    def _ticks_ms(self):
        return self.now_ms

    def random_bits(self, count):
        """Return pseudo-random bits, the same in every run."""
        value = 0
        for _ in range(count):
            self._seed = (self._seed * 1103 + 12345) % 65537
            value = value << 1 | (self._seed >> 7 & 1)
        return value

    def upgrade(self):
        """Open the WebSocket."""
        self.websocket.open_upgrade(b"csms.example", b"/CP1", b"ocpp1.6", None)
        self.poll()
        self.stream.feed(answer_to(self.stream.take_sent()))
        self.poll()

    def poll(self, times=1):
        """Poll without moving time."""
        for _ in range(times):
            self.websocket.poll(self.now_ms)

    def run_ms(self, duration_ms):
        """Move time in steps of 50 ms, polling after each."""
        for _ in range(duration_ms // STEP_MS):
            self.now_ms = ticks_add(self.now_ms, STEP_MS)
            self.clock.poll(self.now_ms)
            self.websocket.poll(self.now_ms)

    def codes(self):
        """Return the event codes so far."""
        first = self.events.oldest()
        return [self.events.field(number, 0) for number in range(first, self.events.total)]

    def message(self):
        """Return the message that is ready and release it."""
        data = bytes(self.websocket.rx_buf[: self.websocket.rx_len])
        self.websocket.rx_release()
        return data
