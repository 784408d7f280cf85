"""AlgorithmIdentifiers and public keys of certificates (RFC 3279, 4055, 5480).

Called by: x509. Heap: the key.
"""

from micropython import const

from chargecore.security.cert_error import CertError
from chargecore.security.der import (
    TAG_INTEGER,
    TAG_NULL,
    TAG_OID,
    TAG_SEQUENCE,
    DerReader,
)
from chargecore.security.p256_key import P256Key
from chargecore.security.rsa_key import rsa_key
from chargecore.security.schemes import SCHEME_ECDSA, SCHEME_OTHER, SCHEME_PKCS1, SCHEME_PSS
from chargecore.security.whys import WHY_ALGORITHM, WHY_SYNTAX, WHY_WEAK_KEY

_RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"  # 1.2.840.113549.1.1.1
_MGF1 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"
_PSS = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
_SHA256_RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
_SHA256 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01"  # 2.16.840.1.101.3.4.2.1
_EC = b"\x2a\x86\x48\xce\x3d\x02\x01"  # 1.2.840.10045.2.1
_SHA256_ECDSA = b"\x2a\x86\x48\xce\x3d\x04\x03\x02"  # 1.2.840.10045.4.3.2
_P192 = b"\x2a\x86\x48\xce\x3d\x03\x01\x01"
_P256 = b"\x2a\x86\x48\xce\x3d\x03\x01\x07"
# P-224, P-384, P-521: strong enough (A00.FR.502), and TLS knows them; not computed here.
_OTHER_CURVES = (b"\x2b\x81\x04\x00\x21", b"\x2b\x81\x04\x00\x22", b"\x2b\x81\x04\x00\x23")
_WHOLE = const(0xA0)  # [0] constructed; [1], [2] and [3] follow
_SALT_DEFAULT_LEN = const(20)
_SALT_NONE = const(-1)


def take_key(reader):
    """Return (key, its bits) of a SubjectPublicKeyInfo, the next element of a DerReader.

    The key is an RsaKey, a P256Key, or None for a curve that is strong enough but not computed
    here. Errors: CertError.
    """
    info = reader.open(TAG_SEQUENCE)
    algorithm = info.open(TAG_SEQUENCE)
    name = algorithm.take_oid()
    key_bits = info.take_bits()
    info.finish()
    if name == _RSA:
        _finish_null(algorithm)
        return rsa_key(key_bits), key_bits
    if name != _EC or algorithm.peek() != TAG_OID:  # a curve that is described, not named
        raise CertError(WHY_ALGORITHM)
    curve = algorithm.take_oid()
    algorithm.finish()
    if curve == _P256:
        return P256Key(key_bits), key_bits
    if curve in _OTHER_CURVES:
        if key_bits[:1] != b"\x04":
            raise CertError(WHY_SYNTAX)
        return None, key_bits
    raise CertError(WHY_WEAK_KEY if curve == _P192 else WHY_ALGORITHM)


def signature_scheme(identifier):
    """Return (SCHEME_*, salt length or -1) of an AlgorithmIdentifier in DER. Errors: CertError."""
    reader = DerReader(identifier, 0, len(identifier)).open(TAG_SEQUENCE)
    name = reader.take_oid()
    if name == _SHA256_RSA:
        _finish_null(reader)
        return SCHEME_PKCS1, _SALT_NONE
    if name == _SHA256_ECDSA:
        reader.finish()
        return SCHEME_ECDSA, _SALT_NONE
    if name == _PSS:
        return _pss(reader)
    return SCHEME_OTHER, _SALT_NONE


def _pss(reader):
    """Return the scheme of RSASSA-PSS-params (RFC 4055 §3.1)."""
    params = reader.open(TAG_SEQUENCE)
    reader.finish()
    is_ours = True
    salt_len = _SALT_DEFAULT_LEN
    if params.peek() == _WHOLE:
        is_ours = _is_sha256(params.open(_WHOLE))
    else:
        is_ours = False  # SHA-1
    if params.peek() == _WHOLE + 1:
        is_ours = _is_mgf1_sha256(params.open(_WHOLE + 1)) and is_ours
    else:
        is_ours = False
    if params.peek() == _WHOLE + 2:
        salt_len = _small_in(params.open(_WHOLE + 2))
    if params.peek() == _WHOLE + 3 and _small_in(params.open(_WHOLE + 3)) != 1:
        is_ours = False
    params.finish()
    return (SCHEME_PSS, salt_len) if is_ours else (SCHEME_OTHER, _SALT_NONE)


def _is_sha256(reader):
    algorithm = reader.open(TAG_SEQUENCE)
    reader.finish()
    name = algorithm.take_oid()
    _finish_null(algorithm)
    return name == _SHA256


def _is_mgf1_sha256(reader):
    algorithm = reader.open(TAG_SEQUENCE)
    reader.finish()
    return algorithm.take_oid() == _MGF1 and _is_sha256(algorithm)


def _small_in(reader):
    if reader.peek() != TAG_INTEGER:
        raise CertError(WHY_SYNTAX)
    value = reader.take_small()
    reader.finish()
    return value


def _finish_null(algorithm):
    """Pass the parameters, NULL or none. Errors: CertError."""
    if algorithm.peek() == TAG_NULL and algorithm.take(TAG_NULL):
        raise CertError(WHY_SYNTAX)
    algorithm.finish()
