"""net with the heap locked: a loopback connection, and a stream that takes single bytes."""

import select
import socket
import time
import unittest
from array import array

from chargecore.base.clock import Clock
from chargecore.base.codes import OK
from chargecore.base.event_log import EventLog
from chargecore.base.ticks import ticks_add
from chargecore.net.backoff import Backoff
from chargecore.net.connection import Connection
from chargecore.net.liveness import RUNG_NONE, RUNG_RESET, Liveness
from chargecore.net.resolver import Resolver
from chargecore.net.stream import TcpStream
from chargecore.net.websocket import WebSocket
from chargecore.net.ws_frame import HEADER_MAX, apply_mask, copy_range, put_header
from chargecore.net.ws_receiver import FOUND_CLOSE, FOUND_FAULT, FOUND_MESSAGE, WsReceiver
from chargecore.net.ws_sender import WsSender
from chargecore.wire.json_writer import JsonWriter
from fakes.connection import FakeConnection
from fakes.ws_server import answer_to, frame, frames_in
from heap import growth, locked

COVERS = (
    "chargecore.net.backoff.Backoff.next_wait_ms",
    "chargecore.net.backoff.Backoff.succeeded",
    "chargecore.net.backoff.Backoff._random_part_ms",
    "chargecore.net.connection.Connection.confirmed",
    "chargecore.net.connection.Connection.poll",
    "chargecore.net.connection.Connection._poll_wait",
    "chargecore.net.tls_attempt.TlsAttempt.has_to_wait",
    "chargecore.net.connection.Connection._poll_open",
    "chargecore.net.liveness.Liveness.answered",
    "chargecore.net.liveness.Liveness.poll",
    "chargecore.net.liveness.Liveness._look",
    "chargecore.net.liveness.Liveness._fall_silent",
    "chargecore.net.liveness.Liveness._sign",
    "chargecore.net.liveness.Liveness._watch_open",
    "chargecore.net.liveness.Liveness._climb",
    "chargecore.net.liveness.Liveness._is_link_suspect",
    "chargecore.net.liveness.Liveness._is_reset_due",
    "chargecore.net.liveness.Liveness._step_to",
    "chargecore.net.stream.TcpStream.readinto",
    "chargecore.net.stream.TcpStream.write",
    "chargecore.net.websocket.WebSocket.rx_len",
    "chargecore.net.websocket.WebSocket.rx_total_len",
    "chargecore.net.websocket.WebSocket.tx_idle",
    "chargecore.net.websocket.WebSocket.send_message",
    "chargecore.net.websocket.WebSocket.rx_release",
    "chargecore.net.websocket.WebSocket.poll",
    "chargecore.net.websocket.WebSocket._read",
    "chargecore.net.websocket.WebSocket._take",
    "chargecore.net.websocket.WebSocket._watch_open",
    "chargecore.net.ws_frame.copy_range",
    "chargecore.net.ws_frame.apply_mask",
    "chargecore.net.ws_frame.put_header",
    "chargecore.net.ws_receiver.WsReceiver.release",
    "chargecore.net.ws_receiver.WsReceiver.take",
    "chargecore.net.ws_receiver.WsReceiver._header_grown",
    "chargecore.net.ws_receiver.WsReceiver._fault_of",
    "chargecore.net.ws_receiver.WsReceiver._begin",
    "chargecore.net.ws_receiver.WsReceiver._keep",
    "chargecore.net.ws_receiver.WsReceiver._frame_ended",
    "chargecore.net.ws_receiver.WsReceiver._close_came",
    "chargecore.net.ws_receiver.WsReceiver._fail",
    "chargecore.net.ws_sender.WsSender.send_text",
    "chargecore.net.ws_sender.WsSender.send_ping",
    "chargecore.net.ws_sender.WsSender.send_pong",
    "chargecore.net.ws_sender.WsSender.send_close",
    "chargecore.net.ws_sender.WsSender.flush",
    "chargecore.net.ws_sender.WsSender._write_text",
    "chargecore.net.ws_sender.WsSender._render_window",
    "chargecore.net.ws_sender.WsSender._mask_window",
    "chargecore.net.ws_sender.WsSender._drop_text",
    "chargecore.net.ws_sender.WsSender._next_control",
    "chargecore.net.ws_sender.WsSender._build_control",
    "chargecore.net.ws_sender.WsSender._write_control",
    "chargecore.net.ws_sender.WsSender._make_key",
)

_TX_SIZE = 64
_RX_SIZE = 256
_PATIENCE_MS = 5000


class Bits:
    """Random bits without a heap: a small linear generator."""

    def __init__(self):
        self.state = 1

    def take(self, count):
        self.state = (self.state * 1103 + 12345) % 65521
        return self.state & ((1 << count) - 1)


class SlowStream:
    """Takes one byte per write, into a buffer made before."""

    def __init__(self, size):
        self.sent_buf = bytearray(size)
        self.sent_len = 0
        self.is_turn = False

    def write(self, buf, at, count):
        self.is_turn = not self.is_turn
        if not self.is_turn:
            return 0
        self.sent_buf[self.sent_len] = buf[at]
        self.sent_len += 1
        return 1


def render_text(w, text):
    w.raw(text)


def make_writer(tx_buf):
    return JsonWriter(memoryview(tx_buf)[HEADER_MAX:])


class FrameTest(unittest.TestCase):
    def test_masks_copies_and_puts_headers(self):
        buf = bytearray(64)
        key = b"abcd"
        span = array("i", [0, 0, 4])
        with locked():
            copy_range(buf, key, span)
            span[1] = 4
            apply_mask(buf, key, span)
            put_header(buf, 1, 300, key)

        self.assertEqual(bytes(buf[:4]), b"\x00\x00\x00\x00")


class BackoffTest(unittest.TestCase):
    def test_waits(self):
        backoff = Backoff(Bits().take)
        with locked():
            for _ in range(6):
                backoff.next_wait_ms()
            backoff.succeeded()


class QuietStream:
    """A TLS stream that keeps nothing."""

    is_tls = True

    def set_mutual(self, is_mutual):
        self.is_mutual = is_mutual

    def renew(self):
        pass


class QuietLink:
    """A network interface that is up at once."""

    is_up = True

    def restart(self):
        pass


class LivenessTest(unittest.TestCase):
    def test_climbs_the_whole_ladder_and_comes_down(self):
        self.now_ms = 0
        clock = Clock(self.ticks_ms, 1)
        connection = FakeConnection()
        connection.stream = QuietStream()
        liveness = Liveness(connection, QuietLink(), clock, EventLog(clock, 16))
        liveness.answered()
        with locked():
            for _ in range(70):
                self.now_ms += 60_000
                clock.poll(self.now_ms)
                connection.failures += 1
                liveness.poll(self.now_ms)
            highest = liveness.rung
            liveness.answered()

        self.assertEqual((highest, liveness.rung), (RUNG_RESET, RUNG_NONE))

    def ticks_ms(self):
        return self.now_ms


class ReceiverTest(unittest.TestCase):
    def test_takes_frames_faults_and_closes(self):
        receiver = WsReceiver(_RX_SIZE)
        message = frame(1, b"x" * 100, fin=False) + frame(9, b"ping") + frame(0, b"y" * 300)
        close = frame(8, b"\x03\xe8bye")
        fault = frame(8, b"\x03")
        with locked():
            at = receiver.take(message, 0, len(message))
            at = receiver.take(message, at, len(message))
            message_found = receiver.found
            total_len = receiver.rx_total_len
            receiver.release()
            receiver.take(close, 0, len(close))
            close_found = receiver.found
            receiver.take(fault, 0, len(fault))

        self.assertEqual(message_found, FOUND_MESSAGE)
        self.assertEqual(total_len, 400)
        self.assertEqual(close_found, FOUND_CLOSE)
        self.assertEqual(receiver.found, FOUND_FAULT)


class SenderTest(unittest.TestCase):
    def test_sends_every_kind_of_frame_a_byte_at_a_time(self):
        stream = SlowStream(1024)
        tx_buf = bytearray(HEADER_MAX + _TX_SIZE)
        sender = WsSender(stream, make_writer(tx_buf), tx_buf, Bits().take)
        text = b"0123456789" * 20
        sender.send_text(render_text, b"")
        while not sender.is_text_idle:
            sender.flush()
        stream.sent_len = 0
        stream.is_turn = False
        with locked():
            sender.send_text(render_text, text)
            sender.flush()
            sender.send_ping()
            sender.send_pong(text, 5)
            while not sender.is_text_idle:
                sender.flush()
            for _ in range(60):
                sender.flush()
            sender.send_close(1000)
            while not sender.is_close_sent:
                sender.flush()

        sent = frames_in(bytes(stream.sent_buf[: stream.sent_len]))
        self.assertEqual(sent, [(1, text), (10, b"01234"), (9, b""), (8, b"\x03\xe8")])


class LoopbackTest(unittest.TestCase):
    def setUp(self):
        self.now_ms = (1 << 30) - 5000
        self.clock = Clock(self.ticks_ms, 1)
        events = EventLog(self.clock, 16)
        bits = Bits().take
        self.stream = TcpStream(socket, select.poll())
        tx_buf = bytearray(HEADER_MAX + _TX_SIZE)
        self.websocket = WebSocket(
            self.stream, make_writer(tx_buf), tx_buf, _RX_SIZE, self.clock, events, bits
        )
        resolver = Resolver(socket, [], self.clock, bits)
        self.connection = Connection(
            resolver, self.stream, self.websocket, Backoff(bits), self.clock, events
        )
        self.server = None
        self.server_buf = bytearray(2048)

    def ticks_ms(self):
        return self.now_ms

    def advance_ms(self, delta_ms):
        self.now_ms = ticks_add(self.now_ms, delta_ms)

    def connect(self):
        listener, port = listen()
        self.connection.configure(b"ws://127.0.0.1:%d/" % port, b"CP1", None)
        self.connection.start()
        self.poll_while(lambda: self.connection.stage < 4)
        self.server, _ = listener.accept()
        listener.close()
        self.connection.poll(self.now_ms)
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            request += self.server.recv(1024)
        self.server.setblocking(False)  # readinto() would wait for a full buffer
        self.server.write(answer_to(request))
        self.poll_while(lambda: not self.connection.is_open)

    def test_puts_tls_off_without_heap(self):
        connection = self.connection
        connection.tls.set(self.quiet_tls, None)
        connection.configure(b"wss://127.0.0.1/", b"CP1", None)
        connection.tls.is_energised = self.always
        connection.start()
        with locked():
            for _ in range(100):
                self.advance_ms(1_000)
                connection.poll(self.now_ms)

        self.assertEqual(connection.attempts, 0)

    def quiet_tls(self, stream):
        return QuietStream()

    def always(self):
        return True

    def poll_while(self, is_waiting):
        began_ms = time.ticks_ms()
        while is_waiting():
            self.connection.poll(self.now_ms)
            self.assertLessEqual(time.ticks_diff(time.ticks_ms(), began_ms), _PATIENCE_MS)

    def wait_message(self):
        """Poll until a message is there; no heap."""
        while not self.websocket.rx_ready:
            self.connection.poll(self.now_ms)

    def round_trip(self):
        """Send, receive, answer a ping, send a ping: all that happens on an open connection."""
        websocket = self.websocket
        if websocket.send_message(render_text, self.text) != OK:
            raise ValueError("busy")
        while not websocket.tx_idle:
            self.connection.poll(self.now_ms)
        self.server.readinto(self.server_buf)
        self.server.write(self.incoming)
        self.wait_message()
        self.rx_len = websocket.rx_len
        self.rx_total_len = websocket.rx_total_len
        websocket.rx_release()
        self.advance_ms(1000)
        for _ in range(20):
            self.connection.poll(self.now_ms)
        self.server.readinto(self.server_buf)
        self.server.write(self.pong)

    def test_an_open_connection_needs_no_heap(self):
        self.text = b"[2]" * 100
        self.incoming = frame(1, b"x" * 400, fin=False) + frame(9, b"ping") + frame(0, b"]")
        self.pong = frame(10)
        self.rx_len = 0
        self.rx_total_len = 0
        self.connect()
        self.websocket.ping_interval_s = 1
        self.round_trip()
        with locked():
            for _ in range(5):
                self.round_trip()
            self.connection.confirmed()

        self.assertEqual(self.rx_len, _RX_SIZE)
        self.assertEqual(self.rx_total_len, 401)
        self.assertTrue(self.connection.is_open)
        self.assertEqual(growth(self.round_trip, 20), 0)
        self.connection.stop()
        self.server.close()


def listen():
    """Return a listening socket and its port; MicroPython cannot ask which port it was given."""
    port = 20000 + time.ticks_us() % 20000
    while True:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
            listener.listen(1)
            return listener, port
        except OSError:
            listener.close()
            port += 1


if __name__ == "__main__":
    unittest.main()
