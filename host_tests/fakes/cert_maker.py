"""CertMaker: certificates out of parts, each of which a test may bend, and keys to sign them.

Runs on both interpreters. The keys of P-256 have small private numbers and the nonce 1, so that a
signature needs no point to be computed; no check can tell it from any other.
"""

import hashlib

from chargecore.security import p256
from chargecore.security.der_write import bits, element, unsigned

SEQUENCE, SET, OID, OCTETS = 0x30, 0x31, 0x06, 0x04
BOOLEAN, UTF8, UTC, GENERAL = 0x01, 0x0C, 0x17, 0x18
NULL = b"\x05\x00"
TRUE = b"\x01\x01\xff"
SHA256_RSA = element(SEQUENCE, element(OID, b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), NULL)
SHA1_RSA = element(SEQUENCE, element(OID, b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"), NULL)
SHA256_ECDSA = element(SEQUENCE, element(OID, b"\x2a\x86\x48\xce\x3d\x04\x03\x02"))
SHA384_ECDSA = element(SEQUENCE, element(OID, b"\x2a\x86\x48\xce\x3d\x04\x03\x03"))
RSA_KEY = element(SEQUENCE, element(OID, b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), NULL)
EC_KEY = element(OID, b"\x2a\x86\x48\xce\x3d\x02\x01")
P256_NAME = element(OID, b"\x2a\x86\x48\xce\x3d\x03\x01\x07")
ON_P256 = element(SEQUENCE, EC_KEY, P256_NAME)
SERVER_AUTH = b"\x2b\x06\x01\x05\x05\x07\x03\x01"
CLIENT_AUTH = b"\x2b\x06\x01\x05\x05\x07\x03\x02"
CODE_SIGNING = b"\x2b\x06\x01\x05\x05\x07\x03\x03"
ANY_USAGE = b"\x55\x1d\x25\x00"


def name(common_name, organization=b"Lab"):
    """Return a Name in DER."""
    return element(
        SEQUENCE,
        element(
            SET, element(SEQUENCE, element(OID, b"\x55\x04\x0a"), element(UTF8, organization))
        ),
        element(SET, element(SEQUENCE, element(OID, b"\x55\x04\x03"), element(UTF8, common_name))),
    )


def extension(number, value, is_critical=True):
    """Return an extension of 2.5.29."""
    flag = TRUE if is_critical else b""
    return element(
        SEQUENCE, element(OID, b"\x55\x1d" + bytes((number,))), flag, element(OCTETS, value)
    )


def basic_constraints(is_ca, path_length=-1):
    """Return the extension."""
    length = b"" if path_length < 0 else unsigned(bytes((path_length,)))
    return extension(19, element(SEQUENCE, TRUE if is_ca else b"", length))


def key_usage(bits_set):
    """Return the extension with the bits of a mask, bit 0 first."""
    octet = 0
    for i in range(8):
        if bits_set & (1 << i):
            octet |= 0x80 >> i
    return extension(15, element(0x03, bytes((0, octet))))


def extended_usage(*oids):
    """Return the extension."""
    return extension(37, element(SEQUENCE, *[element(OID, oid) for oid in oids]), False)


class LabKey:
    """A key of P-256 whose private number is small."""

    def __init__(self, private):
        self.private = private
        point = (p256.GX, p256.GY, 1)
        for _ in range(private - 1):
            point = p256.add(point, (p256.GX, p256.GY, 1))
        x, y, z = point
        inverse = pow(z, p256.P - 2, p256.P)
        x = x * inverse * inverse % p256.P
        y = y * inverse * inverse * inverse % p256.P
        self.bits = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
        self.info = element(SEQUENCE, ON_P256, bits(self.bits))
        self.algorithm = SHA256_ECDSA

    def sign(self, digest):
        """Return the signature in DER."""
        r = p256.GX % p256.N
        s = (int.from_bytes(digest, "big") + r * self.private) % p256.N
        return element(SEQUENCE, unsigned(r.to_bytes(32, "big")), unsigned(s.to_bytes(32, "big")))


class CertMaker:
    """Parts as attributes; der() puts them together and signs with key `by`."""

    def __init__(self, subject=b"CP001", issuer=b"Root", key=None, by=None):
        self.version = element(0xA0, b"\x02\x01\x02")
        self.serial = unsigned(b"\x0a\x1b")
        self.by = by or LabKey(1)
        self.algorithm = self.by.algorithm
        self.outer_algorithm = None  # None: the same
        self.issuer = name(issuer)
        self.not_before = element(UTC, b"240101000000Z")
        self.not_after = element(UTC, b"440101000000Z")
        self.subject = name(subject)
        self.key = (key or LabKey(1)).info
        self.extensions = []
        self.tail = b""  # behind the extensions
        self.signature = None  # bytes: use them instead of signing

    def as_ca(self, path_length=-1):
        """Make it a CA."""
        self.extensions = [basic_constraints(True, path_length), key_usage(0x60)]
        return self

    def tbs(self):
        """Return what is signed."""
        extensions = b""
        if self.extensions:
            extensions = element(0xA3, element(SEQUENCE, *self.extensions))
        return element(
            SEQUENCE,
            self.version,
            self.serial,
            self.algorithm,
            self.issuer,
            element(SEQUENCE, self.not_before, self.not_after),
            self.subject,
            self.key,
            extensions,
            self.tail,
        )

    def der(self):
        """Return the certificate."""
        tbs = self.tbs()
        signature = self.signature
        if signature is None:
            signature = self.by.sign(hashlib.sha256(tbs).digest())
        return element(SEQUENCE, tbs, self.outer_algorithm or self.algorithm, bits(signature))
