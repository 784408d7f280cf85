"""BlockHead: slot 0 of a journal block: what the block is, and which record numbers it stands for.

Called by: Journal (writes it), JournalMount (reads it). Never: touches flash.
Heap: one record, none after __init__.
"""

from micropython import const

from chargecore.store.layout import LAYOUT
from chargecore.store.records import Record

# 0    1       2     4    8         12       16         62
# kind layout  spare zero first_seq last_seq mark spare crc
HEAD_FRESH = const(0xA1)  # filled record by record, header first
HEAD_MERGED = const(0xA2)  # a copy of what two blocks held, header last: it makes the copy count
HEAD_NEWER = const(0xA0)  # kind() says so of any header whose layout this build cannot read
_HEAD_MASK = const(0xF0)
_OFF_LAYOUT = const(1)
_OFF_FIRST = const(8)  # a record has its number at 4, and seal() writes there
_OFF_LAST = const(12)
_OFF_MARK = const(16)


class BlockHead:
    """One header in its buffer `buf`."""

    def __init__(self):
        self._record = Record()
        self.buf = self._record.buf

    def fill(self, kind, first_seq, last_seq, mark):  # HOT
        """Become a header, ready to be written."""
        record = self._record
        record.clear(kind, LAYOUT)
        record.put_u32(_OFF_FIRST, first_seq)
        record.put_u32(_OFF_LAST, last_seq)
        record.put_u32(_OFF_MARK, mark)
        record.seal(0)

    def kind(self):
        """Return HEAD_FRESH, HEAD_MERGED or HEAD_NEWER, or 0 when buf holds no whole header."""
        record = self._record
        kind = record.u8(0)
        layout = record.u8(_OFF_LAYOUT)
        if kind & _HEAD_MASK != HEAD_NEWER or not layout or not record.is_valid():
            return 0
        if layout > LAYOUT:
            return HEAD_NEWER
        return kind if kind == HEAD_FRESH or kind == HEAD_MERGED else 0

    def layout(self):
        """Return which layout the records of the block have."""
        return self._record.u8(_OFF_LAYOUT)

    def first_seq(self):
        """Return where the range begins that the block stands for."""
        return self._record.u32(_OFF_FIRST)

    def last_seq(self):
        """Return where the range of a merged block ends; its last records may be left out."""
        return self._record.u32(_OFF_LAST)

    def mark(self):
        """Return the owner's number of the moment the header was written."""
        return self._record.u32(_OFF_MARK)
