"""TcpStream on real loopback sockets: what the fakes take for granted, on both interpreters."""

import errno
import select
import socket
import time
import unittest

from chargecore.base.codes import E_IO, OK
from chargecore.net.stream import TcpStream

_PATIENCE_MS = 5000


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


class LoopbackTest(unittest.TestCase):
    def setUp(self):
        self.stream = TcpStream(socket, select.poll())

    def wait(self, ask):
        """Return the first answer of ask() that is not 0."""
        began_ms = time.ticks_ms()
        while True:
            answer = ask()
            if answer:
                return answer
            self.assertLessEqual(time.ticks_diff(time.ticks_ms(), began_ms), _PATIENCE_MS)

    def read(self):
        return self.stream.readinto(self.buf)

    def connect(self):
        """Return the server's socket of an open connection."""
        listener, port = listen()
        self.buf = bytearray(100)
        self.assertEqual(self.stream.open("127.0.0.1", port), OK)
        self.assertEqual(self.wait(self.stream.poll_connected), 1)
        server, _ = listener.accept()
        listener.close()
        return server

    def test_carries_bytes_both_ways_and_sees_the_end(self):
        server = self.connect()
        self.assertEqual(self.read(), 0)

        self.assertEqual(self.stream.write(b"xhellox", 1, 5), 5)
        self.assertEqual(server.recv(100), b"hello")
        server.write(b"world")
        self.assertEqual(self.wait(self.read), 5)
        self.assertEqual(bytes(self.buf[:5]), b"world")
        server.close()

        self.assertEqual(self.wait(self.read), E_IO)
        self.assertEqual(self.stream.errno, 0)
        self.stream.close()

    def test_takes_no_more_when_nobody_reads(self):
        server = self.connect()
        data = b"x" * 60000
        taken = 0
        while True:
            count = self.stream.write(data, 0, len(data))
            if count <= 0:
                break
            taken += count

        self.assertEqual(count, 0)
        self.assertGreaterEqual(taken, 60000)
        server.close()
        self.stream.close()

    def test_survives_writing_to_a_server_that_is_gone(self):
        server = self.connect()
        server.close()

        for _ in range(100):
            if self.stream.write(b"x", 0, 1) < 0:
                break
            time.sleep_ms(1)

        self.assertEqual(self.stream.write(b"x", 0, 1), E_IO)
        self.assertNotEqual(self.stream.errno, 0)
        self.stream.close()

    def test_reports_a_refused_connection_with_its_errno(self):
        listener, port = listen()
        listener.close()
        result = self.stream.open("127.0.0.1", port)
        if result == OK:
            result = self.wait(self.stream.poll_connected)

        self.assertEqual(result, E_IO)
        self.assertEqual(self.stream.errno, errno.ECONNREFUSED)
        self.stream.close()


if __name__ == "__main__":
    unittest.main()
