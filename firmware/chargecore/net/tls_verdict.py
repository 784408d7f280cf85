"""Which cause it is, from what mbedtls says and what the gate has seen go by.

Called by: TlsStream, when a handshake has failed.
Source: MicroPython extmod/modtls_mbedtls.c, mbedtls 3.6 (x509.h, ssl.h), RFC 5246 §7.2.2.
Heap: none; for a refused certificate the text of mbedtls is searched.
"""

from micropython import const

from chargecore.base.tls_causes import (
    TLS_ALERT,
    TLS_CIPHER,
    TLS_CLIENT_REFUSED,
    TLS_EXPIRED,
    TLS_LOST,
    TLS_NO_HEAP,
    TLS_NO_ROOT,
    TLS_NOT_YET_VALID,
    TLS_PROTOCOL,
    TLS_REVOKED,
    TLS_UNKNOWN_CA,
    TLS_VERSION,
    TLS_WEAK,
    TLS_WRONG_NAME,
)
from chargecore.net.tls_gate import NO_ALERT

_ENOMEM = const(12)
# mbedtls: MPI and ASN1 (as errno, see mbedtls_raise_error), X509, PK, ECP, MD, CIPHER, GCM's none
_NO_MEMORY = (_ENOMEM, 0x10, 0x6A, -0x2880, -0x3F80, -0x4D80, -0x5180, -0x6180, -0x7F00)
_SSL_ALERT = const(-0x7780)
_SSL_VERSION = const(-0x6E80)
_SSL_ILLEGAL = const(-0x6600)  # a parameter that we did not offer
_SSL_HANDSHAKE = const(-0x6E00)
_SSL_EOF = const(-0x7280)
_SSL_USAGE = const(-0x7A00)  # a certificate that is not for this use, or of another kind
_SSL_VERIFY = const(-0x2700)
_SSL_NO_CA = const(-0x7680)

_ALERT_HANDSHAKE = const(40)
_ALERT_UNKNOWN_CA = const(48)
_ALERT_DENIED = const(49)
_ALERT_VERSION = const(70)
_ALERT_WEAK = const(71)
_ALERT_WANTS_CERTIFICATE = const(116)
_ALERT_BAD_CERTIFICATE = const(42)  # the first of those about a certificate
_ALERT_UNKNOWN_CERTIFICATE = const(46)  # the last
_ALERT_DECRYPT = const(51)  # the signature with our key is wrong

# What mbedtls says of a certificate, the worst first: who is not known may say of himself what
# he likes.
_FLAWS = (
    ("not correctly signed", TLS_UNKNOWN_CA),
    ("revoked", TLS_REVOKED),
    ("unacceptable", TLS_WEAK),
    ("Usage", TLS_WEAK),
    ("has expired", TLS_EXPIRED),
    ("starts in the future", TLS_NOT_YET_VALID),
    ("does not match with the expected CN", TLS_WRONG_NAME),
)


def cause_of_flaws(text):
    """Return the cause for what mbedtls says of a certificate chain."""
    for part, cause in _FLAWS:
        if part in text:
            return cause
    return TLS_UNKNOWN_CA


def cause_of_error(number, gate):
    """Return the cause for the number of an OSError, with what the gate has seen go by."""
    if number in _NO_MEMORY:
        return TLS_NO_HEAP
    if gate.alert != NO_ALERT:
        return _cause_of_alert(gate)
    if number == _SSL_VERSION:
        return TLS_VERSION
    if number in (_SSL_ILLEGAL, _SSL_HANDSHAKE):
        return TLS_CIPHER
    if number == _SSL_USAGE:
        return TLS_WEAK
    if number == _SSL_VERIFY:
        return TLS_UNKNOWN_CA
    if number == _SSL_NO_CA:
        return TLS_NO_ROOT
    if number == _SSL_EOF or number > 0:
        return TLS_LOST
    return TLS_PROTOCOL


def _cause_of_alert(gate):
    alert = gate.alert
    if alert == _ALERT_VERSION:
        return TLS_VERSION
    if alert in (_ALERT_WEAK, _ALERT_HANDSHAKE) and not gate.is_our_turn:
        # A server that stops at TLS 1.1 takes our hello for one that could do with that, and
        # finds no suite for it; only its version on the alert tells.
        return TLS_VERSION if gate.is_old else TLS_CIPHER
    if gate.is_our_turn and gate.is_asked and _is_about_certificate(alert):
        return TLS_CLIENT_REFUSED
    return TLS_ALERT


def _is_about_certificate(alert):
    if _ALERT_BAD_CERTIFICATE <= alert <= _ALERT_UNKNOWN_CERTIFICATE:
        return True
    return alert in (
        _ALERT_HANDSHAKE,  # how TLS 1.2 says that a certificate is missing
        _ALERT_UNKNOWN_CA,
        _ALERT_DENIED,
        _ALERT_DECRYPT,
        _ALERT_WANTS_CERTIFICATE,
    )
