"""Nonces: numbers of 1..N-1 that follow from a key and a digest (RFC 6979 §3.2, SHA-256).

Called by: signer. The first is the nonce of the signature; those after it, which nobody else can
know, blind the arithmetic. hmac_sha256() is RFC 2104. Heap: two texts of 32 bytes.
"""

import hashlib

from micropython import const

from chargecore.security.p256 import N

_BLOCK_LEN = const(64)
_INNER = int.from_bytes(b"\x36" * 64, "big")
_OUTER = int.from_bytes(b"\x5c" * 64, "big")


def hmac_sha256(key, message):
    """Return the HMAC. Range: key up to 64 bytes."""
    key = int.from_bytes(key + bytes(_BLOCK_LEN - len(key)), "big")
    inner = hashlib.sha256((key ^ _INNER).to_bytes(_BLOCK_LEN, "big") + message).digest()
    return hashlib.sha256((key ^ _OUTER).to_bytes(_BLOCK_LEN, "big") + inner).digest()


class Nonces:
    """private: 32 bytes; digest: 32 bytes."""

    def __init__(self, private, digest):
        seed = private + (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
        self._value = b"\x01" * 32
        self._key = hmac_sha256(bytes(32), self._value + b"\x00" + seed)
        self._value = hmac_sha256(self._key, self._value)
        self._key = hmac_sha256(self._key, self._value + b"\x01" + seed)
        self._value = hmac_sha256(self._key, self._value)

    def next(self):
        """Return the next number."""
        number = 0
        while not 0 < number < N:  # wrong once in 2**32
            self._value = hmac_sha256(self._key, self._value)
            number = int.from_bytes(self._value, "big")
            self._key = hmac_sha256(self._key, self._value + b"\x00")
            self._value = hmac_sha256(self._key, self._value)
        return number
