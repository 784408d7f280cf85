"""BasePoint: a secret number times the base point of P-256, in steps that do not depend on it.

Called by: key_maker, signer. The number is written in odd digits of -15..15 (Joye, Tunstall 2009):
64 times four doublings and one addition of a point that is never infinity, for every number. Its
coordinates start multiplied by a random one, so that what is computed differs every time.

What stays visible: the time and power of a multiplication of big ints depend a little on its
operands, and the address of a table entry on a digit. Heap: a few numbers, a table of 8 points.
"""

from micropython import const

from chargecore.security.cert_error import CertError
from chargecore.security.inverse import Inverse
from chargecore.security.p256 import GX, GY, N, P, add, double, is_on_curve
from chargecore.security.whys import WHY_SIGNATURE

_DIGITS = const(64)
_DIGIT_BITS = const(4)
_DIGIT_MASK = const(31)
_DIGIT_MEAN = const(16)
_TABLE = const(8)  # 1, 3, ... 15 times the base point


class BasePoint:
    """x and y are there when step() has returned 1. Range: number 1..N-1, blind 1..P-1."""

    def __init__(self, number, blind):
        is_even = 1 - (number & 1)
        self._number = (number, N - number)[is_even]  # odd; its point is the mirrored one
        self._is_even = is_even
        square = blind * blind % P
        self._table = [(GX * square % P, GY * square * blind % P, blind)]
        self._twice = double(self._table[0])
        self._point = self._table[0]  # the digit above the 64 is always 1
        self._left = _DIGITS
        self._inverse = None  # of z
        self.x = 0
        self.y = 0

    def step(self):
        """Go on for a short while: 32 to 45 modular multiplications. Return 0 running, 1 done.

        Errors: CertError(WHY_SIGNATURE) when the result is no point: memory or arithmetic failed,
        and a signature made of it could betray the key.
        """
        if len(self._table) < _TABLE:
            for _ in range(2):
                self._table.append(add(self._table[-1], self._twice))
            return 0
        if self._left:
            self._add_digit()
            return 0
        if self._inverse is None:
            self._inverse = Inverse(self._point[2], P)
        if not self._inverse.step():
            return 0
        self._finish()
        return 1

    def _add_digit(self):
        """Multiply by 16 and add the next digit's point."""
        self._left -= 1
        point = double(double(double(double(self._point))))
        digit = (self._number >> (self._left * _DIGIT_BITS) & _DIGIT_MASK | 1) - _DIGIT_MEAN
        x, y, z = self._table[abs(digit) >> 1]
        self._point = add(point, (x, (y, P - y)[digit < 0], z))

    def _finish(self):
        """Set x and y."""
        x, y, _ = self._point
        inverse = self._inverse.result
        square = inverse * inverse % P
        self.x = x * square % P
        y = y * square * inverse % P
        self.y = (y, P - y)[self._is_even]
        self._table = None
        self._number = 0
        if not is_on_curve(self.x, self.y):
            raise CertError(WHY_SIGNATURE)
