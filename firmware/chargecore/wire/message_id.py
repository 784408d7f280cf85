"""MessageId: the ids of our own CALLs, never used twice by this identity.

Called by: Rpc; main.py keeps the installation mark. Heap: two short buffers at start, none after.
Source: OCPP-J 1.6 §4.1.4 and its errata §3.1: at most 36 characters, unique over all connections
of one identity, the same again allowed for a repetition.

  0 2        11       20                 28 characters, hex
  c-00000007-5d20c1aa-00000031          a call: boot number, random of this boot, count
  r-9b6f02d4-71ce3a90-0000012c          a record: installation mark, number in the outbox

Record numbers go on over boots, so a repetition after a power cut has the id of the first attempt.
They begin again when the flash is wiped; then the mark is new, too.
"""

from micropython import const

INSTALLATION_LEN = const(8)  # bytes of the installation mark

_FIRST_AT = const(2)
_SECOND_AT = const(11)
_THIRD_AT = const(20)
_DIGITS = const(8)
_HEX = const(b"0123456789abcdef")
_COUNT_MAX = const(0x3FFFFFFF)


def make_installation(buf, at, random_bits):
    """Put a new mark at buf[at] when there is none (all zero). Return True if it was made."""
    for i in range(INSTALLATION_LEN):
        if buf[at + i]:
            return False
    for i in range(INSTALLATION_LEN):
        buf[at + i] = random_bits(8)
    buf[at] |= 1  # never all zero again
    return True


class MessageId:
    """`buf` is the id chosen last; its length is always the same."""

    def __init__(self, boot_number, random_bits, installation):
        self._call_buf = bytearray(b"c-00000000-00000000-00000000")
        self._record_buf = bytearray(b"r-00000000-00000000-00000000")
        self._count = 0  # calls since boot
        self.buf = self._call_buf
        _put_hex(self._call_buf, _FIRST_AT, boot_number, _DIGITS)
        for i in range(0, _DIGITS, 4):
            _put_hex(self._call_buf, _SECOND_AT + i, random_bits(16), 4)
        for i in range(4):
            _put_hex(self._record_buf, _FIRST_AT + 2 * i, installation[i], 2)
            _put_hex(self._record_buf, _SECOND_AT + 2 * i, installation[4 + i], 2)

    def choose_next(self):  # HOT
        """Choose an id that was never used."""
        self._count = (self._count + 1) & _COUNT_MAX
        self.buf = self._call_buf
        _put_hex(self.buf, _THIRD_AT, self._count, _DIGITS)

    def choose_record(self, seq):  # HOT
        """Choose the id that belongs to record seq of the outbox."""
        self.buf = self._record_buf
        _put_hex(self.buf, _THIRD_AT, seq, _DIGITS)


def _put_hex(buf, at, value, digits):  # HOT
    """Write the low digits of value to buf[at:]."""
    while digits > 0:
        digits -= 1
        buf[at + digits] = _HEX[value & 15]
        value >>= 4
