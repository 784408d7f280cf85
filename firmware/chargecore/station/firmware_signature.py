"""FirmwareSignature: the signature of a bundle and the certificate it was made with, on flash.

Called by: SignedUpdate. The certificate was verified before it was
kept. Loaded while an update is under way. Heap: the image, 5 KiB at most, while it is read or
written; key and check while one runs.
"""

import sys

from micropython import const

from chargecore.base.codes import E_CORRUPT, OK
from chargecore.base.modules import unload

_DER_MAX = const(4096)
SIGNATURE_MAX = const(600)  # what 800 characters of base64 hold


class FirmwareSignature:
    """Image: length of the certificate u16, certificate DER, signature."""

    def __init__(self, pair):
        self._pair = pair
        self._check = None  # SignatureCheck that runs
        self._image = None  # what was taken and is not on flash yet

    def take(self, certificate_der, signature):
        """Take both, in the place of those that were there."""
        length = len(certificate_der)
        self._image = bytearray((length & 0xFF, length >> 8)) + certificate_der + signature

    def keep(self):
        """Write what was taken. Return OK, also when there is nothing, or E_IO: try again."""
        image = self._image
        if image is None:
            return OK
        code = self._pair.save(image, len(image))
        if code == OK:
            self._image = None
        return code

    def forget(self):
        """Flash does not take it: it is no longer wanted."""
        self._image = None

    def begin(self, digest):
        """Begin to verify a bundle's digest. Return OK, or E_CORRUPT: there is no signature."""
        # All at once: what is unloaded meanwhile and loaded again has other classes.
        from chargecore.security.cert_error import CertError
        from chargecore.security.verifier import SignatureCheck
        from chargecore.security.x509 import Certificate

        buf = bytearray(2 + _DER_MAX + SIGNATURE_MAX)
        length = self._pair.load(buf)
        der_len = buf[0] | buf[1] << 8
        if length < 2 + der_len:
            return E_CORRUPT
        try:
            key = Certificate(buf[2 : 2 + der_len]).public_key
            self._check = SignatureCheck(key, digest, bytes(buf[2 + der_len : length]))
        except CertError:
            return E_CORRUPT
        return OK

    @property
    def is_running(self):
        """Whether a check has begun."""
        return self._check is not None

    def step(self):
        """Go on. Return 0 running, 1 good, -1 bad."""
        result = self._check.step()
        if result:
            self.stop()
        return result

    def stop(self):
        """Give back the heap."""
        self._check = None
        unload([name for name in sys.modules if name.startswith("chargecore.security")])
