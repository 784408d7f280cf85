"""build(): the way to the server, from what the board has. Called by: main.py, once per boot."""

import select

from micropython import const

from chargecore.net.backoff import Backoff
from chargecore.net.connection import Connection
from chargecore.net.liveness import Liveness
from chargecore.net.resolver import Resolver
from chargecore.net.stream import TcpStream
from chargecore.net.websocket import WebSocket
from chargecore.net.ws_frame import HEADER_MAX
from chargecore.wire.json_writer import JsonWriter

_TX_SIZE = const(1024)  # window of the writer; a message of any length leaves through it
# A longer message is answered with a CALLERROR. With security SignedUpdateFirmware has to fit, and
# a chain of CertificateSignedMaxChainSize characters with its line ends escaped.
_RX_SIZE = const(6_144)
_RX_SIZE_SECURITY = const(8_192)


class Network:
    """What others need of it, by name. parts: sockets, DNS servers, clock, events, random bits."""

    def __init__(self, connection, channel, backoff, liveness, parts=None, board=None):
        self.connection = connection
        self.channel = channel
        self.backoff = backoff
        self.liveness = liveness  # polls the connection, too
        self.guard = None  # Scheduler.guard, once there is one: what a long step lets through
        self._parts = parts
        self._board = board
        self._credentials = None
        self._tls_clock = None
        self._context = None  # TlsContext, made with the first stream
        self._tick = self.tick

    @property
    def tls_stalls(self):
        """Whether a piece of a handshake holds Python up for longer than the dead man waits."""
        return getattr(self._board, "tls_stalls", False)

    def tick(self):  # HOT
        """Let the safety step through in the middle of a TLS handshake. Never raises."""
        guard = self.guard
        if guard is not None:
            guard()

    def enable_tls(self, credentials, kept_time, sntp_host):
        """Set what TLS trusts and shows, and how it knows the date; sntp_host may be empty."""
        from chargecore.net.tls_clock import TlsClock

        self._credentials = credentials
        sockets, dns_servers, clock, _events, random_bits = self._parts
        sntp = None
        if sntp_host:
            from chargecore.net.sntp import Sntp

            resolver = Resolver(sockets, dns_servers, clock, random_bits)
            sntp = Sntp(sockets, resolver, sntp_host, random_bits)
        rtc = getattr(self._board, "rtc", None)
        self._tls_clock = TlsClock(clock, rtc, kept_time, sntp)
        self.connection.tls.set(self._make_main_tls, self._tls_clock)

    def make_tls(self, stream, reserve_b=0):
        """Return a TlsStream over a TcpStream."""
        import tls

        from chargecore.net.tls_context import TlsContext
        from chargecore.net.tls_stream import TlsStream

        if self._context is None:
            self._context = TlsContext(tls, self._credentials)
        return TlsStream(stream, self._context, self._tick, reserve_b)

    def _make_main_tls(self, stream):
        return self.make_tls(stream, getattr(self._board, "tls_reserve_b", 0))

    def make_transfer(self):
        """Return a Transfer. Called by the profile that moves files, while it is built."""
        from chargecore.net.transfer import build as build_transfer

        make_tls = None if self._credentials is None else self.make_tls
        return build_transfer(*self._parts, make_tls, self._tls_clock)


def build(board, clock, events):
    """Return the Network: not configured, not started."""
    sockets, random_bits = board.sockets, board.random_bits
    tx_buf = bytearray(HEADER_MAX + _TX_SIZE)
    writer = JsonWriter(memoryview(tx_buf)[HEADER_MAX:])
    stream = TcpStream(sockets, select.poll())
    rx_size = _RX_SIZE_SECURITY if board.config.get("security", True) else _RX_SIZE
    channel = WebSocket(stream, writer, tx_buf, rx_size, clock, events, random_bits)
    resolver = Resolver(sockets, board.dns_servers, clock, random_bits)
    backoff = Backoff(random_bits)
    connection = Connection(resolver, stream, channel, backoff, clock, events)
    liveness = Liveness(connection, board.link, clock, events)
    parts = sockets, board.dns_servers, clock, events, random_bits
    return Network(connection, channel, backoff, liveness, parts, board)
