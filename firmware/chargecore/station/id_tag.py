"""IdTag: one card id in a fixed buffer.

Called by: connectors, transactions, authorization. Comparison ignores ASCII case (OCPP 1.6 §3.9).
A record has room for 20 bytes. So a tag of 20 characters is held when they are ASCII, as all that
readers give; one with other letters may be too long, and is refused where it comes in (A7).
Heap: 24 bytes at start, none after.
"""

from micropython import const

ID_TAG_MAX = const(20)  # CiString20Type, in bytes
_SPARE = const(4)  # lets the JSON reader decode an escape at the very end in place


def same_text(a_buf, a_start, b_buf, b_start, length):  # HOT
    """Return True when both ranges hold the same text, ASCII letters compared without case."""
    for i in range(length):
        a = a_buf[a_start + i]
        b = b_buf[b_start + i]
        if a != b:
            if 65 <= a <= 90:
                a += 32
            if 65 <= b <= 90:
                b += 32
            if a != b:
                return False
    return True


class IdTag:
    """A card id of 0..20 bytes; empty means none."""

    def __init__(self):
        self.buf = bytearray(ID_TAG_MAX + _SPARE)
        self.length = 0  # bytes in use; 0 = no tag

    def clear(self):  # HOT
        """Forget the tag."""
        self.length = 0

    def set(self, src_buf, start, length):  # HOT
        """Copy src_buf[start:start+length]. Return False, and stay as it was, when too long."""
        if length > ID_TAG_MAX:
            return False
        buf = self.buf
        for i in range(length):
            buf[i] = src_buf[start + i]
        self.length = length
        return True

    def copy_from(self, other):  # HOT
        """Take over another IdTag."""
        self.set(other.buf, 0, other.length)

    def equals(self, other):  # HOT
        """Return True when both hold the same, non-empty tag."""
        return self.matches(other.buf, 0, other.length)

    def matches(self, src_buf, start, length):  # HOT
        """Return True when src_buf[start:start+length] is this tag; empty matches nothing."""
        if length == 0 or length != self.length:
            return False
        return same_text(self.buf, 0, src_buf, start, length)

    def text(self):
        """Return the tag as str. Allocates: for people and logs."""
        return bytes(self.buf[: self.length]).decode()
