"""Delivered: up to which record the server has everything, as builds of each layout knew it.

Called by: JournalMount (fills it), Progress, Compactor. A build says so only of what it could
read. So when an older build ran for a while between two newer ones, what it delivered does not
cover the blocks it had left alone.
Heap: one array, none after __init__.
"""

from array import array

from chargecore.store import records
from chargecore.store.layout import LAYOUT


class Delivered:
    """Numbers by layout; one said in a block of a layout holds for blocks of older ones, too."""

    def __init__(self):
        self._seqs = array("i", [0] * (LAYOUT + 1))

    def clear(self):
        """Forget everything, before a mount."""
        for layout in range(LAYOUT + 1):
            self._seqs[layout] = 0

    def see(self, layout, record):
        """Take what a record carries along; a sample has no room for it."""
        if record.u8(records.OFF_KIND) != records.REC_METER:
            self.take(layout, record.u32(records.OFF_DONE_SEQ))

    def take(self, layout, seq):
        """A block of that layout says that all up to seq is delivered. Range: layout 1 and up."""
        if layout > LAYOUT:
            layout = LAYOUT
        while layout > 0 and self._seqs[layout] < seq:
            self._seqs[layout] = seq
            layout -= 1

    def upto(self, layout):  # HOT
        """Return up to which number the records in blocks of that layout are delivered."""
        return self._seqs[layout]
