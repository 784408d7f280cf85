"""Lines of the control socket, whatever the pieces they arrive in."""

import unittest

from boards.host.control_client import LINE_MAX, ControlClient


class FakeSocket:
    """Gives out prepared pieces, takes a limited number of bytes per write."""

    def __init__(self, pieces, takes=10_000):
        self.pieces = list(pieces)
        self.takes = takes
        self.sent = b""
        self.is_closed = False

    def readinto(self, buf):
        if not self.pieces:
            return None
        piece = self.pieces.pop(0)
        if isinstance(piece, int):
            raise OSError(piece)
        buf[: len(piece)] = piece
        return len(piece)

    def write(self, data):
        self.sent += data[: self.takes]
        return min(self.takes, len(data)) or None

    def close(self):
        self.is_closed = True


class ControlClientTest(unittest.TestCase):
    def all_lines(self, pieces):
        self.sock = FakeSocket(pieces)
        self.client = ControlClient(self.sock)
        lines = []
        for _ in range(len(pieces)):
            self.client.receive()
            line = self.client.next_line()
            while line is not None:
                lines.append(line)
                line = self.client.next_line()
        return lines

    def test_joins_pieces_and_parts_lines(self):
        self.assertEqual(self.all_lines([b"ab", b"c\nde\n\nf", b"\n"]), [b"abc", b"de", b"f"])

    def test_refuses_a_line_longer_than_the_limit_and_goes_on_with_the_next(self):
        pieces = [b"x" * 1024] * (LINE_MAX // 1024) + [b"x\nnext\n"]

        self.assertEqual(self.all_lines(pieces), [b"", b"next"])

    def test_takes_a_line_of_exactly_the_limit(self):
        pieces = [b"x" * 1024] * (LINE_MAX // 1024) + [b"\n"]

        self.assertEqual(len(self.all_lines(pieces)[0]), LINE_MAX)

    def test_closes_at_the_end_of_input_and_at_an_error(self):
        for last in (b"", 104):
            with self.subTest(str(last)):
                self.all_lines([last])

                self.assertFalse(self.client.is_open)
                self.assertTrue(self.sock.is_closed)

    def test_keeps_what_the_peer_does_not_take_at_once(self):
        self.all_lines([])
        self.sock.takes = 3
        self.client.send("abcdefgh")

        self.sock.takes = 0
        self.client.flush()
        self.sock.takes = 3
        self.client.flush()

        self.assertEqual(self.sock.sent, b"abcdefgh\n")

    def test_reads_nothing_more_while_a_line_waits_to_be_served(self):
        self.all_lines([])
        self.sock.pieces = [b"first\nsecond\n", b"third\n"]
        self.client.receive()
        self.client.receive()

        self.assertEqual(self.sock.pieces, [b"third\n"])
        self.assertEqual(self.client.next_line(), b"first")
        self.assertEqual(self.client.next_line(), b"second")

    def test_is_not_ready_for_a_peer_that_does_not_read(self):
        self.all_lines([])
        self.assertTrue(self.client.is_ready)

        self.sock.takes = 0
        self.client.send("x" * 1000)

        self.assertFalse(self.client.is_ready)
