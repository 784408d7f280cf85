"""Certificate: an X.509 certificate (RFC 5280 §4.1) read from DER. Nothing is verified here.

Called by: chain, cert_hash, certificate messages, keystore. Heap: a copy of the DER and the fields
below, for as long as the certificate is kept.
"""

from micropython import const

from chargecore.security.algorithms import signature_scheme, take_key
from chargecore.security.asn1_time import take_time
from chargecore.security.cert_error import CertError
from chargecore.security.der import (
    TAG_SEQUENCE,
    TAG_SET,
    DerReader,
)
from chargecore.security.extensions import Extensions
from chargecore.security.whys import WHY_SYNTAX, WHY_TOO_LONG

DER_MAX = const(4096)  # as much as PEM_MAX characters can hold

_V1 = const(0)
_V2 = const(1)
_V3 = const(2)
_VERSION = const(0xA0)  # [0]
_ISSUER_UNIQUE = const(0x81)  # [1], [2]: identifiers that nobody uses
_SUBJECT_UNIQUE = const(0x82)
_EXTENSIONS = const(0xA3)  # [3]
_SERIAL_MAX = const(20)  # bytes, RFC 5280 §4.1.2.2
_NAME_PARTS_MAX = const(16)
_COMMON_NAME = b"\x55\x04\x03"
_ORGANIZATION = b"\x55\x04\x0a"
_UTF8_STRINGS = b"\x0c\x12\x13\x16"  # UTF8, Numeric, Printable, IA5
_STRINGS = _UTF8_STRINGS + b"\x14\x1e"  # Teletex, BMP


class Certificate:
    """Times are seconds since 2024-01-01, clamped; texts are the bytes that stand there.

    public_key is an RsaKey, a P256Key, or None when its curve is not computed here.
    Errors: CertError for what is no certificate, is longer than DER_MAX, has a weak key or
    a critical extension that is not known.
    """

    def __init__(self, der):
        if len(der) > DER_MAX:
            raise CertError(WHY_TOO_LONG)
        self.der = bytes(der)
        self.tbs_start = 0  # what is signed is der[tbs_start:tbs_end]
        self.tbs_end = 0
        self.version = _V1  # one less than people say
        self.serial = b""  # big-endian, without leading zeros but for 0 itself
        self.issuer = b""  # DER
        self.subject = b""
        self.not_before_s = 0
        self.not_after_s = 0
        self.public_key = None
        self.key_bits = b""  # of the BIT STRING
        self.extensions = Extensions()
        self.scheme = 0  # SCHEME_* that it is signed with
        self.salt_len = -1  # of SCHEME_PSS
        self.signature = b""
        self._read()
        _texts_of(self.issuer)  # to see that it is a name
        self.common_name, self.organization = _texts_of(self.subject)
        self.is_ca = self.extensions.is_ca
        self.path_length = self.extensions.path_length  # -1 no limit
        self.key_usage = self.extensions.key_usage  # KU_*, -1 not given
        self.extended_usage = self.extensions.extended_usage  # EKU_*, -1 not given

    def _read(self):
        outer = DerReader(self.der, 0, len(self.der))
        reader = outer.open(TAG_SEQUENCE)
        outer.finish()
        self.tbs_start = reader.at
        tbs = reader.open(TAG_SEQUENCE)
        self.tbs_end = reader.at
        identifier = reader.take_whole(TAG_SEQUENCE)
        self.scheme, self.salt_len = signature_scheme(identifier)
        self.signature = reader.take_bits()
        reader.finish()
        self._read_tbs(tbs, identifier)

    def _read_tbs(self, tbs, identifier):
        """Read TBSCertificate; its algorithm must be the one that stands outside."""
        if tbs.peek() == _VERSION:
            version = tbs.open(_VERSION)
            self.version = version.take_small()
            version.finish()
            if self.version not in (_V2, _V3):  # v1 is the default and is not written
                raise CertError(WHY_SYNTAX)
        # 0 is no serial number to RFC 5280, but roots in daily use have it.
        self.serial = tbs.take_unsigned(_SERIAL_MAX) or b"\x00"
        if tbs.take_whole(TAG_SEQUENCE) != identifier:
            raise CertError(WHY_SYNTAX)
        self.issuer = tbs.take_whole(TAG_SEQUENCE)
        validity = tbs.open(TAG_SEQUENCE)
        self.not_before_s = take_time(validity)
        self.not_after_s = take_time(validity)
        validity.finish()
        self.subject = tbs.take_whole(TAG_SEQUENCE)
        self.public_key, self.key_bits = take_key(tbs)
        self._read_rest(tbs)

    def _read_rest(self, tbs):
        """Read what not every version has."""
        for tag in (_ISSUER_UNIQUE, _SUBJECT_UNIQUE):
            if tbs.peek() == tag and self.version != _V1:
                tbs.skip(tag)
        if tbs.peek() == _EXTENSIONS and self.version == _V3:
            self.extensions.read(tbs.open(_EXTENSIONS))
        tbs.finish()

    def is_self_issued(self):
        """Tell whether it names itself as its issuer."""
        return self.issuer == self.subject


def _texts_of(name):
    """Return (common name, organization) of a Name in DER, b"" for none. Errors: CertError.

    Of several the last one is the most specific. Every part is read, wanted or not.
    """
    common_name = organization = b""
    left = _NAME_PARTS_MAX
    parts = DerReader(name, 0, len(name)).open(TAG_SEQUENCE)
    while parts.peek() >= 0:
        together = parts.open(TAG_SET)
        while True:  # there is at least one
            pair = together.open(TAG_SEQUENCE)
            kind = pair.take_oid()
            value = _text(pair)
            pair.finish()
            if kind == _COMMON_NAME:
                common_name = value
            elif kind == _ORGANIZATION:
                organization = value
            left -= 1
            if left < 0:
                raise CertError(WHY_TOO_LONG)
            if together.peek() < 0:
                break
    return common_name, organization


def _text(pair):
    """Return the value of an attribute, a string. Errors: CertError."""
    tag = pair.peek()
    if tag < 0 or tag not in _STRINGS:
        raise CertError(WHY_SYNTAX)
    value = pair.take(tag)
    if tag in _UTF8_STRINGS:
        if b"\x00" in value:  # whoever reads a text up to its zero would see another name
            raise CertError(WHY_SYNTAX)
        try:
            value.decode()
        except UnicodeError:
            raise CertError(WHY_SYNTAX) from None
    return value
