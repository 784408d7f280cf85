"""certificateHashData: how OCPP names an installed certificate (RFC 6960 §4.1.1, rule W9).

Called by: GetInstalledCertificateIds, DeleteCertificate. Heap: the three texts.
"""

import hashlib
from binascii import hexlify


def hash_data(certificate, issuer=None):
    """Return (issuerNameHash, issuerKeyHash, serialNumber) in lower case hex, SHA-256.

    issuer: the Certificate of who signed it; None for a self-signed one. The serial number has no
    leading zeros, so it may have an odd number of digits.
    """
    name = hashlib.sha256(certificate.issuer).digest()
    key = hashlib.sha256((issuer or certificate).key_bits).digest()
    serial = hexlify(certificate.serial)
    return hexlify(name), hexlify(key), serial[1:] if serial[:1] == b"0" else serial
