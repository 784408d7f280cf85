"""BlockTable: which journal blocks are in use, in which order, how full, and which comes next.

Called by: Journal, JournalMount (fill it), Compactor (reads it). Never: touches flash.
Heap: five small arrays, none after __init__.
"""

from array import array

from micropython import const

from chargecore.base.codes import E_FULL, E_MISSING
from chargecore.store.layout import LAYOUT

UNUSABLE = const(-1)  # in used[]: nothing needed is in it, but it could not be erased
APART = const(-2)  # in used[]: not readable now, or newer than this build: its records wait there
_UNKNOWN = const(-1)  # in first_seq[] of a block set apart
SPARE_BLOCKS = const(1)  # never taken by append(), so that a merge always has room


class BlockTable:
    """`order[0..order_count-1]` are the blocks in use, oldest first."""

    def __init__(self, block_count, slot_count):
        self.block_count = block_count
        self.slot_count = slot_count  # slots in a block, the header's included
        self.first_seq = array("i", [0] * block_count)  # range of numbers a block stands for
        self.last_seq = array("i", [0] * block_count)
        self.used = array("i", [0] * block_count)  # slots taken, header included; 0 = erased
        self.layout = bytearray(block_count)  # of its records
        self.order = bytearray(block_count)
        self.order_count = 0
        self.unusable = 0  # blocks marked UNUSABLE or APART
        self._last_taken = block_count - 1
        self._last_unusable = block_count - 1  # whose turn it was to be erased once more

    def clear(self):
        """Forget everything, before a mount."""
        self.order_count = 0
        self.unusable = 0
        self._last_taken = self.block_count - 1
        for block in range(self.block_count):
            self.used[block] = 0

    def insert(self, block):
        """Put a block in use at its place in time."""
        order = self.order
        at = self.order_count
        while at > 0 and self.first_seq[order[at - 1]] > self.first_seq[block]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = block
        self.order_count += 1
        self._last_taken = order[self.order_count - 1]

    def newest(self):  # HOT
        """Return the newest block in use, or E_FULL when there is none."""
        return self.order[self.order_count - 1] if self.order_count else E_FULL

    def newest_room(self):  # HOT
        """Return how many slots of the newest block are free."""
        if not self.order_count:
            return 0
        return self.slot_count - self.used[self.order[self.order_count - 1]]

    def free_count(self):  # HOT
        """Return how many blocks append() may still take."""
        free = self.block_count - self.order_count - self.unusable - SPARE_BLOCKS
        return free if free > 0 else 0

    def next_free(self):  # HOT
        """Return the next erased block in turn, so that all wear alike, or E_FULL.

        The turn moves on even when the block then turns out to be bad.
        """
        block = self._last_taken
        for _ in range(self.block_count):
            block = (block + 1) % self.block_count
            if not self.used[block]:
                self._last_taken = block
                return block
        return E_FULL

    def take(self, block, first_seq):  # HOT
        """A block has got its header: it is the newest now."""
        self.used[block] = 1
        self.layout[block] = LAYOUT
        self.first_seq[block] = first_seq
        self.last_seq[block] = first_seq - 1
        self.order[self.order_count] = block
        self.order_count += 1

    def take_out(self, order_idx):  # HOT
        """A block is in use no longer."""
        for i in range(order_idx, self.order_count - 1):
            self.order[i] = self.order[i + 1]
        self.order_count -= 1

    def replace_pair(self, order_idx, target, used):  # HOT
        """A merged block stands for the one at that place and the one after it."""
        older = self.order[order_idx]
        newer = self.order[order_idx + 1]
        self.first_seq[target] = self.first_seq[older]
        self.last_seq[target] = self.last_seq[newer]
        self.used[target] = used
        self.layout[target] = LAYOUT
        self.take_out(order_idx + 1)
        self.order[order_idx] = target

    def erased(self, block, is_erased):  # HOT
        """Note how an erase went."""
        if is_erased:
            if self.used[block] == UNUSABLE:
                self.unusable -= 1
            self.used[block] = 0
        elif self.used[block] >= 0:
            self.used[block] = UNUSABLE
            self.unusable += 1

    def next_unusable(self):  # HOT
        """Return the next block in turn that could not be erased, or E_MISSING.

        The turn moves on even when it still cannot be: one that is bad does not hide the others.
        """
        block = self._last_unusable
        for _ in range(self.block_count):
            block = (block + 1) % self.block_count
            if self.used[block] == UNUSABLE:
                self._last_unusable = block
                return block
        return E_MISSING

    def set_apart(self, block, first_seq=_UNKNOWN):
        """Leave a block alone; first_seq is the lowest number it can hold."""
        self.used[block] = APART
        self.first_seq[block] = first_seq
        self.unusable += 1

    def is_pair(self, order_idx):  # HOT
        """Return False when records set apart may lie between a block and the next one.

        A merged block stands for a whole range of numbers: it must not take in those.
        """
        low = self.first_seq[self.order[order_idx]]
        high = self.first_seq[self.order[order_idx + 1]]
        for block in range(self.block_count):
            if self.used[block] == APART:
                first_seq = self.first_seq[block]
                if first_seq == _UNKNOWN or low < first_seq < high:
                    return False
        return True
