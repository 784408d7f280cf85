"""Ring: order, fullness, lengths."""

import unittest

from chargecore.base.codes import E_EMPTY, E_FULL, E_LENGTH
from chargecore.base.ring import Ring


def drained(ring):
    """Return every message left in the ring, oldest first."""
    buf = bytearray(300)
    texts = []
    length = ring.pop_into(buf)
    while length >= 0:
        texts.append(bytes(buf[:length]))
        length = ring.pop_into(buf)
    return texts


class TestRing(unittest.TestCase):
    def setUp(self):
        self.ring = Ring(3, 8)

    def push(self, text):
        """Push a whole text."""
        return self.ring.push(text, len(text))

    def test_gives_back_in_the_order_of_arrival(self):
        for text in (b"one", b"two", b"three"):
            self.assertEqual(self.push(text), len(text))

        self.assertEqual(drained(self.ring), [b"one", b"two", b"three"])

    def test_tells_that_it_is_empty(self):
        self.assertEqual(self.ring.pop_into(bytearray(8)), E_EMPTY)

    def test_refuses_and_counts_when_full(self):
        for text in (b"1", b"2", b"3"):
            self.push(text)

        self.assertEqual(self.push(b"4"), E_FULL)
        self.assertEqual(self.push(b"5"), E_FULL)

        self.assertEqual(self.ring.refused, 2)
        self.assertEqual(self.ring.count, 3)
        self.assertEqual(drained(self.ring), [b"1", b"2", b"3"])

    def test_goes_round_many_times(self):
        buf = bytearray(8)
        for n in range(100):
            self.push(bytes([n, 255 - n]))
            if n >= 2:
                self.assertEqual(self.ring.pop_into(buf), 2)
                self.assertEqual((buf[0], buf[1]), (n - 2, 257 - n))

        self.assertEqual(self.ring.refused, 0)

    def test_takes_a_message_of_exactly_one_slot(self):
        self.assertEqual(self.push(b"12345678"), 8)
        self.assertEqual(drained(self.ring), [b"12345678"])

    def test_refuses_a_message_longer_than_a_slot(self):
        self.assertEqual(self.push(b"123456789"), E_LENGTH)

        self.assertEqual(self.ring.count, 0)
        self.assertEqual(self.ring.refused, 0)

    def test_keeps_an_empty_message_apart_from_no_message(self):
        self.assertEqual(self.push(b""), 0)

        self.assertEqual(drained(self.ring), [b""])

    def test_keeps_lengths_above_255(self):
        ring = Ring(2, 300)
        text = bytes(range(256)) + b"more"

        ring.push(text, len(text))

        self.assertEqual(drained(ring), [text])

    def test_keeps_the_message_when_the_callers_buffer_is_too_small(self):
        self.push(b"12345")

        self.assertEqual(self.ring.pop_into(bytearray(4)), E_LENGTH)

        self.assertEqual(drained(self.ring), [b"12345"])

    def test_keeps_no_reference_to_the_callers_buffer(self):
        source = bytearray(b"abc")
        self.ring.push(source, 3)

        source[0] = 0

        self.assertEqual(drained(self.ring), [b"abc"])

    def test_takes_only_the_given_length(self):
        self.ring.push(b"abcdefgh", 3)

        self.assertEqual(drained(self.ring), [b"abc"])
