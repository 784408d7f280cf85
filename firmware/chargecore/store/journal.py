"""Journal: records that are never overwritten, in erase blocks that are reused as a whole.

Called by: Outbox, Room, Compactor. A record whose append() returned its number is on flash, whole;
one that was cut is never returned. Never: knows what a record means.
Layout: block_head.py for slot 0 of a block, one record in each of the others, numbers rising;
records of an older layout come out as today's (layout.py).
Heap: none after mount(), but for files that the carrier opens when the block changes.
"""

from chargecore.base.codes import E_EMPTY, E_FULL, E_IO, E_MISSING, OK
from chargecore.base.events import (
    EV_FLASH_ERROR,
    EV_JOURNAL_NEWER,
    EV_JOURNAL_OLDER,
    EV_RECORD_BROKEN,
)
from chargecore.store.block_head import HEAD_FRESH, HEAD_MERGED, BlockHead
from chargecore.store.block_table import SPARE_BLOCKS, BlockTable
from chargecore.store.delivered import Delivered
from chargecore.store.journal_mount import JournalMount
from chargecore.store.layout import LAYOUT, carry_over
from chargecore.store.records import OFF_SEQ, RECORD_LEN, Record

_SPOILED = bytes(RECORD_LEN)  # programmed over a record that the caller was told is not kept


class Journal:
    """Records by sequence number, from 1 up. Full: append() refuses (E_FULL); see Compactor.

    mark is up to which number all is delivered, kept in the header of every block that is begun.
    flash: read, program, erase, block_count, block_size, errno as in flash_files.py.
    """

    def __init__(self, flash, events):
        self._flash = flash
        self._events = events
        self.blocks = BlockTable(flash.block_count, flash.block_size // RECORD_LEN)
        self.record_room = (flash.block_count - SPARE_BLOCKS) * (self.blocks.slot_count - 1)
        self._head = BlockHead()
        self._outgoing = Record()  # its buf is the caller's, while append() runs
        self._copy = Record()
        self._is_open = False  # the newest block is fresh and takes records
        self._hint_block = -1  # where the last record was found, and its number
        self._hint_slot = 1
        self._hint_seq = 0
        self.next_seq = 1
        self.mark = 0
        self.delivered = Delivered()  # as found at mount
        self.found_layout = LAYOUT  # of the block in which read_from() found the last record
        self.broken = 0  # slots skipped at mount because they were cut or damaged
        self.newer = 0  # blocks left alone because a newer build wrote them

    def mount(self):
        """Find out what is on flash and finish what a cut left undone."""
        self.delivered.clear()
        found = JournalMount(self._flash, self.blocks, self.delivered)
        found.run()
        self.next_seq = found.next_seq
        self.mark = self.delivered.upto(LAYOUT)
        self.broken = found.broken
        self.newer = found.newer
        self._is_open = found.is_open
        self._hint_block = -1
        if self.broken:
            self._events.add(EV_RECORD_BROKEN, self.broken)
        if found.older:
            self._events.add(EV_JOURNAL_OLDER, found.older)
        if found.newer:
            self._events.add(EV_JOURNAL_NEWER, found.newer)

    # ---- records ----

    def append(self, record_buf):  # HOT
        """Write a record, giving it its number and checksum. Return the number, durable then.

        Errors: E_FULL when no block is free, E_IO when flash refuses; the slot is then lost.
        """
        blocks = self.blocks
        if not self._is_open or not blocks.newest_room():
            code = self._begin_block()
            if code != OK:
                return code
        block = blocks.newest()
        slot = blocks.used[block]
        seq = self.next_seq
        outgoing = self._outgoing
        outgoing.buf = record_buf
        outgoing.seal(seq)
        # Taken even when flash refuses: nobody knows what it wrote.
        blocks.used[block] = slot + 1
        blocks.last_seq[block] = seq
        self.next_seq = seq + 1
        if self._flash.program(block, slot * RECORD_LEN, record_buf) != OK:
            self._events.add(EV_FLASH_ERROR, self._flash.errno)
            self._flash.program(block, slot * RECORD_LEN, _SPOILED)
            return E_IO
        return seq

    def room(self):  # HOT
        """Return how many records fit before append() answers E_FULL."""
        room = self.blocks.free_count() * (self.blocks.slot_count - 1)
        return room + self.blocks.newest_room() if self._is_open else room

    def read(self, seq, record):  # HOT
        """Load the record with that number. Return OK or E_MISSING."""
        return OK if self.read_from(seq, record) == seq else E_MISSING

    def read_from(self, seq, record):  # HOT
        """Load the first record whose number is seq or higher. Return its number or E_EMPTY."""
        blocks = self.blocks
        order = blocks.order
        last_seq = blocks.last_seq
        for i in range(blocks.order_count):
            block = order[i]
            if last_seq[block] >= seq:
                found = self._find(block, seq, record)
                if found >= 0:
                    return found
        return E_EMPTY

    def _find(self, block, seq, record):  # HOT
        """Load the first record of a block from that number on: numbers rise with the slot."""
        used = self.blocks.used[block]
        if block == self._hint_block and self._hint_seq <= seq:
            slot = self._hint_slot
            if self._hint_seq < seq:
                slot += 1
        else:
            slot = self._slot_before(block, seq, used, record)
        while slot < used:
            if self._load(block, slot, record) and record.u32(OFF_SEQ) >= seq:
                self._hint_block = block
                self._hint_slot = slot
                self._hint_seq = record.u32(OFF_SEQ)
                self.found_layout = self.blocks.layout[block]
                return self._hint_seq
            slot += 1
        return E_EMPTY

    def _slot_before(self, block, seq, used, record):  # HOT
        """Return a slot such that no record before it has that number or a higher one."""
        slot = 1 + seq - self.blocks.first_seq[block]  # exact where none is left out
        if slot >= used:
            slot = used - 1
        while slot > 1 and not (self._load(block, slot, record) and record.u32(OFF_SEQ) <= seq):
            slot -= 1
        return slot if slot > 1 else 1

    def _load(self, block, slot, record):  # HOT
        """Return True when that slot holds a whole record; it is in `record` either way."""
        if self._flash.read(block, slot * RECORD_LEN, record.buf) != OK:
            return False
        if not record.is_valid():
            return False
        layout = self.blocks.layout[block]
        if layout != LAYOUT:
            carry_over(record, layout)
        return True

    # ---- blocks, for the compactor ----

    def load_slot(self, block, slot, record):  # HOT
        """Load a slot, 1..used-1. Return False when it is broken."""
        return self._load(block, slot, record)

    def is_closed(self, order_idx):  # HOT
        """Return True when a block takes no more records."""
        if order_idx < self.blocks.order_count - 1:
            return True
        return not self._is_open or not self.blocks.newest_room()

    def drop(self, order_idx):  # HOT
        """Give a block back whose records nobody needs. Not the newest: it keeps the mark."""
        block = self.blocks.order[order_idx]
        self.blocks.take_out(order_idx)
        self._erase(block)

    def revive(self):  # HOT
        """Erase a block that could not be erased before. Return True when flash takes it now.

        One try, so that flash that refuses for long costs little; the event was added then.
        """
        block = self.blocks.next_unusable()
        if block < 0 or self._flash.erase(block) != OK:
            return False
        self.blocks.erased(block, True)
        return True

    def merge(self, order_idx, is_wanted):  # HOT
        """Copy the records of a block and the next one for which is_wanted(block, slot) holds.

        They must fit into one block. Return OK, or E_FULL or E_IO: then both are as they were.
        """
        blocks = self.blocks
        older = blocks.order[order_idx]
        newer = blocks.order[order_idx + 1]
        target = blocks.next_free()
        if target < 0:
            return E_FULL
        used = self._copy_wanted(older, target, 1, is_wanted)
        if used > 0:
            used = self._copy_wanted(newer, target, used, is_wanted)
        if used > 0:
            self._head.fill(
                HEAD_MERGED, blocks.first_seq[older], blocks.last_seq[newer], self.mark
            )
            if self._write_head(target) != OK:
                used = E_IO
        if used < 0:
            self._erase(target)
            return E_IO
        if order_idx + 1 == blocks.order_count - 1:
            self._is_open = False
        blocks.replace_pair(order_idx, target, used)
        self._erase(older)
        self._erase(newer)
        return OK

    def _copy_wanted(self, block, target, used, is_wanted):  # HOT
        """Return the slots used in target now, or E_IO."""
        copy = self._copy
        for slot in range(1, self.blocks.used[block]):
            if not is_wanted(block, slot):
                continue
            at = used * RECORD_LEN
            # A wanted record that cannot be read now must not vanish with its block.
            is_read = self._load(block, slot, copy)
            if not is_read or self._flash.program(target, at, copy.buf, False) != OK:
                self._events.add(EV_FLASH_ERROR, self._flash.errno)
                return E_IO
            used += 1
        return used

    def _begin_block(self):  # HOT
        blocks = self.blocks
        if not blocks.free_count():
            return E_FULL
        block = blocks.next_free()
        if block < 0:
            return E_FULL
        self._head.fill(HEAD_FRESH, self.next_seq, 0, self.mark)
        if self._write_head(block) != OK:
            self._erase(block)
            return E_IO
        blocks.take(block, self.next_seq)
        self._is_open = True
        return OK

    def _write_head(self, block):  # HOT
        code = self._flash.program(block, 0, self._head.buf)
        if code != OK:
            self._events.add(EV_FLASH_ERROR, self._flash.errno)
        return code

    def _erase(self, block):  # HOT
        if block == self._hint_block:
            self._hint_block = -1
        is_erased = self._flash.erase(block) == OK
        self.blocks.erased(block, is_erased)
        if not is_erased:
            self._events.add(EV_FLASH_ERROR, self._flash.errno)
