"""RsaCheck: verifies a signature of RSA, one modular multiplication per step (RFC 8017 §8).

Called by: verifier. Heap: a few numbers as long as the key. Timing depends on public data only.
"""

import hashlib

from micropython import const

from chargecore.security.schemes import SCHEME_PKCS1, SCHEME_PSS

_SQUARINGS = const(16)  # 65537 = 2**16 + 1
_BAD = const(-1)
_HASH_LEN = const(32)
_TRAILER = const(0xBC)
# DigestInfo of SHA-256 in front of the digest, RFC 8017 §9.2 note 1
_DIGEST_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


class RsaCheck:
    """scheme: SCHEME_PKCS1, SCHEME_PSS, or None for either. salt_len: of PSS, -1 for any."""

    def __init__(self, key, digest, signature, scheme, salt_len):
        self._key = key
        self._digest = bytes(digest)
        self._scheme = scheme
        self._salt_len = salt_len
        self._length = (key.bits + 7) // 8
        self._base = 0
        self._power = 0
        self._done = 0  # multiplications
        if len(signature) == self._length:
            self._base = int.from_bytes(signature, "big")
            self._power = self._base
        self._is_possible = 0 < self._base < key.n and len(self._digest) == _HASH_LEN

    def step(self):
        """Go on by one multiplication. Return 0 running, 1 good, -1 bad."""
        if not self._is_possible:
            return _BAD
        if self._done < _SQUARINGS:
            self._power = self._power * self._power % self._key.n
        elif self._done == _SQUARINGS:
            self._power = self._power * self._base % self._key.n
        else:
            return 1 if self._fits(self._power.to_bytes(self._length, "big")) else _BAD
        self._done += 1
        return 0

    def _fits(self, encoded):
        """Tell whether that is an encoding of the digest."""
        if self._scheme in (SCHEME_PKCS1, None) and encoded == self._pkcs1():
            return True
        if self._scheme not in (SCHEME_PSS, None):
            return False
        unused_bits = (1 - self._key.bits) % 8  # of the first byte that PSS counts
        if unused_bits == 0:  # the modulus has one byte more
            if encoded[0]:
                return False
            encoded = encoded[1:]
        return _is_pss(encoded, unused_bits, self._digest, self._salt_len)

    def _pkcs1(self):
        """Return the only encoding that EMSA-PKCS1-v1_5 has for the digest."""
        tail = b"\x00" + _DIGEST_INFO + self._digest
        return b"\x00\x01" + b"\xff" * (self._length - 2 - len(tail)) + tail


def _is_pss(encoded, unused_bits, digest, salt_len):
    """Tell whether encoded is EMSA-PSS of digest with SHA-256 and MGF1 (RFC 8017 §9.1.2)."""
    db_len = len(encoded) - _HASH_LEN - 1
    if encoded[-1] != _TRAILER or encoded[0] >> (8 - unused_bits):
        return False
    hashed = encoded[db_len:-1]
    mask = int.from_bytes(_mgf1(hashed, db_len), "big")
    db = (int.from_bytes(encoded[:db_len], "big") ^ mask).to_bytes(db_len, "big")
    at = 1
    first = db[0] & (0xFF >> unused_bits)
    if first == 1:
        at = 0
    elif first:
        return False
    while at and at < db_len and db[at] == 0:
        at += 1
    if at == db_len or (at and db[at] != 1):
        return False
    salt = db[at + 1 :]
    if salt_len not in (-1, len(salt)):
        return False
    return hashlib.sha256(bytes(8) + digest + salt).digest() == hashed


def _mgf1(seed, count):
    """Return count bytes of MGF1 with SHA-256 (RFC 8017 B.2.1)."""
    out = b""
    i = 0
    while len(out) < count:
        out += hashlib.sha256(seed + bytes((0, 0, i >> 8, i & 0xFF))).digest()
        i += 1
    return out[:count]
