"""PEM: what people paste and servers send, and nothing that only looks like it."""

import unittest

from chargecore.security import pem
from chargecore.security.cert_error import CertError
from chargecore.security.whys import WHY_SYNTAX, WHY_TOO_LONG

DER = bytes(range(100))


class TestPem(unittest.TestCase):
    def _why(self, text, **options):
        with self.assertRaises(CertError) as caught:
            pem.blocks(text, **options)
        return caught.exception.why

    def test_writes_lines_of_64_characters(self):
        text = pem.encode(DER, b"CERTIFICATE")

        lines = text.split(b"\n")
        self.assertEqual(lines[0], b"-----BEGIN CERTIFICATE-----")
        self.assertEqual([len(line) for line in lines[1:4]], [64, 64, 8])
        self.assertEqual(lines[4:], [b"-----END CERTIFICATE-----", b""])

    def test_reads_what_it_wrote_for_every_length(self):
        for count in range(1, 150):
            der = bytes(count)
            self.assertEqual(pem.blocks(pem.encode(der, b"CERTIFICATE")), [der])

    def test_reads_any_line_ends_and_none(self):
        text = pem.encode(DER, b"CERTIFICATE")

        for changed in (
            text.replace(b"\n", b"\r\n"),
            text.replace(b"\n", b""),
            text.replace(b"\n", b" \t\n\n"),
            text.rstrip(),
        ):
            self.assertEqual(pem.blocks(changed), [DER])

    def test_reads_a_chain_in_order_and_passes_over_the_rest(self):
        key = pem.encode(b"key", b"EC PRIVATE KEY")
        text = b"subject: x\n" + pem.encode(b"one", b"CERTIFICATE") + b"note\n" + key
        text += pem.encode(b"two", b"CERTIFICATE") + b"end"

        self.assertEqual(pem.blocks(text), [b"one", b"two"])
        self.assertEqual(pem.blocks(text, b"EC PRIVATE KEY"), [b"key"])

    def test_refuses_what_is_no_base64(self):
        text = pem.encode(DER, b"CERTIFICATE")

        for bad in (
            text.replace(b"AAEC", b"AA!C"),
            text.replace(b"AAEC", b"AA\x00C"),
            text.replace(b"AAEC", b"AA\xffC"),
            text.replace(b"AAEC", b"AAE"),  # a digit short
            text.replace(b"AAEC", b"AA=="),  # padding in the middle
            text.replace(b"Yw==", b"Yx=="),  # bits behind the last byte
            text.replace(b"Yw==", b"Yw="),
            text.replace(b"Yw==", b"Yw"),
            text.replace(b"Yw==", b"Yw===="),
            text.replace(b"Yw==", b"Y==="),
            text.replace(b"AAEC", b"Proc-Type: 4,ENCRYPTED\n\nAAEC"),
        ):
            with self.subTest(bad=bad):
                self.assertFalse(bad == text)
                self.assertEqual(self._why(bad), WHY_SYNTAX)

    def test_refuses_what_has_no_block_or_an_open_one(self):
        text = pem.encode(DER, b"CERTIFICATE")

        for bad in (
            b"",
            b"hello",
            text.replace(b"END", b"FIN"),
            text.replace(b"END CERTIFICATE", b"END CERTIFICATE REQUEST"),
            text[: len(text) // 2],
            b"-----BEGIN CERTIFICATE----------END CERTIFICATE-----",
            text.replace(b"-----BEGIN", b"----BEGIN"),
            text[:40] + text,  # a block begins in a block
        ):
            with self.subTest(bad=bad):
                self.assertEqual(self._why(bad), WHY_SYNTAX)

    def test_refuses_too_many_and_too_long_ones(self):
        one = pem.encode(DER, b"CERTIFICATE")

        self.assertEqual(self._why(one * 5), WHY_TOO_LONG)
        self.assertEqual(self._why(one * 2, most=1), WHY_TOO_LONG)
        self.assertEqual(self._why(pem.encode(bytes(4100), b"CERTIFICATE")), WHY_TOO_LONG)
        self.assertEqual(len(pem.blocks(pem.encode(bytes(4000), b"CERTIFICATE"))[0]), 4000)
