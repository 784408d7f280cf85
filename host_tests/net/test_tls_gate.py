"""RecordGate: leaves mbedtls between records, never raises, and sees what goes by in the clear."""

import errno
import unittest

from chargecore.base.codes import E_IO
from chargecore.net.tls_gate import NO_ALERT, RecordGate

HANDSHAKE, CHANGE_CIPHER, ALERT, DATA = 22, 20, 21, 23
SERVER_HELLO, CERTIFICATE, CERTIFICATE_REQUEST, DONE = 2, 11, 13, 14


def record(kind, body, minor=3):
    """Return a TLS record."""
    return bytes([kind, 3, minor, len(body) >> 8, len(body) & 0xFF]) + body


def message(kind, body=b""):
    """Return a handshake message."""
    return bytes([kind, 0, len(body) >> 8, len(body) & 0xFF]) + body


class PipeStream:
    """A stream that gives `data` in pieces of at most piece_max, and takes as much."""

    def __init__(self, data=b"", piece_max=1 << 20):
        self.data = data
        self.piece_max = piece_max
        self.is_ended = False
        self.errno = 0
        self.sent = bytearray()
        self.room = 1 << 20

    def readinto(self, buf):
        count = min(len(buf), self.piece_max, len(self.data))
        if count == 0:
            return E_IO if self.is_ended else 0
        buf[:count] = self.data[:count]
        self.data = self.data[count:]
        return count

    def write(self, buf, at, count):
        if self.is_ended:
            return E_IO
        count = min(count, self.piece_max, self.room)
        self.room -= count
        self.sent.extend(bytes(buf[at : at + count]))
        return count


class GateCase(unittest.TestCase):
    def setUp(self):
        self.ticks = 0

    def tick(self):
        self.ticks += 1

    def gate(self, data=b"", piece_max=1 << 20):
        self.stream = PipeStream(data, piece_max)
        return RecordGate(self.stream, self.tick)

    def read_record(self, gate):
        """Ask as mbedtls does: for the head, then for the body. Return how often it was left."""
        laters = 0
        left = 5
        head = b""
        while left:
            buf = bytearray(left)
            count = gate.readinto(buf)
            if count is None:
                laters += 1
                continue
            head += bytes(buf[:count])
            left -= count
        left = head[3] << 8 | head[4]
        while left:
            count = gate.readinto(bytearray(left))
            if count is not None:
                left -= count
        return laters


class ReadTest(GateCase):
    def test_leaves_mbedtls_once_before_each_record(self):
        one = record(HANDSHAKE, message(SERVER_HELLO, b"x" * 40))
        gate = self.gate(one * 3)

        self.assertEqual([self.read_record(gate) for _ in range(3)], [1, 1, 1])

    def test_lets_the_safety_step_through_before_head_and_body(self):
        gate = self.gate(record(HANDSHAKE, b"\x0e\0\0\0"))
        self.read_record(gate)

        self.assertEqual(self.ticks, 2)

    def test_says_later_while_nothing_is_there(self):
        gate = self.gate()

        self.assertEqual([gate.readinto(bytearray(5)) for _ in range(3)], [None] * 3)

    def test_tells_the_end_one_call_late(self):
        """mbedtls's caller would lose what it has read just before."""
        gate = self.gate()
        self.stream.is_ended = True
        gate.readinto(bytearray(5))

        self.assertEqual(gate.readinto(bytearray(5)), None)
        self.assertEqual(gate.readinto(bytearray(5)), 0)

    def test_tells_an_error_as_a_negative_errno(self):
        gate = self.gate()
        self.stream.is_ended = True
        self.stream.errno = errno.ECONNRESET
        answers = [gate.readinto(bytearray(5)) for _ in range(3)]

        self.assertEqual(answers, [None, None, -errno.ECONNRESET])
        self.assertEqual(gate.errno, errno.ECONNRESET)

    def test_passes_everything_once_it_is_open(self):
        gate = self.gate(record(DATA, b"abc") * 2)
        gate.is_open = True

        self.assertEqual([self.read_record(gate) for _ in range(2)], [0, 0])
        self.assertEqual(self.ticks, 0)

    def test_notices_an_alert_on_the_open_connection(self):
        gate = self.gate(record(DATA, b"abc") + record(ALERT, b"x" * 26))
        gate.is_open = True
        self.read_record(gate)
        self.assertFalse(gate.is_ended)
        self.read_record(gate)

        self.assertTrue(gate.is_ended)
        self.assertEqual(gate.alert, NO_ALERT)


class WriteTest(GateCase):
    def test_leaves_mbedtls_once_before_each_record(self):
        gate = self.gate()
        data = record(HANDSHAKE, b"x" * 30)

        self.assertEqual([gate.write(data) for _ in range(4)], [None, len(data)] * 2)
        self.assertEqual((bytes(self.stream.sent), self.ticks), (data * 2, 4))

    def test_does_not_leave_in_the_middle_of_a_record(self):
        gate = self.gate(piece_max=10)
        data = record(HANDSHAKE, b"x" * 20)
        gate.write(data)
        taken = 0
        while taken < len(data):
            taken += gate.write(data[taken:])

        self.assertEqual(bytes(self.stream.sent), data)
        self.assertEqual(gate.write(data), None)

    def test_lets_an_alert_out_at_once(self):
        """mbedtls forgets one that it cannot send."""
        gate = self.gate()
        data = record(ALERT, b"\x02\x30")

        self.assertEqual(gate.write(data), len(data))

    def test_says_later_while_the_socket_is_full(self):
        gate = self.gate()
        self.stream.room = 0
        data = record(HANDSHAKE, b"x")
        self.assertEqual([gate.write(data) for _ in range(3)], [None] * 3)

        self.stream.room = 100
        self.assertEqual(gate.write(data), len(data))

    def test_tells_the_end_as_an_error(self):
        gate = self.gate()
        self.stream.is_ended = True
        gate.write(b"\x16")

        self.assertEqual(gate.write(b"\x16"), -errno.ECONNRESET)


FLIGHT = (
    record(HANDSHAKE, message(SERVER_HELLO, b"h" * 70))
    + record(HANDSHAKE, message(CERTIFICATE, b"c" * 500))
    + record(HANDSHAKE, message(12, b"k" * 140))
)


class SeenTest(GateCase):
    def run_through(self, data, piece_max=1 << 20):
        """Let a whole stream go by. Return the gate."""
        gate = self.gate(data, piece_max)
        while self.stream.data:
            self.read_record(gate)
        return gate

    def facts(self, gate):
        return gate.has_hello, gate.is_asked, gate.is_our_turn, gate.is_done, gate.alert

    def test_knows_how_far_the_server_has_come(self):
        ask = record(HANDSHAKE, message(CERTIFICATE_REQUEST, b"r" * 9))
        done = record(HANDSHAKE, message(DONE))
        finish = record(CHANGE_CIPHER, b"\x01") + record(HANDSHAKE, b"e" * 40)
        for data, facts in (
            (b"", (False, False, False, False, NO_ALERT)),
            (FLIGHT, (True, False, False, False, NO_ALERT)),
            (FLIGHT + ask, (True, True, False, False, NO_ALERT)),
            (FLIGHT + ask + done, (True, True, True, False, NO_ALERT)),
            (FLIGHT + done + finish, (True, False, True, True, NO_ALERT)),
        ):
            with self.subTest(facts=facts):
                for piece_max in (1, 2, 3, 7, 1 << 20):
                    self.assertEqual(self.facts(self.run_through(data, piece_max)), facts)

    def test_finds_messages_however_they_lie_in_records(self):
        messages = message(SERVER_HELLO, b"h" * 70) + message(CERTIFICATE, b"\x0d" * 300)
        messages += message(CERTIFICATE_REQUEST, b"\x0e" * 30) + message(DONE)
        for size in (1, 2, 3, 5, 64, len(messages)):
            with self.subTest(size=size):
                parts = [messages[at : at + size] for at in range(0, len(messages), size)]
                gate = self.run_through(b"".join([record(HANDSHAKE, part) for part in parts]))
                self.assertEqual(self.facts(gate), (True, True, True, False, NO_ALERT))

    def test_takes_no_content_for_a_message(self):
        """A certificate may hold any byte."""
        body = message(CERTIFICATE, bytes([CERTIFICATE_REQUEST, 0, 0, 0]) * 50)

        self.assertFalse(self.run_through(record(HANDSHAKE, body)).is_asked)

    def test_reads_an_alert_in_the_clear(self):
        for minor, is_old in ((3, False), (2, True), (1, True)):
            gate = self.run_through(FLIGHT + record(ALERT, b"\x02\x30", minor))
            self.assertEqual((gate.alert, gate.is_old), (48, is_old))

    def test_reads_none_that_is_encrypted(self):
        data = record(CHANGE_CIPHER, b"\x01") + record(ALERT, b"\x02\x30" + b"x" * 24)

        self.assertEqual(self.run_through(data).alert, NO_ALERT)

    def test_finds_an_alert_behind_a_broken_connection(self):
        gate = self.gate(record(ALERT, b"\x02\x28"))
        gate.drain()

        self.assertEqual(gate.alert, 40)

    def test_begins_anew(self):
        gate = self.run_through(FLIGHT + record(ALERT, b"\x02\x30"))
        gate.reset()

        self.assertEqual(self.facts(gate), (False, False, False, False, NO_ALERT))


if __name__ == "__main__":
    unittest.main()
