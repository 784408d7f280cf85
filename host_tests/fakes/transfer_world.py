"""TransferWorld: a Transfer on fake streams, with the server in the test's hand."""

from chargecore.base.clock import Clock
from chargecore.base.codes import OK
from chargecore.base.event_log import EventLog
from chargecore.base.ticks import ticks_add
from chargecore.net.transfer import Transfer
from fakes.stream import FakeStream
from fakes.tls_stream import FakeTlsStream


class KeptFile:
    """A sink that keeps what it gets; `codes` are its next answers."""

    def __init__(self, most_b=10_000):
        self.most_b = most_b
        self.data = bytearray()
        self.codes = []

    def take(self, buf, at, count):
        self.data.extend(bytes(buf[at : at + count]))
        return self.codes.pop(0) if self.codes else OK


class SentFile:
    """A source of data; `ends_early` bytes are missing at its end."""

    def __init__(self, data, name=b"file.txt", ends_early=0):
        self.name = name
        self.length_b = len(data)
        self._data = data[: len(data) - ends_early]
        self.at = 0

    def rewind(self):
        self.at = 0

    def fill(self, buf):
        part = self._data[self.at : self.at + min(len(buf), 100)]
        buf[: len(part)] = part
        self.at += len(part)
        return len(part)


class HostTable:
    """A resolver that knows some names."""

    def __init__(self):
        self.asked = []
        self.ip_text = "10.0.0.1"
        self.result = 1
        self.forgotten = 0

    def start(self, host, now_ms):
        self.asked.append(host)

    def poll(self, now_ms):
        return self.result

    def stop(self):
        pass

    def forget(self):
        self.forgotten += 1


class FakeTlsClock:
    """A TlsClock whose `state` the test sets."""

    def __init__(self):
        self.state = 1
        self.starts = 0
        self.doubts = 0

    def start(self, now_ms):
        self.starts += 1

    def poll(self, now_ms):
        return self.state

    def stop(self):
        pass

    def doubt(self):
        self.doubts += 1


class TransferWorld:
    """`stream` carries HTTP or FTP's commands, `data` FTP's files."""

    def __init__(self, tls_stream=None):
        self.now_ms = (1 << 30) - 5_000  # so that timed tests cross the wrap
        self.clock = Clock(self._ticks_ms, 1)
        self.events = EventLog(self.clock, 64)
        self.stream = FakeStream()
        self.data = FakeStream()
        self.names = HostTable()
        self.made_tls = []  # streams that TLS was put over
        self.tls_streams = [tls_stream, FakeTlsStream()]
        make_tls = self._make_tls if tls_stream is not None else None
        parts = self.names, self.stream, self.data, self.clock, self.events
        self.tls_clock = FakeTlsClock()
        self.transfer = Transfer(*parts, make_tls, self.tls_clock)
        self.result = 0

    def _make_tls(self, stream):
        self.made_tls.append(stream)
        return self.tls_streams[len(self.made_tls) - 1]

    def _ticks_ms(self):
        return self.now_ms

    def get(self, url, sink, from_b=0):
        """Begin to fetch, and let it connect."""
        self.transfer.get(url, sink, from_b, self.now_ms)
        return self.poll()

    def put(self, url, source):
        """Begin to bring, and let it connect."""
        self.transfer.put(url, source, self.now_ms)
        return self.poll()

    def poll(self, times=8):
        """Poll without moving time, until it ends. Return the result."""
        for _ in range(times):
            if not self.transfer.is_busy:
                break
            self.result = self.transfer.poll(self.now_ms)
        return self.result

    def feed(self, data):
        """Let the server say something on the first stream. Return the result."""
        self.stream.feed(data)
        return self.poll()

    def wait_s(self, seconds):
        """Let time pass. Return the result."""
        for _ in range(seconds * 2):
            self.now_ms = ticks_add(self.now_ms, 500)
            self.clock.poll(self.now_ms)
            if not self.transfer.is_busy:
                break
            self.result = self.transfer.poll(self.now_ms)
        return self.result

    def last_event(self):
        """Return (code, a, b) of the newest event."""
        number = self.events.total - 1
        return tuple(self.events.field(number, place) for place in range(3))
