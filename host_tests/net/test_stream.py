"""TcpStream: one socket, its states and its errors."""

import errno
import select
import unittest

from chargecore.base.codes import E_IO, OK
from chargecore.net.stream import TcpStream
from fakes.poller import FakePoller
from fakes.sockets import FakeSockets


class StreamTest(unittest.TestCase):
    def setUp(self):
        self.sockets = FakeSockets()
        self.sockets.connect_errno = errno.EINPROGRESS
        self.poller = FakePoller()
        self.stream = TcpStream(self.sockets, self.poller)

    def connected(self):
        """Return the socket of an open connection."""
        self.stream.open("10.0.0.1", 80)
        self.poller.happened = select.POLLOUT
        self.stream.poll_connected()
        return self.sockets.made[-1]

    def test_connects_without_blocking(self):
        self.assertEqual(self.stream.open("10.0.0.1", 80), OK)
        sock = self.sockets.made[0]
        self.assertFalse(sock.is_blocking)
        self.assertEqual(sock.address, ("10.0.0.1", 80))
        self.assertEqual(self.stream.poll_connected(), 0)

        self.poller.happened = select.POLLOUT

        self.assertEqual(self.stream.poll_connected(), 1)

    def test_reports_the_errno_when_the_connection_is_refused(self):
        self.stream.open("10.0.0.1", 80)
        self.sockets.made[0].write_errno = errno.ECONNREFUSED
        self.poller.happened = select.POLLOUT | select.POLLERR | select.POLLHUP

        self.assertEqual(self.stream.poll_connected(), E_IO)
        self.assertEqual(self.stream.errno, errno.ECONNREFUSED)

    def test_reports_the_errno_when_there_is_no_route_at_all(self):
        self.sockets.connect_errno = errno.EHOSTUNREACH

        self.assertEqual(self.stream.open("10.0.0.1", 80), E_IO)
        self.assertEqual(self.stream.errno, errno.EHOSTUNREACH)
        self.stream.close()
        self.assertTrue(self.sockets.made[0].is_closed)
        self.assertEqual(self.poller.registered, [])

    def test_reads_and_writes_what_the_socket_gives_and_takes(self):
        sock = self.connected()
        sock.replies = [b"abc"]
        buf = bytearray(8)

        self.assertEqual(self.stream.readinto(buf), 3)
        self.assertEqual(bytes(buf[:3]), b"abc")
        self.assertEqual(self.stream.readinto(buf), 0)
        self.assertEqual(self.stream.write(b"012345", 2, 3), 3)
        self.assertEqual(sock.sent, [b"234"])

    def test_reports_the_end_and_errors(self):
        sock = self.connected()
        sock.replies = [errno.ECONNABORTED, b""]

        self.assertEqual(self.stream.readinto(bytearray(1)), E_IO)
        self.assertEqual(self.stream.errno, errno.ECONNABORTED)
        self.assertEqual(self.stream.readinto(bytearray(1)), E_IO)
        self.assertEqual(self.stream.errno, 0)
        sock.write_errno = errno.ECONNRESET
        self.assertEqual(self.stream.write(b"x", 0, 1), E_IO)
        self.assertEqual(self.stream.errno, errno.ECONNRESET)

    def test_closes_the_old_socket_before_it_opens_another(self):
        first = self.connected()

        self.stream.open("10.0.0.2", 81)

        self.assertTrue(first.is_closed)
        self.assertEqual(self.poller.registered, [self.sockets.made[1]])

    def test_does_nothing_when_closed(self):
        self.stream.close()
        self.stream.close()

        self.assertEqual(self.stream.readinto(bytearray(1)), E_IO)
        self.assertEqual(self.stream.write(b"x", 0, 1), E_IO)
        self.assertEqual(self.stream.poll_connected(), E_IO)


if __name__ == "__main__":
    unittest.main()
