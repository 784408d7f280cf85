"""Url: what operators type, and where the identity goes."""

import unittest

from chargecore.base.errors import ConfigError
from chargecore.net.url import Url, percent_encoded


class UrlTest(unittest.TestCase):
    def test_puts_the_identity_behind_the_path_with_one_slash(self):
        cases = (
            (b"ws://csms", b"/CP1"),
            (b"ws://csms/", b"/CP1"),
            (b"ws://csms/ocpp", b"/ocpp/CP1"),
            (b"ws://csms/ocpp/", b"/ocpp/CP1"),
            (b"ws://csms/Ocpp//", b"/Ocpp/CP1"),
            (b"ws://csms/ocpp?tenant=a/b", b"/ocpp/CP1?tenant=a/b"),
            (b"ws://csms?tenant=1", b"/CP1?tenant=1"),
        )
        for url, path in cases:
            with self.subTest(url=url):
                self.assertEqual(Url(url, b"CP1").path, path)

    def test_changes_nothing_else_when_the_place_of_the_identity_is_marked(self):
        cases = (
            (b"ws://csms/ocpp/{id}/", b"/ocpp/CP1/"),
            (b"ws://csms/{id}", b"/CP1"),
            (b"ws://csms/x?cp={id}", b"/x?cp=CP1"),
            (b"ws://csms?cp={id}", b"/?cp=CP1"),
        )
        for url, path in cases:
            with self.subTest(url=url):
                self.assertEqual(Url(url, b"CP1").path, path)

    def test_percent_encodes_the_identity(self):
        """J1."""
        self.assertEqual(percent_encoded(b"CP 1/\xc3\xa4?#%"), b"CP%201%2F%C3%A4%3F%23%25")
        self.assertEqual(percent_encoded(b"AZaz09-._~"), b"AZaz09-._~")
        self.assertEqual(Url(b"ws://h", b"a{id}").path, b"/a%7Bid%7D")

    def test_reads_host_and_port(self):
        cases = (
            (b"ws://CSMS.example", b"csms.example", 80, b"CSMS.example", False),
            (b"ws://csms:8080/x", b"csms", 8080, b"csms:8080", False),
            (b"WS://10.0.0.1:1", b"10.0.0.1", 1, b"10.0.0.1:1", False),
            (b"wss://csms", b"csms", 443, b"csms", True),
            (b"wss://csms:65535/", b"csms", 65535, b"csms:65535", True),
        )
        for text, host, port, host_header, is_tls in cases:
            with self.subTest(url=text):
                url = Url(text, b"CP1")

                self.assertEqual(url.host, host)
                self.assertEqual(url.port, port)
                self.assertEqual(url.host_header, host_header)
                self.assertEqual(url.is_tls, is_tls)

    def test_another_scheme_takes_its_own_port_only_where_none_is_given(self):
        """W7: ws and wss follow the security profile."""
        for url, is_tls, port in (
            (b"ws://csms/x", True, 443),
            (b"ws://csms:8080/x", True, 8080),
            (b"ws://csms:80/x", True, 80),
            (b"wss://csms/x", False, 80),
            (b"wss://csms:443/x", False, 443),
            (b"wss://csms/x", None, 443),
        ):
            with self.subTest(url=url, is_tls=is_tls):
                parts = Url(url, b"CP1", is_tls)
                self.assertEqual((parts.port, parts.path), (port, b"/x/CP1"))
                self.assertEqual(parts.is_tls, port == 443 if is_tls is None else is_tls)

    def test_refuses_what_is_no_websocket_url(self):
        for url in (
            b"",
            b"csms/ocpp",
            b"http://csms/",
            b"ws:/csms",
            b"ws://",
            b"ws:///ocpp",
            b"ws://:80/",
            b"ws://csms:",
            b"ws://csms:0",
            b"ws://csms:65536",
            b"ws://csms:+80",
            b"ws://csms:999999",
            b"ws://user:secret@csms/",
            b"ws://[::1]/",
            b"ws://csms/#part",
            b"ws://csms/a b",
            b"ws://csms/\r\nX: y",
            b"ws://cs\xc3\xa4ms/",
            b"ws://" + b"h" * 254,
        ):
            with self.subTest(url=url), self.assertRaises(ConfigError):
                Url(url, b"CP1")

    def test_refuses_an_empty_identity(self):
        with self.assertRaises(ConfigError):
            Url(b"ws://csms", b"")


if __name__ == "__main__":
    unittest.main()
