"""P256Key: a point of P-256 as a public key (SEC 1 §2.3.4). Heap: two numbers."""

from micropython import const

from chargecore.security.cert_error import CertError
from chargecore.security.p256 import P, is_on_curve
from chargecore.security.whys import WHY_ALGORITHM, WHY_SYNTAX

_UNCOMPRESSED = const(4)
_POINT_LEN = const(65)


class P256Key:
    """`x`, `y`: a point of the curve other than infinity; `bits`: 04, x and y as 65 bytes.

    Errors: CertError(WHY_ALGORITHM) for a compressed point, CertError(WHY_SYNTAX) for no point.
    """

    def __init__(self, bits):
        if len(bits) != _POINT_LEN or bits[0] != _UNCOMPRESSED:
            raise CertError(WHY_ALGORITHM if bits and bits[0] in (2, 3) else WHY_SYNTAX)
        self.bits = bytes(bits)
        self.x = int.from_bytes(self.bits[1:33], "big")
        self.y = int.from_bytes(self.bits[33:], "big")
        if self.x >= P or self.y >= P or not is_on_curve(self.x, self.y):
            raise CertError(WHY_SYNTAX)
