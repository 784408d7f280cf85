"""EcdsaCheck: verifies a signature of ECDSA on P-256 (FIPS 186-4 §6.4, SEC 1 §4.1.4), in steps.

Called by: verifier. Heap: a few numbers. Timing depends on public data only.
"""

from micropython import const

from chargecore.security.cert_error import CertError
from chargecore.security.der import TAG_SEQUENCE, DerReader
from chargecore.security.inverse import Inverse
from chargecore.security.p256 import GX, GY, N, P, add, double

_BAD = const(-1)
_LEN = const(32)
_BITS = const(256)
_BITS_PER_STEP = const(2)  # at most as many doublings and additions


class EcdsaCheck:
    """key: a P256Key; digest: 32 bytes; signature: DER."""

    def __init__(self, key, digest, signature):
        self._r, self._s = _numbers(signature)
        if len(digest) != _LEN:
            self._s = 0
        self._digest = int.from_bytes(digest, "big")
        base, point = (GX, GY, 1), (key.x, key.y, 1)
        self._sums = (None, base, point, add(base, point))
        self._inverse = Inverse(self._s, N) if self._s else None
        self._factors = None  # of base point and key
        self._left = _BITS  # bits of them still to come
        self._point = None  # the sum so far

    def step(self):
        """Go on for a short while. Return 0 running, 1 good, -1 bad."""
        if self._inverse is None:
            return _BAD
        if self._factors is None:
            if self._inverse.step():
                inverse = self._inverse.result
                self._factors = (self._digest * inverse % N, self._r * inverse % N)
            return 0
        if self._left == 0:
            return self._verdict()
        one, two = self._factors
        for _ in range(_BITS_PER_STEP):
            self._left -= 1
            choice = (one >> self._left & 1) | (two >> self._left & 1) << 1
            self._point = add(double(self._point), self._sums[choice])
        return 0

    def _verdict(self):
        """Compare x of the sum with r modulo N, without a division."""
        if self._point is None:
            return _BAD
        x, _, z = self._point
        zz = z * z % P
        for candidate in (self._r, self._r + N):  # x lies below P, r below N
            if candidate < P and candidate * zz % P == x:
                return 1
        return _BAD


def _numbers(signature):
    """Return (r, s) of Ecdsa-Sig-Value in DER, zeros unless both are in 1..N-1."""
    try:
        outer = DerReader(signature, 0, len(signature))
        pair = outer.open(TAG_SEQUENCE)
        outer.finish()
        r = int.from_bytes(pair.take_unsigned(_LEN), "big")
        s = int.from_bytes(pair.take_unsigned(_LEN), "big")
        pair.finish()
    except CertError:
        return 0, 0
    return (r, s) if 0 < r < N and 0 < s < N else (0, 0)
