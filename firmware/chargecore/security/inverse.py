"""Inverse: 1/value modulo a prime by Fermat, a few multiplications per step.

Called by: ecdsa, base_point, signer. The exponent is prime - 2 whatever the value is: the same
multiplications for every value. Heap: a few numbers.
"""

from micropython import const

_BITS_PER_STEP = const(16)  # at most 32 modular multiplications
_TOP_BIT = const(255)


class Inverse:
    """`result` when step() has returned 1. Range: value not a multiple of prime, 256 bits."""

    def __init__(self, value, prime):
        self._value = value
        self._prime = prime
        self._left = _TOP_BIT  # bits of the exponent still to come; the top one is set
        self.result = value

    def step(self):
        """Go on by a few bits. Return 0 running, 1 done."""
        prime, value, result = self._prime, self._value, self.result
        exponent = prime - 2
        for _ in range(_BITS_PER_STEP):
            if self._left == 0:
                break
            self._left -= 1
            result = result * result % prime
            if exponent >> self._left & 1:
                result = result * value % prime
        self.result = result
        return 1 if self._left == 0 else 0
