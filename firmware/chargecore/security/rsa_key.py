"""RsaKey: a public key of RSA that is strong enough to be believed (RFC 8017 §3.1)."""

from micropython import const

from chargecore.security.cert_error import CertError
from chargecore.security.der import TAG_SEQUENCE, DerReader
from chargecore.security.whys import WHY_ALGORITHM, WHY_SYNTAX, WHY_WEAK_KEY

RSA_BITS_MIN = const(2048)  # whitepaper A00.FR.501
RSA_BITS_MAX = const(4096)
_EXPONENT = b"\x01\x00\x01"  # 65537


class RsaKey:
    """`n` the modulus, `bits` its length; the exponent is 65537 and no other.

    A smaller one saves little and has been the way in before; a larger one is in no use and would
    make the time of a signature check depend on it.
    """

    def __init__(self, n_bytes):
        self.bits = len(n_bytes) * 8
        top = n_bytes[0]
        while top < 0x80:
            top <<= 1
            self.bits -= 1
        self.n = int.from_bytes(n_bytes, "big")


def rsa_key(key_bits):
    """Return the RsaKey in the bits of a subjectPublicKey. Errors: CertError."""
    outer = DerReader(key_bits, 0, len(key_bits))
    reader = outer.open(TAG_SEQUENCE)
    outer.finish()
    n_bytes = reader.take_unsigned(RSA_BITS_MAX // 4)
    e_bytes = reader.take_unsigned(RSA_BITS_MAX // 4)
    reader.finish()
    if not n_bytes or n_bytes[-1] & 1 == 0:
        raise CertError(WHY_SYNTAX)
    if len(n_bytes) * 8 > RSA_BITS_MAX or e_bytes != _EXPONENT:
        raise CertError(WHY_ALGORITHM)
    key = RsaKey(n_bytes)
    if key.bits < RSA_BITS_MIN:
        raise CertError(WHY_WEAK_KEY)
    return key
