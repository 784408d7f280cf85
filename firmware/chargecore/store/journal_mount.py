"""JournalMount: finds out at boot what is on flash, and finishes what a cut left undone.

Called by: Journal.mount(), which keeps the results and drops the object.
Reads every slot once; erases only blocks that are half made or that a merged block stands for.
A block of an older layout is taken as it is. One of a newer layout is left alone: what is in it
waits for a build that can read it. Its numbers are not used again.
"""

from chargecore.base.codes import OK
from chargecore.store.block_head import HEAD_MERGED, HEAD_NEWER, BlockHead
from chargecore.store.layout import LAYOUT, carry_over
from chargecore.store.records import OFF_SEQ, RECORD_LEN, Record


class JournalMount:
    """run() fills the table; the attributes are the rest of what was found."""

    def __init__(self, flash, blocks, delivered):
        self._flash = flash
        self._delivered = delivered
        self._blocks = blocks
        self._head = BlockHead()
        self._record = Record()
        self._kinds = bytearray(blocks.block_count)  # HEAD_* or 0
        self.next_seq = 1
        self.newer = 0  # blocks of a layout that this build cannot read
        self.older = 0  # blocks whose records are carried over
        self.broken = 0  # slots that were cut or damaged
        self.is_open = False  # the newest block takes records

    def run(self):
        """Read all blocks, give back those already copied, put the rest in order."""
        blocks = self._blocks
        blocks.clear()
        for block in range(blocks.block_count):
            self._kinds[block] = self._scan(block)
        for block in range(blocks.block_count):
            if self._kinds[block] == HEAD_MERGED and blocks.used[block] > 0:
                self._erase_covered(block)
        for block in range(blocks.block_count):
            if blocks.used[block] > 0:
                blocks.insert(block)
        if blocks.order_count:
            newest = blocks.newest()
            is_full = self._kinds[newest] == HEAD_MERGED
            self.is_open = blocks.layout[newest] == LAYOUT and not is_full

    def _scan(self, block):
        """Read one block into the table; erase it when it is half made. Return its kind or 0."""
        blocks = self._blocks
        head = self._head
        if self._flash.read(block, 0, head.buf) != OK:
            blocks.set_apart(block)  # not readable now: nothing is known, nothing is erased
            return 0
        kind = head.kind()
        if not kind:
            if not self._is_blank(block):
                self._erase(block)
            return 0
        self._delivered.take(head.layout(), head.mark())
        if kind == HEAD_NEWER:
            self._set_apart(block)
            return 0
        if head.layout() < LAYOUT:
            self.older += 1
        blocks.layout[block] = head.layout()
        blocks.first_seq[block] = head.first_seq()
        blocks.last_seq[block] = head.first_seq() - 1
        if kind == HEAD_MERGED:
            blocks.last_seq[block] = head.last_seq()
        self._scan_slots(block)
        if blocks.last_seq[block] >= self.next_seq:
            self.next_seq = blocks.last_seq[block] + 1
        return kind

    def _set_apart(self, block):
        """Leave a block alone that a newer build wrote, and the highest number it can have."""
        self.newer += 1
        first_seq = self._head.first_seq()
        self._blocks.set_apart(block, first_seq)
        last_seq = first_seq + self._blocks.slot_count - 2
        if self._head.last_seq() > last_seq:
            last_seq = self._head.last_seq()
        if last_seq >= self.next_seq:
            self.next_seq = last_seq + 1

    def _scan_slots(self, block):
        blocks = self._blocks
        record = self._record
        layout = blocks.layout[block]
        read = self._flash.read
        buf = record.buf
        used = 1
        for slot in range(1, blocks.slot_count):
            code = read(block, slot * RECORD_LEN, buf)
            if code == OK and record.is_erased():
                continue
            used = slot + 1
            if code == OK and record.is_valid():
                if layout < LAYOUT:
                    carry_over(record, layout)
                self._delivered.see(layout, record)
                if record.u32(OFF_SEQ) > blocks.last_seq[block]:
                    blocks.last_seq[block] = record.u32(OFF_SEQ)
            else:
                self.broken += 1
        blocks.used[block] = used

    def _is_blank(self, block):
        record = self._record
        for slot in range(self._blocks.slot_count):
            if self._flash.read(block, slot * RECORD_LEN, record.buf) != OK:
                return False
            if not record.is_erased():
                return False
        return True

    def _erase_covered(self, merged_block):
        """Erase the blocks whose records a merged block has taken over."""
        blocks = self._blocks
        first_seq = blocks.first_seq[merged_block]
        last_seq = blocks.last_seq[merged_block]
        for block in range(blocks.block_count):
            if block == merged_block or blocks.used[block] <= 0:
                continue
            # An empty fresh block begins behind the end of the merged one: not covered.
            is_inside = first_seq <= blocks.first_seq[block] <= last_seq
            if is_inside and blocks.last_seq[block] <= last_seq:
                self._erase(block)

    def _erase(self, block):
        self._blocks.erased(block, self._flash.erase(block) == OK)
