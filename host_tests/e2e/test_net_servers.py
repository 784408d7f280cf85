"""net against real servers: the `websockets` library, and servers that do everything wrong.

The firmware's code runs here on CPython; only time is the wall's.
"""

import asyncio
import random
import select
import socket
import struct
import threading
import time

import pytest
from websockets.asyncio.server import serve

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import (
    EV_CONNECT_TIMEOUT,
    EV_CONNECTED,
    EV_DISCONNECTED,
    EV_DNS_FAILED,
    EV_HTTP_REFUSED,
    EV_PONG_MISSING,
    EV_SERVER_CLOSED,
    EV_TCP_FAILED,
    EV_UPGRADE_INVALID,
    EV_WRONG_SUBPROTOCOL,
    EV_WS_PROTOCOL_ERROR,
)
from chargecore.net import connection as connection_module
from chargecore.net.backoff import Backoff
from chargecore.net.connection import Connection
from chargecore.net.resolver import Resolver
from chargecore.net.stream import TcpStream
from chargecore.net.websocket import WebSocket
from chargecore.net.ws_frame import HEADER_MAX
from chargecore.wire.json_writer import JsonWriter
from fakes.ws_server import answer_to, frame

_LIMIT_S = 10
_TX_SIZE = 1024
_RX_SIZE = 8192


class Client:
    """The whole net package, wired as main.py does, with a list of what came in."""

    def __init__(self, url, auth_key=None, dns_servers=(), dns_port=53):
        self.clock = Clock(time.ticks_ms, 1)
        self.events = EventLog(self.clock, 64)
        self.stream = TcpStream(socket, select.poll())
        tx_buf = bytearray(HEADER_MAX + _TX_SIZE)
        writer = JsonWriter(memoryview(tx_buf)[HEADER_MAX:])
        bits = random.getrandbits
        self.websocket = WebSocket(
            self.stream, writer, tx_buf, _RX_SIZE, self.clock, self.events, bits
        )
        resolver = Resolver(socket, list(dns_servers), self.clock, bits, dns_port)
        self.backoff = Backoff(bits)
        self.backoff.wait_minimum_s = 0
        self.backoff.random_range_s = 0
        self.connection = Connection(
            resolver, self.stream, self.websocket, self.backoff, self.clock, self.events
        )
        self.connection.configure(url.encode(), b"CP 1", auth_key)
        self.received = []

    def run(self, until):
        """Poll until until() is true. A test that has to wait longer fails."""
        end_s = time.monotonic() + _LIMIT_S
        while not until():
            now_ms = self.clock.ticks_ms()
            self.clock.poll(now_ms)
            self.connection.poll(now_ms)
            websocket = self.websocket
            if websocket.rx_ready:
                head = bytes(websocket.rx_buf[: websocket.rx_len])
                self.received.append((head, websocket.rx_total_len))
                websocket.rx_release()
            time.sleep(0.001)
            assert time.monotonic() < end_s, self.seen()

    def open(self):
        self.connection.start()
        self.run(lambda: self.connection.is_open)

    def send(self, text):
        """Send text and wait until it has left."""
        assert self.websocket.send_message(lambda w, data: w.raw(data), text) == 0
        self.run(lambda: self.websocket.tx_idle)

    def seen(self):
        """Return the event codes so far."""
        log = self.events
        return [log.field(n, 0) for n in range(log.oldest(), log.total)]

    def run_until_event(self, code):
        self.run(lambda: code in self.seen())


class ReferenceServer:
    """A `websockets` server in a thread; `handler(websocket)` is the test's."""

    def __init__(self, handler, **options):
        self._handler = handler
        self._options = {"subprotocols": ["ocpp1.6"], "close_timeout": 0.2, **options}
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self.port = 0
        self.requests = []

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(_LIMIT_S)
        return self

    def __exit__(self, *error):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(_LIMIT_S)

    async def _main(self):
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        async with serve(self._serve, "127.0.0.1", 0, **self._options) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._end.wait()

    async def _serve(self, websocket):
        self.requests.append(websocket.request)
        await self._handler(websocket)

    @property
    def url(self):
        return f"ws://localhost:{self.port}/ocpp"


async def _echo(websocket):
    async for message in websocket:
        await websocket.send(message)


def test_messages_of_all_lengths_come_back_from_the_reference_server():
    with ReferenceServer(_echo) as server:
        client = Client(server.url)
        client.open()
        texts = [b"x" * n for n in (0, 1, 125, 126, 1023, 1024, 1025, 8192)]
        for text in texts:
            client.send(text)
        client.run(lambda: len(client.received) == len(texts))

        assert client.received == [(text, len(text)) for text in texts]
        assert server.requests[0].path == "/ocpp/CP%201"
        client.connection.stop()


def test_a_message_of_70_kb_leaves_and_its_echo_is_counted():
    text = bytes(random.choices(b"abcdefgh", k=70_000))
    with ReferenceServer(_echo) as server:
        client = Client(server.url)
        client.open()
        client.send(text)
        client.run(lambda: client.received)
        client.send(b"[2]")
        client.run(lambda: len(client.received) == 2)

    assert client.received == [(text[:_RX_SIZE], 70_000), (b"[2]", 3)]


def test_fragments_and_pings_from_the_reference_server():
    pongs = []

    async def handler(websocket):
        async def parts():
            for part in ("[2,", '"id"', "]"):
                pongs.append(await websocket.ping(part))
                yield part

        await websocket.send(parts())
        for pong in pongs:
            await asyncio.wait_for(pong, _LIMIT_S)
        await websocket.close(1001)

    with ReferenceServer(handler) as server:
        client = Client(server.url)
        client.open()
        client.run_until_event(EV_SERVER_CLOSED)

    assert client.received == [(b'[2,"id"]', 8)]
    assert len(pongs) == 3


def test_own_pings_are_answered_by_the_reference_server():
    with ReferenceServer(_echo, ping_interval=None) as server:
        client = Client(server.url)
        client.websocket.ping_interval_s = 1
        client.open()
        began_s = time.monotonic()
        client.run(lambda: time.monotonic() - began_s > 2.5)

        assert client.connection.is_open
        assert client.seen() == [EV_CONNECTED]


def test_close_handshake_with_the_reference_server():
    codes = []

    async def handler(websocket):
        await websocket.wait_closed()
        codes.append(websocket.close_code)

    with ReferenceServer(handler) as server:
        client = Client(server.url)
        client.open()
        client.connection.drop(1001)
        client.run_until_event(EV_DISCONNECTED)
        client.connection.link_up = False
        client.run(lambda: codes)

    assert codes == [1001]


def test_the_password_reaches_the_reference_server():
    with ReferenceServer(_echo) as server:
        client = Client(server.url, auth_key=b"\x00\xff secret")
        client.open()

        sent = server.requests[0].headers["Authorization"]
    assert sent == "Basic Q1AgMToA/yBzZWNyZXQ="


def test_reconnects_after_the_reference_server_closes():
    async def handler(websocket):
        await websocket.close(1000)

    with ReferenceServer(handler) as server:
        client = Client(server.url)
        client.connection.start()
        client.run(lambda: client.connection.connects == 3)


def test_a_server_that_selects_no_subprotocol_is_left():
    codes = []

    async def handler(websocket):
        await websocket.wait_closed()
        codes.append(websocket.close_code)

    with ReferenceServer(handler, subprotocols=None) as server:
        client = Client(server.url)
        client.connection.start()
        client.run_until_event(EV_WRONG_SUBPROTOCOL)
        client.run(lambda: codes)

    assert not client.connection.connects
    assert codes[0] == 1002


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_a_server_that_refuses_is_asked_again(status):
    def refuse(websocket, request):
        return websocket.respond(status, "no\n")

    with ReferenceServer(_echo, process_request=refuse) as server:
        client = Client(server.url)
        client.connection.start()
        client.run(lambda: client.seen().count(EV_HTTP_REFUSED) == 2)

    assert client.connection.last_http_status in (status, 0)


class RawServer:
    """A TCP server that runs script(socket, request) for every connection."""

    def __init__(self, script, reads_request=True):
        self._script = script
        self._reads_request = reads_request
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/"
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._main, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._is_over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(_LIMIT_S)

    def _main(self):
        while not self._is_over.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer:
                peer.settimeout(_LIMIT_S)
                try:
                    self._script(peer, self._request(peer))
                except OSError:
                    continue

    def _request(self, peer):
        request = b""
        while self._reads_request and not request.endswith(b"\r\n\r\n"):
            data = peer.recv(4096)
            if not data:
                break
            request += data
        return request


def _says_nothing(peer, request):
    while peer.recv(4096):
        pass


def _accepts_and_says_nothing(peer, request):
    peer.sendall(answer_to(request))
    _says_nothing(peer, request)


def _sends(*pieces):
    """Return a script that accepts the upgrade, sends the pieces and closes."""

    def script(peer, request):
        peer.sendall(answer_to(request))
        for piece in pieces:
            peer.sendall(piece)
        peer.shutdown(socket.SHUT_WR)
        _says_nothing(peer, request)

    return script


@pytest.mark.parametrize(
    ("answer", "event"),
    [
        (b"\x00\xff" * 300, EV_UPGRADE_INVALID),
        (b"SSH-2.0-OpenSSH_9.9\r\n", EV_UPGRADE_INVALID),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", EV_UPGRADE_INVALID),
        (b"HTTP/1.1 101 Switching Protocols\r\n" + b"A: b\r\n" * 3000, EV_UPGRADE_INVALID),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", EV_HTTP_REFUSED),
        (b"HTTP/1.1 403 Forb", EV_DISCONNECTED),
        (b"", EV_DISCONNECTED),
    ],
    ids=["binary", "ssh", "bare 101", "endless headers", "web page", "cut off", "nothing"],
)
def test_a_server_that_answers_nonsense_is_reported_and_tried_again(answer, event):
    def script(peer, request):
        peer.sendall(answer)

    with RawServer(script) as server:
        client = Client(server.url)
        client.connection.start()
        client.run(lambda: client.seen().count(event) >= 2)

    assert not client.connection.connects


def test_a_server_that_resets_the_connection_is_tried_again():
    def script(peer, request):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with RawServer(script) as server:
        client = Client(server.url)
        client.connection.start()
        client.run(lambda: client.seen().count(EV_DISCONNECTED) >= 2)


def test_a_silent_server_is_left_when_the_time_is_over(monkeypatch):
    monkeypatch.setattr(connection_module, "_UPGRADE_TIMEOUT_S", 1)
    with RawServer(_says_nothing) as server:
        client = Client(server.url)
        client.connection.start()
        client.run_until_event(EV_CONNECT_TIMEOUT)

    assert not client.connection.connects


def test_a_server_that_answers_no_ping_is_left():
    with RawServer(_accepts_and_says_nothing) as server:
        client = Client(server.url)
        client.websocket.ping_interval_s = 1
        client.open()
        client.run_until_event(EV_PONG_MISSING)

    assert not client.connection.is_open


@pytest.mark.parametrize(
    "piece",
    [
        frame(1, b"[2]", mask=b"abcd"),
        frame(2, b"[2]"),
        b"\xff\xff\xff\xff",
        frame(0, b"x"),
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
    ids=["masked", "binary", "garbage", "continuation", "http"],
)
def test_a_server_that_breaks_the_frame_rules_is_left_and_tried_again(piece):
    with RawServer(_sends(piece)) as server:
        client = Client(server.url)
        client.connection.start()
        client.run(lambda: client.seen().count(EV_WS_PROTOCOL_ERROR) >= 2)

    assert client.received == []


def test_a_message_cut_off_by_the_end_of_the_connection_is_not_delivered():
    with RawServer(_sends(frame(1, b"[2]"), frame(1, b"[3,4,5]")[:-2])) as server:
        client = Client(server.url)
        client.open()
        client.run_until_event(EV_DISCONNECTED)

    assert client.received == [(b"[2]", 3)]


def test_random_bytes_after_the_upgrade_never_raise():
    source = random.Random(16)
    junk = [source.randbytes(source.randrange(1, 3000)) for _ in range(40)]

    def script(peer, request):
        _sends(junk.pop() if junk else b"\xff")(peer, request)

    with RawServer(script) as server:
        client = Client(server.url)
        client.connection.start()
        client.run(lambda: not junk)
        client.connection.stop()


def test_a_port_where_nobody_listens_is_reported():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = Client(f"ws://127.0.0.1:{port}/")
    client.connection.start()
    client.run(lambda: client.seen().count(EV_TCP_FAILED) >= 2)


class DnsServer:
    """Answers every question with 127.0.0.1, after some packets that are no answer."""

    def __init__(self, is_known=True):
        self._is_known = is_known
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port = self._socket.getsockname()[1]
        self.questions = []
        self._is_over = False
        self._thread = threading.Thread(target=self._main, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._is_over = True
        self._thread.join(_LIMIT_S)
        self._socket.close()

    def _main(self):
        while not self._is_over:
            try:
                query, client = self._socket.recvfrom(512)
            except TimeoutError:
                continue
            self.questions.append(query)
            for packet in (b"noise", bytes([query[0] ^ 255]) + query[1:]):
                self._socket.sendto(packet, client)
            self._socket.sendto(self._answer(query), client)

    def _answer(self, query):
        if not self._is_known:
            return query[:2] + b"\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00" + query[12:]
        head = query[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
        return (
            head + query[12:] + b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01"
        )


def test_a_host_name_is_resolved_by_a_dns_server():
    with ReferenceServer(_echo) as server, DnsServer() as dns:
        url = f"ws://csms.example:{server.port}/ocpp"
        client = Client(url, dns_servers=["127.0.0.1"], dns_port=dns.port)
        client.open()

        assert len(dns.questions) == 1
        assert server.requests[0].headers["Host"] == f"csms.example:{server.port}"


def test_a_host_name_that_does_not_exist_is_reported():
    with DnsServer(is_known=False) as dns:
        client = Client("ws://nobody.example/", dns_servers=["127.0.0.1"], dns_port=dns.port)
        client.connection.start()
        client.run_until_event(EV_DNS_FAILED)
