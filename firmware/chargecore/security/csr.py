"""CsrMaker: a certificate signing request (PKCS#10, RFC 2986), signed in steps.

Called by: SignCertificate. Names as the whitepaper wants them: O is CpoName, CN the serial number
of the station (A00.FR.506, 511). Heap: the request.
"""

import hashlib

from micropython import const

from chargecore.security import pem
from chargecore.security.cert_error import CertError
from chargecore.security.der import TAG_OID, TAG_SEQUENCE, TAG_SET, TAG_UTF8
from chargecore.security.der_write import bits, element, unsigned
from chargecore.security.key_maker import CURVE_P256
from chargecore.security.whys import WHY_NAME

_TEXT_MAX = const(64)  # characters of O and CN, RFC 5280 appendix A
_ATTRIBUTES = b"\xa0\x00"  # none, but the field is not optional
_ORGANIZATION = b"\x55\x04\x0a"
_COMMON_NAME = b"\x55\x04\x03"
_EC_KEY = b"\x2a\x86\x48\xce\x3d\x02\x01"
_SHA256_ECDSA = b"\x2a\x86\x48\xce\x3d\x04\x03\x02"


class CsrMaker:
    """`pem` (bytes) is there when step() has returned 1; signer: see security/__init__.

    Errors: CertError(WHY_NAME) for a text that is empty, longer than 64 characters or no UTF-8.
    """

    def __init__(self, signer, organization, common_name):
        self._signer = signer
        self._info = _info(signer.public_key, organization, common_name)
        self.pem = b""
        signer.begin(hashlib.sha256(self._info).digest())

    def step(self):
        """Go on for a short while. Return 0 running, 1 done. Errors: those of the signer."""
        if self.pem:
            return 1
        if not self._signer.step():
            return 0
        algorithm = element(TAG_SEQUENCE, element(TAG_OID, _SHA256_ECDSA))
        der = element(TAG_SEQUENCE, self._info, algorithm, bits(self._signer.signature))
        self.pem = pem.encode(der, b"CERTIFICATE REQUEST")
        return 1


def _info(public_key, organization, common_name):
    """Return CertificationRequestInfo in DER."""
    subject = (_name_part(_ORGANIZATION, organization), _name_part(_COMMON_NAME, common_name))
    algorithm = (element(TAG_OID, _EC_KEY), element(TAG_OID, CURVE_P256))
    return element(
        TAG_SEQUENCE,
        unsigned(b"\x00"),  # version 1
        element(TAG_SEQUENCE, *subject),
        element(TAG_SEQUENCE, element(TAG_SEQUENCE, *algorithm), bits(public_key.bits)),
        _ATTRIBUTES,
    )


def _name_part(oid, text):
    """Return a RelativeDistinguishedName of one attribute. Errors: CertError(WHY_NAME)."""
    text = bytes(text)
    try:
        count = len(text.decode())
    except UnicodeError:
        count = 0
    if not 0 < count <= _TEXT_MAX:
        raise CertError(WHY_NAME)
    pair = element(TAG_SEQUENCE, element(TAG_OID, oid), element(TAG_UTF8, text))
    return element(TAG_SET, pair)
