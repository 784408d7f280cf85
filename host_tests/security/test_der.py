"""DerReader: lengths and tags of X.690, and nothing beyond the buffer."""

import unittest

from chargecore.security.cert_error import CertError
from chargecore.security.der import ANY_TAG, TAG_INTEGER, TAG_OCTET_STRING, TAG_SEQUENCE, DerReader
from chargecore.security.der_write import bits, element, unsigned
from chargecore.security.whys import WHY_SYNTAX


def reader(der):
    return DerReader(der, 0, len(der))


class TestDerReader(unittest.TestCase):
    def _refuses(self, der, act):
        with self.assertRaises(CertError) as caught:
            act(reader(der))
        self.assertEqual(caught.exception.why, WHY_SYNTAX)

    def test_reads_each_form_of_length(self):
        for count, head in (
            (0, b"\x04\x00"),
            (127, b"\x04\x7f"),
            (128, b"\x04\x81\x80"),
            (255, b"\x04\x81\xff"),
            (256, b"\x04\x82\x01\x00"),
            (4000, b"\x04\x82\x0f\xa0"),
        ):
            with self.subTest(count=count):
                der = element(TAG_OCTET_STRING, bytes(count))

                found = reader(der)

                self.assertEqual(der[: len(head)], head)
                self.assertEqual(found.take(TAG_OCTET_STRING), bytes(count))
                self.assertEqual(found.peek(), -1)

    def test_refuses_a_length_that_is_not_the_shortest_or_has_no_end(self):
        for head in (
            b"\x04\x80",  # indefinite, BER
            b"\x04\x81\x05",
            b"\x04\x81\x7f",
            b"\x04\x82\x00\x05",
            b"\x04\x82\x00\xff",
            b"\x04\x83\x00\x00\x05",
            b"\x04\x84\x00\x00\x00\x05",
            b"\x04\xff",
        ):
            with self.subTest(head=head):
                self._refuses(head + bytes(300), lambda one: one.take(TAG_OCTET_STRING))

    def test_refuses_content_that_leaves_what_surrounds_it(self):
        for der in (
            b"",
            b"\x04",
            b"\x04\x01",
            b"\x04\x81",
            b"\x04\x82\x01",
            b"\x04\x82\x01\x00\x00",
        ):
            with self.subTest(der=der):
                self._refuses(der, lambda one: one.take(TAG_OCTET_STRING))
        inside = element(TAG_SEQUENCE, b"\x04\x02\x00") + bytes(10)
        self._refuses(inside, lambda one: one.open(TAG_SEQUENCE).take(TAG_OCTET_STRING))

    def test_refuses_another_tag_and_one_of_many_bytes(self):
        self._refuses(element(TAG_OCTET_STRING, b"a"), lambda one: one.take(TAG_INTEGER))
        self._refuses(b"\x1f\x81\x01\x00", lambda one: one.take(ANY_TAG))

    def test_refuses_what_follows(self):
        der = element(TAG_OCTET_STRING, b"a") + b"\x00"

        def act(one):
            one.skip(TAG_OCTET_STRING)
            one.finish()

        self._refuses(der, act)

    def test_reads_numbers_from_zero_on(self):
        for content, expected in (
            (b"\x00", b""),
            (b"\x7f", b"\x7f"),
            (b"\x00\x80", b"\x80"),
            (b"\x01\x00", b"\x01\x00"),
        ):
            with self.subTest(content=content):
                found = reader(element(TAG_INTEGER, content)).take_unsigned(32)

                self.assertEqual(found, expected)
                self.assertEqual(unsigned(found), element(TAG_INTEGER, content))
        self.assertEqual(reader(unsigned(b"\x01\x02")).take_small(), 258)

    def test_refuses_numbers_that_are_negative_padded_or_too_long(self):
        for content in (b"", b"\x80", b"\xff", b"\x00\x7f", b"\x00\x00", b"\x00\x00\x80"):
            with self.subTest(content=content):
                der = element(TAG_INTEGER, content)
                self._refuses(der, lambda one: one.take_unsigned(32))
        self._refuses(unsigned(b"\x01" * 33), lambda one: one.take_unsigned(32))

    def test_reads_bits_and_booleans(self):
        self.assertEqual(reader(bits(b"abc")).take_bits(), b"abc")
        self.assertTrue(reader(b"\x01\x01\xff").take_boolean())
        self.assertFalse(reader(b"\x01\x01\x00").take_boolean())
        for der in (b"\x03\x00", b"\x03\x02\x01\x00"):
            self._refuses(der, lambda one: one.take_bits())
        for der in (b"\x01\x01\x01", b"\x01\x00", b"\x01\x02\xff\xff"):
            self._refuses(der, lambda one: one.take_boolean())

    def test_gives_an_element_whole(self):
        inner = element(TAG_SEQUENCE, unsigned(b"\x05"))

        found = reader(inner + b"\x04\x00")

        self.assertEqual(found.take_whole(TAG_SEQUENCE), inner)
        self.assertEqual(found.peek(), TAG_OCTET_STRING)
