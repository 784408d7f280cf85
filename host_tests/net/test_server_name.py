"""What a certificate calls itself, for stations that check no host name."""

import unittest

from chargecore.net.server_name import name_in
from fakes.tls_files import CERTIFICATE

ALT = b"\x06\x03\x55\x1d\x11\x04\x20\x30\x1e"
CN = b"\x06\x03\x55\x04\x03"


class ServerNameTest(unittest.TestCase):
    def test_finds_the_name_that_mbedtls_will_look_at(self):
        issuer = b"...." + CN + b"\x0c\x04root" + b"...."
        subject = issuer + CN + b"\x0c\x09csms.test...."
        for der, name in (
            (CERTIFICATE, "localhost"),
            (subject, "csms.test"),
            (subject + ALT + b"\x82\x0bcsms.sample", "csms.sample"),
            (subject + ALT + b"\x82\x08*.sample", "any.sample"),
            (subject + ALT + b"\x87\x04\x7f\x00\x00\x01...", "127.0.0.1"),
        ):
            with self.subTest(name=name):
                self.assertEqual(name_in(der), name)
                self.assertEqual(name_in(memoryview(der)), name)

    def test_has_no_name_for_anything_else(self):
        for der in (
            b"",
            b"x" * 5_000,
            CN,
            CN + b"\x0c",
            CN + b"\x0c\x00",
            CN + b"\x0c\x09short",
            CN + b"\x0c\x81\x80" + b"x" * 128,
            CN + b"\x0c\x05a b\0c",
            ALT,
            ALT + b"\x82",
            ALT + b"\x86\x0chttp://x.org",
            ALT + b"\x87\x10" + b"6" * 16,
        ):
            with self.subTest(der=der[:20]):
                self.assertEqual(name_in(der), "")

    def test_every_truncation_of_a_certificate_is_harmless(self):
        for end in range(len(CERTIFICATE)):
            self.assertIn(name_in(CERTIFICATE[:end]), ("", "localhost"))


if __name__ == "__main__":
    unittest.main()
