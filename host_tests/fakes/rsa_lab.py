"""LabRsaKey: signs with RSA as RFC 8017 says, in all the ways that a test may want it wrong.

The keys are for tests only. One has 2048 bits, one has 2049, where PSS leaves out a whole byte.
"""

import hashlib

from chargecore.security.der_write import bits, element, unsigned
from chargecore.security.rsa_key import rsa_key
from fakes.cert_maker import RSA_KEY, SEQUENCE, SHA256_RSA

_P_2048 = (
    "f19a3820d8aebf49139ac9a95e998119487c148d4d065b094e4ec33b38c100bd60f739c310b5c4de7c68"
    "e870f727d3bbcca37b10e056f5a0a81312227d2ed0fbc20c56d38175c403d24c1a2d0ac208cb6d9d0386"
    "cd3949954341855bfda492c218937721887c2720e7daa5f83810b37c50f3336b31942e97c1344037913b"
    "b3bf"
)
_Q_2048 = (
    "d89a0b2e811f707d6471c6fa068a9aa8e6ad7505d15a3c03deea513951358770a646f97cac601a664dff"
    "9a0b1bff19423461a89a0186e19c9e979fd822dccc68240cd84a56dd9e454ae6ee6f59789b9a21c0ed16"
    "898b6d4f08f50412c9a4c42c8305a7df376fc86c0dea36753c89566a074eb473d8193344737de0a72785"
    "353d"
)
_P_2049 = (
    "014a1303b11a4228d7afa3500f17d13b13c4ab023b5985129275d74dd0c3be958608f0ca55fc69faaaa3"
    "ef9e74d53d4407460c0368c6dae6de9c3959c8767213f5c997f8d9a02323f7d33db0e9d49123921fbfe7"
    "5332c8c25da0553385b7ac7e4bd2913ec1ee2c065abfa5e3584bc646c057d07f789ab59b05d3e42e72e6"
    "85ca1f"
)
_Q_2049 = (
    "0149d93e71f21f1a54562e58633fe49f5acaa067cfb119bea845c1d0e9c197da21f0ea2a4268312dfabf"
    "e27b5595a258bdbf76a0ee08f3dcb885d77653f62ba82023b41d256f143a9f643ba1cb1d28f39032ad86"
    "2b915d2a65f38705486bad35d443c93c213ec9f4dcc5e1d433e10f6572c9bbc23566c03032a496087463"
    "ff688d"
)

DIGEST_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
SALT = bytes(range(32))


def inverse(value, modulus):
    """Return 1/value by Euclid; MicroPython's pow() takes no negative exponent."""
    before, now = modulus, value
    factor_before, factor = 0, 1
    while now:
        quotient = before // now
        before, now = now, before - quotient * now
        factor_before, factor = factor, factor_before - quotient * factor
    return factor_before % modulus


class LabRsaKey:
    """bit_count: 2048 or 2049."""

    def __init__(self, bit_count=2048):
        p, q = (_P_2048, _Q_2048) if bit_count == 2048 else (_P_2049, _Q_2049)
        self.p, self.q = int(p, 16), int(q, 16)
        self.n = self.p * self.q
        d = inverse(65537, (self.p - 1) * (self.q - 1))
        self._halves = d % (self.p - 1), d % (self.q - 1), pow(self.q, self.p - 2, self.p)
        self.length = (bit_count + 7) // 8
        self._unused_bits = (1 - bit_count) % 8
        n_bytes = self.n.to_bytes(self.length, "big")
        self.key_bits = element(SEQUENCE, unsigned(n_bytes), unsigned(b"\x01\x00\x01"))
        self.info = element(SEQUENCE, RSA_KEY, bits(self.key_bits))
        self.public_key = rsa_key(self.key_bits)
        self.algorithm = SHA256_RSA

    def power(self, encoded):
        """Return the private operation on bytes, by the primes (RFC 8017 §5.1.2)."""
        number = int.from_bytes(encoded, "big")
        for_p, for_q, factor = self._halves
        one, two = pow(number % self.p, for_p, self.p), pow(number % self.q, for_q, self.q)
        number = two + (one - two) * factor % self.p * self.q
        return number.to_bytes(self.length, "big")

    def sign(self, digest):
        """Return a good signature, PKCS#1 v1.5."""
        return self.power(self.pkcs1(DIGEST_INFO + digest))

    def pkcs1(self, tail):
        """Return the encoding with that tail behind the padding."""
        return b"\x00\x01" + b"\xff" * (self.length - len(tail) - 3) + b"\x00" + tail

    def sign_pss(self, digest, salt=SALT):
        """Return a good signature, PSS."""
        return self.power(self.pss(digest, salt))

    def pss(self, digest, salt=SALT, mgf_hash=hashlib.sha256, trailer=0xBC, one=1, top=0):
        """Return the encoding; what stands behind salt bends it."""
        length = self.length if self._unused_bits else self.length - 1
        hashed = hashlib.sha256(bytes(8) + digest + salt).digest()
        db = bytearray(bytes(length - len(salt) - 34) + bytes((one,)) + salt)
        mask = b""
        count = 0
        while len(mask) < len(db):
            mask += mgf_hash(hashed + count.to_bytes(4, "big")).digest()
            count += 1
        for i in range(len(db)):
            db[i] ^= mask[i]
        db[0] = db[0] & (0xFF >> self._unused_bits) | top
        return bytes(self.length - length) + bytes(db) + hashed + bytes((trailer,))
