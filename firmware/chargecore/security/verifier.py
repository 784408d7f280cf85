"""SignatureCheck: verifies a signature over a SHA-256 digest, whatever the key, in steps.

Called by: chain, signed firmware update. Heap: that of rsa or ecdsa. A check takes the same number
of steps however bad the signature is, or ends early.
"""

from micropython import const

from chargecore.security.ecdsa import EcdsaCheck
from chargecore.security.p256_key import P256Key
from chargecore.security.rsa import RsaCheck
from chargecore.security.rsa_key import RsaKey
from chargecore.security.schemes import SCHEME_ECDSA, SCHEME_PKCS1, SCHEME_PSS

_BAD = const(-1)


class SignatureCheck:
    """digest: 32 bytes of SHA-256. scheme: a SCHEME_*, or None for any that the key can do.

    salt_len: that of SCHEME_PSS when it is known; -1 takes any, as the signature itself says it.
    """

    def __init__(self, public_key, digest, signature, scheme=None, salt_len=-1):
        self._check = None  # nothing fits: bad
        if isinstance(public_key, RsaKey) and scheme in (None, SCHEME_PKCS1, SCHEME_PSS):
            self._check = RsaCheck(public_key, digest, signature, scheme, salt_len)
        elif isinstance(public_key, P256Key) and scheme in (None, SCHEME_ECDSA):
            self._check = EcdsaCheck(public_key, digest, signature)

    def step(self):
        """Go on for a short while. Return 0 running, 1 good, -1 bad; behind the end the same."""
        return self._check.step() if self._check is not None else _BAD
