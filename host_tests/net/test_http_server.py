"""HttpServer over real sockets: one caller at a time, and none that keeps the others out."""

import socket
import unittest
from random import getrandbits

from chargecore.base.codes import OK
from chargecore.net.http_answer import plain
from chargecore.net.http_server import HttpServer
from fakes.clock import FakeClock

_PIECE = bytes(65_536)
_GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


class EchoDesk:
    """Answers with the method, and with `extra` pieces of 64 KiB behind it."""

    def __init__(self):
        self.extra = 0
        self.answered = 0

    def answer(self, request, now_ms):
        self.answered += 1
        return plain(200, request.method) + [_PIECE] * self.extra


class HttpServerTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.desk = EchoDesk()
        self.server = HttpServer(socket, self.desk)
        self.callers = []
        while True:
            self.port = 30_000 + getrandbits(11)  # below those that connections take
            if self.server.open("127.0.0.1", self.port) == OK:
                break
        self.addCleanup(self.close)

    def close(self):
        self.server.close()
        for sock in self.callers:
            sock.close()

    def call(self, data=b""):
        sock = socket.socket()
        sock.connect(socket.getaddrinfo("127.0.0.1", self.port)[0][-1])
        if data:
            sock.write(data)
        sock.setblocking(False)
        self.callers.append(sock)
        return sock

    def run_ms(self, ms):
        for _ in range(ms // 10):
            self.server.poll(self.clock.advance_ms(10))

    def read(self, sock):
        """Return (what has come, whether the other side has closed)."""
        got = b""
        while True:
            try:
                data = sock.read(65_536)
            except OSError:
                return got, True
            if not data:
                return got, data == b""
            got += data

    def test_answers_and_closes(self):
        sock = self.call(_GET)

        self.run_ms(100)

        got, is_closed = self.read(sock)
        self.assertEqual(got[:15], b"HTTP/1.1 200 OK")
        self.assertEqual(got[-4:], b"GET\n")
        self.assertTrue(is_closed)
        self.assertTrue(self.server.is_idle)

    def test_a_request_may_come_in_pieces(self):
        sock = self.call()
        for at in range(len(_GET)):
            sock.write(_GET[at : at + 1])
            self.run_ms(20)

        self.assertTrue(b"200 OK" in self.read(sock)[0])

    def test_who_takes_longer_than_five_seconds_is_cut_off(self):
        slow, silent = self.call(b"GET / HT"), self.call()

        self.run_ms(4_900)
        self.assertEqual(self.read(slow), (b"", False))
        self.run_ms(600)
        got, is_closed = self.read(slow)
        self.assertEqual((got[:12], is_closed), (b"HTTP/1.1 408", True))
        self.run_ms(5_200)

        self.assertTrue(self.read(silent)[1])
        self.assertTrue(self.server.is_idle)

    def test_who_drips_bytes_gains_no_time(self):
        sock = self.call(b"GET / HTTP/1.1\r\n")

        for _ in range(60):
            try:
                sock.write(b"X: y\r\n"[:1])
            except OSError:
                break
            self.run_ms(100)

        self.assertTrue(self.read(sock)[1])
        self.assertEqual(self.desk.answered, 0)

    def test_a_second_caller_waits_for_its_turn(self):
        first, second = self.call(b"GET / HTTP/1.1\r\n"), self.call(_GET)
        self.run_ms(1_000)
        self.assertEqual(self.read(second), (b"", False))

        first.write(b"Host: here\r\n\r\n")
        self.run_ms(100)

        self.assertTrue(b"200 OK" in self.read(first)[0])
        self.assertTrue(b"200 OK" in self.read(second)[0])

    def test_a_second_caller_is_told_to_come_again_when_that_takes_long(self):
        self.call(b"GET / HTTP/1.1\r\n")
        second = self.call(_GET)

        self.run_ms(3_400)

        got, _ = self.read(second)
        self.assertTrue(got.startswith(b"HTTP/1.1 503 "))
        self.assertTrue(b"Retry-After: 3\r\n" in got)

    def test_a_connection_opened_ahead_makes_room(self):
        silent = self.call()
        self.run_ms(50)
        second = self.call(_GET)

        self.run_ms(500)

        self.assertTrue(b"200 OK" in self.read(second)[0])
        self.assertTrue(self.read(silent)[1])

    def test_many_callers_are_all_served(self):
        callers = [self.call(_GET) for _ in range(5)]

        self.run_ms(500)

        for sock in callers:
            self.assertTrue(b"200 OK" in self.read(sock)[0])

    def test_who_does_not_take_its_answer_is_cut_off(self):
        self.desk.extra = 400
        self.call(_GET)

        self.run_ms(9_500)
        self.assertFalse(self.server.is_idle)
        self.run_ms(1_000)

        self.assertTrue(self.server.is_idle)

    def test_who_goes_away_is_forgotten(self):
        for data in (b"", b"GET", _GET):
            with self.subTest(data=data):
                self.call(data).close()
                self.run_ms(100)

                self.assertTrue(self.server.is_idle)
        self.assertTrue(b"200 OK" in self.served())

    def test_refuses_what_is_no_request_and_says_why(self):
        for data, status in ((b"HEAD / HTTP/1.1\r\n\r\n", 405), (b"\x16\x03\x01\r\n\r\n", 400)):
            with self.subTest(data=data):
                sock = self.call(data)
                self.run_ms(600)

                got, is_closed = self.read(sock)
                self.assertEqual(int(got.split(b" ")[1]), status)
                self.assertTrue(is_closed)
        sock = self.call(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1_000)
        self.run_ms(600)
        self.assertTrue(self.read(sock)[0].startswith(b"HTTP/1.1 431 "))

    def test_gives_its_port_back(self):
        self.call(b"GET")
        self.run_ms(50)

        self.server.close()

        self.assertEqual(self.server.open("127.0.0.1", self.port), OK)
        self.assertTrue(b"200 OK" in self.served())

    def served(self):
        sock = self.call(_GET)
        self.run_ms(100)
        return self.read(sock)[0]


if __name__ == "__main__":
    unittest.main()
