"""Which cause a failed handshake had, from mbedtls's words and numbers."""

import errno
import unittest

from chargecore.base import tls_causes
from chargecore.base.events import TEXTS
from chargecore.net.tls_gate import NO_ALERT
from chargecore.net.tls_verdict import cause_of_error, cause_of_flaws

ALERT = -0x7780
EXPIRED = "The certificate validity has expired\n"
FUTURE = "The certificate validity starts in the future\n"
NAME = "The certificate Common Name (CN) does not match with the expected CN\n"
UNTRUSTED = "The certificate is not correctly signed by the trusted CA\n"


class SeenGate:
    """What a gate has seen."""

    def __init__(self, alert=NO_ALERT, is_our_turn=False, is_asked=False, is_old=False):
        self.alert = alert
        self.is_our_turn = is_our_turn
        self.is_asked = is_asked
        self.is_old = is_old


class VerdictTest(unittest.TestCase):
    def test_reads_what_is_wrong_with_a_certificate(self):
        for text, cause in (
            (EXPIRED, tls_causes.TLS_EXPIRED),
            (FUTURE, tls_causes.TLS_NOT_YET_VALID),
            (NAME, tls_causes.TLS_WRONG_NAME),
            (UNTRUSTED, tls_causes.TLS_UNKNOWN_CA),
            (EXPIRED + UNTRUSTED + NAME, tls_causes.TLS_UNKNOWN_CA),
            (NAME + EXPIRED, tls_causes.TLS_EXPIRED),
            ("The certificate has been revoked (is on a CRL)\n", tls_causes.TLS_REVOKED),
            ("The certificate is signed with an unacceptable hash.\n", tls_causes.TLS_WEAK),
            ("Usage does not match the keyUsage extension\n", tls_causes.TLS_WEAK),
            ("", tls_causes.TLS_UNKNOWN_CA),
            ("invalid cert", tls_causes.TLS_UNKNOWN_CA),
        ):
            with self.subTest(text=text):
                self.assertEqual(cause_of_flaws(text), cause)

    def test_tells_alerts_apart_by_when_they_come(self):
        for gate, cause in (
            (SeenGate(40), tls_causes.TLS_CIPHER),
            (SeenGate(71), tls_causes.TLS_CIPHER),
            (SeenGate(40, is_old=True), tls_causes.TLS_VERSION),
            (SeenGate(70), tls_causes.TLS_VERSION),
            (SeenGate(40, True, True), tls_causes.TLS_CLIENT_REFUSED),
            (SeenGate(42, True, True), tls_causes.TLS_CLIENT_REFUSED),
            (SeenGate(46, True, True), tls_causes.TLS_CLIENT_REFUSED),
            (SeenGate(48, True, True), tls_causes.TLS_CLIENT_REFUSED),
            (SeenGate(51, True, True), tls_causes.TLS_CLIENT_REFUSED),
            (SeenGate(116, True, True), tls_causes.TLS_CLIENT_REFUSED),
            (SeenGate(47, True, True), tls_causes.TLS_ALERT),
            (SeenGate(48, True, False), tls_causes.TLS_ALERT),
            (SeenGate(80), tls_causes.TLS_ALERT),
        ):
            with self.subTest(alert=gate.alert, cause=cause):
                self.assertEqual(cause_of_error(ALERT, gate), cause)

    def test_reads_numbers(self):
        for number, cause in (
            (12, tls_causes.TLS_NO_HEAP),
            (0x10, tls_causes.TLS_NO_HEAP),  # of big numbers
            (-0x2880, tls_causes.TLS_NO_HEAP),
            (-0x6E80, tls_causes.TLS_VERSION),
            (-0x6600, tls_causes.TLS_CIPHER),
            (-0x7A00, tls_causes.TLS_WEAK),
            (-0x2700, tls_causes.TLS_UNKNOWN_CA),
            (-0x7680, tls_causes.TLS_NO_ROOT),
            (-0x7280, tls_causes.TLS_LOST),
            (errno.ECONNRESET, tls_causes.TLS_LOST),
            (-0x7200, tls_causes.TLS_PROTOCOL),
            (-1, tls_causes.TLS_PROTOCOL),
        ):
            with self.subTest(number=number):
                self.assertEqual(cause_of_error(number, SeenGate()), cause)

    def test_an_alert_counts_more_than_the_error_that_it_led_to(self):
        self.assertEqual(
            cause_of_error(errno.ECONNRESET, SeenGate(48, True, True)),
            tls_causes.TLS_CLIENT_REFUSED,
        )

    def test_every_cause_has_an_event_of_its_own(self):
        numbers = [row[0] for row in TEXTS]
        for cause in range(1, tls_causes.TLS_TIMEOUT + 1):
            self.assertEqual(numbers.count(tls_causes.TLS_EVENTS + cause), 1)


if __name__ == "__main__":
    unittest.main()
