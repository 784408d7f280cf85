"""Signer: signs with a private key of P-256 that lies in this memory (FIPS 186-4 §6.4, RFC 6979).

Called by: csr; keeps the protocol of a signer in security/__init__. The nonce follows from key and
digest, so a poor source of random numbers cannot betray the key; every secret product is blinded.
Heap: that of base_point.
"""

from micropython import const

from chargecore.security.base_point import BasePoint
from chargecore.security.cert_error import CertError
from chargecore.security.der import TAG_SEQUENCE
from chargecore.security.der_write import element, unsigned
from chargecore.security.inverse import Inverse
from chargecore.security.nonce import Nonces
from chargecore.security.p256 import N
from chargecore.security.whys import WHY_SIGNATURE, WHY_SYNTAX

_LEN = const(32)


class Signer:
    """private: 32 bytes; public_key: its P256Key. Errors: CertError(WHY_SYNTAX) for no number."""

    def __init__(self, private, public_key):
        self._private = bytes(private)
        if len(self._private) != _LEN or not 0 < int.from_bytes(self._private, "big") < N:
            raise CertError(WHY_SYNTAX)
        self.public_key = public_key
        self.signature = b""
        self._digest = 0
        self._nonce = 0
        self._blind = 0  # of the inversion
        self._point = None  # BasePoint of the nonce
        self._r = 0
        self._inverse = None  # of nonce * blind

    def begin(self, digest):
        """Begin to sign 32 bytes of SHA-256. Errors: CertError(WHY_SYNTAX)."""
        digest = bytes(digest)
        if len(digest) != _LEN:
            raise CertError(WHY_SYNTAX)
        nonces = Nonces(self._private, digest)
        self.signature = b""
        self._digest = int.from_bytes(digest, "big")
        self._nonce = nonces.next()
        self._blind = nonces.next()
        self._point = BasePoint(self._nonce, nonces.next())
        self._inverse = None

    def step(self):
        """Go on for a short while. Return 0 running, 1 done. Errors: CertError(WHY_SIGNATURE)."""
        if self._point is None:
            return 1
        if self._inverse is None:
            if self._point.step():
                self._r = self._point.x % N
                self._inverse = Inverse(self._nonce * self._blind % N, N)
            return 0
        if not self._inverse.step():
            return 0
        self._finish()
        return 1

    def _finish(self):
        """Put r and s together: s = (digest + r * private) / nonce, blinded all the way."""
        blind = self._blind
        private = int.from_bytes(self._private, "big") * blind % N
        s = (self._digest * blind + self._r * private) % N * self._inverse.result % N
        self._point = self._inverse = None
        self._nonce = self._blind = 0
        if not self._r or not s:  # never seen by anyone
            raise CertError(WHY_SIGNATURE)
        numbers = [unsigned(number.to_bytes(_LEN, "big")) for number in (self._r, s)]
        self.signature = element(TAG_SEQUENCE, *numbers)
