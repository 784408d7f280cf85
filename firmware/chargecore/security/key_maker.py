"""KeyMaker: a new key pair of P-256, in steps. sec1_der(): the form in which TLS takes it.

Called by: SignCertificate. Heap: that of base_point.
"""

from micropython import const

from chargecore.security.base_point import BasePoint
from chargecore.security.cert_error import CertError
from chargecore.security.der import TAG_OCTET_STRING, TAG_OID, TAG_SEQUENCE
from chargecore.security.der_write import bits, element, unsigned
from chargecore.security.p256 import N, P
from chargecore.security.p256_key import P256Key
from chargecore.security.whys import WHY_RANDOM

CURVE_P256 = b"\x2a\x86\x48\xce\x3d\x03\x01\x07"  # 1.2.840.10045.3.1.7

_LEN = const(32)
_TRIES = const(8)  # a draw that is no private key happens once in 2**32
_PARAMETERS = const(0xA0)
_PUBLIC = const(0xA1)


class KeyMaker:
    """random_bytes(count) returns bytes that nobody can guess: os.urandom or better.

    `private` (32 bytes) and `public_key` (P256Key) are there when step() has returned 1.
    """

    def __init__(self, random_bytes):
        self._random_bytes = random_bytes
        self.private = b""
        self.public_key = None
        self._point = None

    def step(self):
        """Go on for a short while. Return 0 running, 1 done. Errors: CertError(WHY_RANDOM)."""
        if self.public_key is not None:
            return 1
        if self._point is None:
            number = self._draw(N)
            self.private = number.to_bytes(_LEN, "big")
            self._point = BasePoint(number, self._draw(P))
            return 0
        if not self._point.step():
            return 0
        x, y = self._point.x.to_bytes(_LEN, "big"), self._point.y.to_bytes(_LEN, "big")
        self.public_key = P256Key(b"\x04" + x + y)
        self._point = None
        return 1

    def _draw(self, limit):
        """Return a random number of 1..limit-1 (FIPS 186-4 B.4.2)."""
        last = b""
        for _ in range(_TRIES):
            drawn = bytes(self._random_bytes(_LEN))
            number = int.from_bytes(drawn, "big")
            # All bytes alike, or the same twice: no source of random numbers does that.
            if len(drawn) != _LEN or drawn == last or drawn == drawn[:1] * _LEN:
                break
            if 0 < number < limit:
                return number
            last = drawn
        raise CertError(WHY_RANDOM)


def sec1_der(private, public_key):
    """Return ECPrivateKey in DER (RFC 5915), public key included."""
    return element(
        TAG_SEQUENCE,
        unsigned(b"\x01"),
        element(TAG_OCTET_STRING, private),
        element(_PARAMETERS, element(TAG_OID, CURVE_P256)),
        element(_PUBLIC, bits(public_key.bits)),
    )
