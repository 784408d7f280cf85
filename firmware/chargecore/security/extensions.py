"""Extensions: what the extensions of a certificate allow (RFC 5280 §4.2).

Called by: x509. A critical extension that is not read here refuses the certificate, name and
policy constraints included. Heap: the numbers below.
"""

from micropython import const

from chargecore.security.cert_error import CertError
from chargecore.security.der import (
    TAG_BIT_STRING,
    TAG_BOOLEAN,
    TAG_INTEGER,
    TAG_OCTET_STRING,
    TAG_SEQUENCE,
)
from chargecore.security.whys import WHY_EXTENSION, WHY_SYNTAX

USAGE_NONE = const(-1)  # the extension is not there
# keyUsage, the bits as RFC 5280 §4.2.1.3 counts them
KU_DIGITAL_SIGNATURE = const(1)
KU_KEY_CERT_SIGN = const(1 << 5)
EKU_OTHER = const(1)  # one that means nothing here
EKU_ANY = const(2)
EKU_SERVER_AUTH = const(4)
EKU_CLIENT_AUTH = const(8)
EKU_CODE_SIGNING = const(16)

_ID_CE = b"\x55\x1d"  # 2.5.29
_SUBJECT_KEY = const(14)
_KEY_USAGE = const(15)
_ALT_NAME = const(17)
_ISSUER_ALT_NAME = const(18)
_BASIC_CONSTRAINTS = const(19)
_AUTHORITY_KEY = const(35)
_EXTENDED_USAGE = const(37)
_IGNORED = (_SUBJECT_KEY, _ALT_NAME, _ISSUER_ALT_NAME, _AUTHORITY_KEY)  # they allow nothing
_NOT_CE = const(-1)

_ANY_USAGE = b"\x55\x1d\x25\x00"
_ID_KP = b"\x2b\x06\x01\x05\x05\x07\x03"  # 1.3.6.1.5.5.7.3
_KINDS = (EKU_SERVER_AUTH, EKU_CLIENT_AUTH, EKU_CODE_SIGNING)  # 1, 2, 3 below it
_EXTENSIONS_MAX = const(24)
_PURPOSES_MAX = const(16)
_PATH_MAX = const(255)


class Extensions:
    """Without read() those of a certificate that has none."""

    def __init__(self):
        self.is_ca = False
        self.is_ca_critical = False
        self.path_length = -1  # no limit
        self.key_usage = USAGE_NONE  # KU_*
        self.extended_usage = USAGE_NONE  # EKU_*
        self._names = []  # OIDs seen

    def read(self, reader):
        """Take the SEQUENCE OF Extension that a DerReader holds. Errors: CertError."""
        items = reader.open(TAG_SEQUENCE)
        reader.finish()
        if items.peek() < 0:
            raise CertError(WHY_SYNTAX)
        while items.peek() >= 0:
            self._read_one(items.open(TAG_SEQUENCE))
        self._names = None

    def _read_one(self, item):
        name = item.take_oid()
        if name in self._names or len(self._names) == _EXTENSIONS_MAX:
            raise CertError(WHY_SYNTAX)
        self._names.append(name)
        is_critical = item.peek() == TAG_BOOLEAN
        if is_critical and not item.take_boolean():  # false is the default and is not written
            raise CertError(WHY_SYNTAX)
        value = item.open(TAG_OCTET_STRING)
        item.finish()
        kind = name[2] if len(name) == 3 and name[:2] == _ID_CE else _NOT_CE
        if kind == _BASIC_CONSTRAINTS:
            self.is_ca_critical = is_critical
            self._read_basic_constraints(value)
        elif kind == _KEY_USAGE:
            self._read_key_usage(value)
        elif kind == _EXTENDED_USAGE:
            self._read_extended_usage(value)
        elif is_critical and kind not in _IGNORED:
            raise CertError(WHY_EXTENSION)

    def _read_basic_constraints(self, value):
        content = value.open(TAG_SEQUENCE)
        value.finish()
        if content.peek() == TAG_BOOLEAN:
            self.is_ca = content.take_boolean()
        if content.peek() == TAG_INTEGER:
            self.path_length = min(content.take_small(), _PATH_MAX)
        content.finish()
        if self.path_length >= 0 and not self.is_ca:
            raise CertError(WHY_SYNTAX)

    def _read_key_usage(self, value):
        bits = value.take(TAG_BIT_STRING)
        value.finish()
        if not 1 <= len(bits) <= 3 or bits[0] > 7 or (bits[0] and len(bits) == 1):
            raise CertError(WHY_SYNTAX)
        if bits[-1] & ((1 << bits[0]) - 1):
            raise CertError(WHY_SYNTAX)
        self.key_usage = 0
        for i in range((len(bits) - 1) * 8):
            if bits[1 + i // 8] & (0x80 >> i % 8):
                self.key_usage |= 1 << i

    def _read_extended_usage(self, value):
        items = value.open(TAG_SEQUENCE)
        value.finish()
        if items.peek() < 0:
            raise CertError(WHY_SYNTAX)
        self.extended_usage = 0
        for _ in range(_PURPOSES_MAX):
            if items.peek() >= 0:
                self.extended_usage |= _kind_of(items.take_oid())
        items.finish()


def _kind_of(name):
    """Return the EKU_* of an OID."""
    if name == _ANY_USAGE:
        return EKU_ANY
    if len(name) == 8 and name[:7] == _ID_KP and 1 <= name[7] <= len(_KINDS):
        return _KINDS[name[7] - 1]
    return EKU_OTHER
