"""RpcWorld: an Rpc on a fake channel, and a source of calls that remembers what became of them."""

from chargecore.base.event_log import EventLog
from chargecore.wire.json_reader import JsonReader
from chargecore.wire.rpc import Rpc
from fakes.channel import FakeChannel
from fakes.clock import FakeClock

INSTALLATION = b"\x9b\x6f\x02\xd4\x71\xce\x3a\x90"


class Bits:
    """Random bits that are the same in every run."""

    def __init__(self, seed=1):
        self.state = seed

    def take(self, count):
        """Return `count` bits."""
        self.state = (self.state * 1103 + 12345) % 65521
        return self.state & ((1 << count) - 1)


def render_payload(w, text):
    """Write a payload that is JSON already."""
    w.raw(text)


class RpcWorld:
    """`answers` holds (status, arg) of each answer, `calls` what on_call saw, `replied` the times.

    on_call does what `handler` says: a function of the rpc, by default an empty CALLRESULT.
    """

    def __init__(
        self, rx_size=512, start_ms=None, boot_number=1, installation=INSTALLATION, seed=1
    ):
        self.clock = FakeClock() if start_ms is None else FakeClock(start_ms)
        self.clock.boot_number = boot_number
        self.channel = FakeChannel(rx_size)
        self.events = EventLog(self.clock, 64)
        self.reader = JsonReader(200, 12)
        self.rpc = Rpc(
            self.channel, self.reader, self.clock, self.events, Bits(seed).take, installation
        )
        self.rpc.set_handler(self._on_call)
        self.rpc.set_on_replied(self._on_replied)
        self.handler = reply_empty
        self.answers = []
        self.calls = []
        self.replied = []

    def poll(self, times=1):
        """Let the channel and the rpc run."""
        for _ in range(times):
            self.channel.pump()
            self.rpc.poll(self.clock.ticks_ms())

    def feed(self, text):
        """Let a text arrive and be taken."""
        self.channel.feed(text)
        self.poll()

    def advance_ms(self, delta_ms):
        """Let time pass, then poll."""
        self.clock.advance_ms(delta_ms)
        self.poll()

    def call(self, payload=b"{}", action=b"Heartbeat", timeout_ms=30_000, seq=0, arg="arg"):
        """Place a call. Return what Rpc.call says."""
        self.payload = payload
        return self.rpc.call(action, self._render, arg, self._answered, timeout_ms, seq)

    def call_id(self, payload=b"{}", action=b"Heartbeat", timeout_ms=30_000, seq=0):
        """Place a call on a fast channel. Return the id it went out with, with quotes."""
        if self.call(payload, action, timeout_ms, seq) != 0:
            raise ValueError("busy")
        return id_of(self.channel.sent.pop())

    def codes(self):
        """Return the codes of all events."""
        return [self.events.field(i, 0) for i in range(self.events.oldest(), self.events.total)]

    def last_event(self):
        """Return (code, a, b) of the latest event."""
        return tuple([self.events.field(self.events.total - 1, i) for i in range(3)])

    def _render(self, w, arg):
        w.raw(self.payload)

    def _answered(self, status, arg):
        idx = self.rpc.payload_idx
        self.answers.append((status, arg, self.reader.kind(idx), self.reader.count(idx)))

    def _on_call(self, rpc):
        reader = rpc.reader
        at = 4 * (rpc.action_idx + 1)
        action = bytes(rpc.reader.buf[reader.tokens[at + 1] : reader.tokens[at + 2]])
        self.calls.append((action, reader.kind(rpc.payload_idx), reader.count(rpc.payload_idx)))
        self.handler(rpc)

    def _on_replied(self, now_ms):
        self.replied.append(now_ms)


def reply_empty(rpc):
    """Answer with an empty payload."""
    rpc.reply(render_payload, b"{}")


def id_of(text):
    """Return the id of a CALL, with its quotes."""
    start = text.index(b'"')
    return text[start : text.index(b'"', start + 1) + 1]
