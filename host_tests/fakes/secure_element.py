"""FakeSecureElement: a signer whose key is in a chip, as an ATECC608 is one.

The chip signs with a nonce of its own, takes its time, and gives r and s of 32 bytes each; the
driver turns them into DER. Here the chip's key is a small number, its nonce is 1.
"""

from chargecore.security.cert_error import CertError
from chargecore.security.der import TAG_SEQUENCE
from chargecore.security.der_write import element, unsigned
from chargecore.security.p256 import GX, N
from chargecore.security.p256_key import P256Key
from chargecore.security.whys import WHY_SIGNATURE, WHY_SYNTAX
from fakes.cert_maker import LabKey

_POLLS = 12  # answers "busy" as often


class FakeSecureElement:
    """Signs unless `is_broken`."""

    def __init__(self, private=11):
        self._private = private
        self.public_key = P256Key(LabKey(private).bits)
        self.is_broken = False
        self.signature = b""
        self._digest = None
        self._left = 0

    def begin(self, digest):
        """Send the digest to the chip."""
        if len(digest) != 32:
            raise CertError(WHY_SYNTAX)
        self.signature = b""
        self._digest = bytes(digest)
        self._left = _POLLS

    def step(self):
        """Ask whether it is done."""
        if self._digest is None:
            return 1
        if self._left:
            self._left -= 1
            return 0
        if self.is_broken:
            raise CertError(WHY_SIGNATURE)
        s = (int.from_bytes(self._digest, "big") + GX * self._private) % N
        numbers = (GX % N).to_bytes(32, "big"), s.to_bytes(32, "big")
        self.signature = element(TAG_SEQUENCE, unsigned(numbers[0]), unsigned(numbers[1]))
        self._digest = None
        return 1
