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
_RX_SIZE = const(6144)  # a longer message is answered with a CALLERROR


class Network:
    """What others need of it, by name. transfer_parts: what transfer.build() is called with."""

    def __init__(self, connection, channel, backoff, liveness, transfer_parts=None):
        self.connection = connection
        self.channel = channel
        self.backoff = backoff
        self.liveness = liveness  # polls the connection, too
        self._transfer_parts = transfer_parts

    def make_transfer(self):
        """Return a Transfer. Called by the profile that moves files, while it is built."""
        from chargecore.net import transfer

        return transfer.build(*self._transfer_parts)


def build(board, clock, events):
    """Return the Network: not configured, not started."""
    sockets, random_bits = board.sockets, board.random_bits
    tx_buf = bytearray(HEADER_MAX + _TX_SIZE)
    writer = JsonWriter(memoryview(tx_buf)[HEADER_MAX:])
    stream = TcpStream(sockets, select.poll())
    channel = WebSocket(stream, writer, tx_buf, _RX_SIZE, clock, events, random_bits)
    resolver = Resolver(sockets, board.dns_servers, clock, random_bits)
    backoff = Backoff(random_bits)
    connection = Connection(resolver, stream, channel, backoff, clock, events)
    liveness = Liveness(connection, stream, board.link, clock, events)
    transfer_parts = sockets, board.dns_servers, clock, events, random_bits
    return Network(connection, channel, backoff, liveness, transfer_parts)
