"""DerReader: a cursor over DER elements in a buffer (X.690 §8 and §10), every index checked.

Called by: whatever reads certificates, keys and signatures. Refuses indefinite lengths, lengths
longer than they need be or beyond what surrounds them, and tags above 30. Nothing recurses: what
is not asked for is stepped over by its length. Heap: the reader, and what take() returns.
"""

from micropython import const

from chargecore.security.cert_error import CertError
from chargecore.security.whys import WHY_SYNTAX

TAG_BOOLEAN = const(0x01)
TAG_INTEGER = const(0x02)
TAG_BIT_STRING = const(0x03)
TAG_OCTET_STRING = const(0x04)
TAG_NULL = const(0x05)
TAG_OID = const(0x06)
TAG_UTF8 = const(0x0C)
TAG_UTC_TIME = const(0x17)
TAG_GENERAL_TIME = const(0x18)
TAG_SEQUENCE = const(0x30)
TAG_SET = const(0x31)
ANY_TAG = const(-1)

_LONG_FORM = const(0x80)
_LENGTH_BYTES_MAX = const(2)  # 64 KiB; no certificate here is longer
_HIGH_TAG = const(0x1F)
_OID_MAX = const(32)  # bytes


class DerReader:
    """Reads buf[at:end]. After a call start and at are the bounds of the content just passed."""

    def __init__(self, buf, at, end):
        self.buf = buf
        self.at = at
        self.end = end
        self.start = at

    def peek(self):
        """Return the tag of the next element, -1 behind the last one."""
        return self.buf[self.at] if self.at < self.end else -1

    def skip(self, tag):
        """Step over the next element. Errors: CertError when it has another tag or is broken."""
        buf, at, end = self.buf, self.at, self.end
        if at + 2 > end:
            raise CertError(WHY_SYNTAX)
        found, length = buf[at], buf[at + 1]
        if tag not in (ANY_TAG, found) or found & _HIGH_TAG == _HIGH_TAG:
            raise CertError(WHY_SYNTAX)
        at += 2
        if length >= _LONG_FORM:
            count = length - _LONG_FORM
            if not 0 < count <= _LENGTH_BYTES_MAX or at + count > end:
                raise CertError(WHY_SYNTAX)
            length = buf[at]
            if count == _LENGTH_BYTES_MAX:
                length = length << 8 | buf[at + 1]
            if length < (_LONG_FORM if count == 1 else 0x100):
                raise CertError(WHY_SYNTAX)
            at += count
        if at + length > end:
            raise CertError(WHY_SYNTAX)
        self.start = at
        self.at = at + length

    def open(self, tag):
        """Step over the next element and return a reader of what is in it."""
        self.skip(tag)
        return DerReader(self.buf, self.start, self.at)

    def take(self, tag):
        """Step over the next element and return its content as bytes."""
        self.skip(tag)
        return bytes(self.buf[self.start : self.at])

    def take_whole(self, tag):
        """Step over the next element and return it with its tag and length as bytes."""
        begin = self.at
        self.skip(tag)
        return bytes(self.buf[begin : self.at])

    def take_unsigned(self, len_max):
        """Return an INTEGER from 0 on as big-endian bytes without leading zeros, b"" for 0.

        Errors: CertError when it is negative, longer than len_max or not as short as can be.
        """
        content = self.take(TAG_INTEGER)
        if not content or content[0] >= 0x80:
            raise CertError(WHY_SYNTAX)
        if content[0] == 0:
            if len(content) > 1 and content[1] < 0x80:
                raise CertError(WHY_SYNTAX)
            content = content[1:]
        if len(content) > len_max:
            raise CertError(WHY_SYNTAX)
        return content

    def take_oid(self):
        """Return the content of an OBJECT IDENTIFIER. Errors: CertError when it is not one."""
        content = self.take(TAG_OID)
        if not 0 < len(content) <= _OID_MAX or content[-1] >= 0x80:
            raise CertError(WHY_SYNTAX)
        at = content.find(b"\x80")  # no number begins with it
        while at >= 0:
            if at == 0 or content[at - 1] < 0x80:
                raise CertError(WHY_SYNTAX)
            at = content.find(b"\x80", at + 1)
        return content

    def take_small(self):
        """Return an INTEGER of 0..65535."""
        return int.from_bytes(self.take_unsigned(2), "big")

    def take_bits(self):
        """Return the bytes of a BIT STRING that has no unused bits."""
        content = self.take(TAG_BIT_STRING)
        if not content or content[0] != 0:
            raise CertError(WHY_SYNTAX)
        return content[1:]

    def take_boolean(self):
        """Return a BOOLEAN."""
        content = self.take(TAG_BOOLEAN)
        if content not in (b"\x00", b"\xff"):
            raise CertError(WHY_SYNTAX)
        return content == b"\xff"

    def finish(self):
        """Make sure that nothing follows. Errors: CertError."""
        if self.at != self.end:
            raise CertError(WHY_SYNTAX)
