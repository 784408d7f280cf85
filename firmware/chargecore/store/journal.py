"""Journal: records that are never overwritten, in erase blocks that are reused as a whole.

Called by: Outbox and Compactor. A record whose append() returned its number is on flash, whole;
one that was cut is never returned. Never: knows what a record means.
A block is *fresh* (filled record by record, its header first) or *merged* (a copy of the records
still wanted of two neighbours, its header last: that is what makes it count).
Heap: none after __init__ and mount(), but for files that the carrier opens when the block changes.
"""

from array import array

from micropython import const

from chargecore.base.codes import E_EMPTY, E_FULL, E_IO, E_MISSING, OK
from chargecore.base.events import EV_FLASH_ERROR, EV_RECORD_BROKEN
from chargecore.store.records import RECORD_LEN, Record

# Header, slot 0 of a block; checksum as in a record.
# 0    1       2      4          8         12
# kind version spare  first_seq  last_seq  mark
_HEAD_FRESH = const(0xA1)
_HEAD_MERGED = const(0xA2)
_HEAD_VERSION = const(1)
_OFF_VERSION = const(1)
_OFF_FIRST = const(8)  # the place of a record's uptime: OFF_SEQ is taken by seal()
_OFF_LAST = const(12)
_OFF_MARK = const(16)
_UNUSABLE = const(
    -1
)  # as a number of used slots: could not be erased, left alone until the next boot
_SPARE_BLOCKS = const(1)  # kept free, so that a merge always has room


class Journal:
    """Records by sequence number, from 1 up. Full: append() refuses (E_FULL); see Compactor.

    mark is a number for the owner, kept in the header of every block that is begun.
    """

    def __init__(self, flash, events):
        count = flash.block_count
        self._flash = flash
        self._events = events
        self.block_count = count
        self.slot_count = flash.block_size // RECORD_LEN  # with the header
        self.record_room = (count - _SPARE_BLOCKS) * (self.slot_count - 1)
        self._first_seq = array("i", [0] * count)  # range that a block stands for
        self._last_seq = array("i", [0] * count)
        self._used = array("i", [0] * count)  # slots taken, header included; 0 = block is erased
        self._order = bytearray(count)  # blocks in use, oldest first
        self.order_count = 0
        self._head = Record()
        self._outgoing = Record()  # its buf is the caller's, while append() runs
        self._copy = Record()
        self._last_taken = count - 1  # block taken last: the next one is searched behind it
        self._is_open = False  # the newest block is fresh and takes records
        self._hint_block = 0  # where the last record was found
        self._hint_slot = 1
        self.next_seq = 1
        self.mark = 0
        self.broken = 0  # slots skipped at mount because they were cut or damaged

    # ---- start ----

    def mount(self):
        """Find out what is on flash and finish what a cut left undone. Return OK."""
        self.order_count = 0
        self.next_seq = 1
        self.mark = 0
        self.broken = 0
        merged = bytearray(self.block_count)
        for block in range(self.block_count):
            merged[block] = self._scan(block) == _HEAD_MERGED
        for block in range(self.block_count):
            if merged[block] and self._used[block] > 0:
                self._release_covered(block)
        for block in range(self.block_count):
            if self._used[block] > 0:
                self._insert(block)
        self._is_open = False
        if self.order_count:
            newest = self._order[self.order_count - 1]
            self._last_taken = newest
            self._is_open = not merged[newest]
        if self.broken:
            self._events.add(EV_RECORD_BROKEN, self.broken)
        return OK

    def _scan(self, block):
        """Read one block into the index; erase it when it is half made. Return its kind or 0."""
        head = self._head
        self._flash.read(block, 0, head.buf)
        kind = head.u8(0)
        is_known = kind in (_HEAD_FRESH, _HEAD_MERGED) and head.u8(_OFF_VERSION) == _HEAD_VERSION
        self._used[block] = 0
        if not (is_known and head.is_valid()):
            if not self._is_blank(block):
                self._erase(block)
            return 0
        first_seq = head.u32(_OFF_FIRST)
        last_seq = head.u32(_OFF_LAST) if kind == _HEAD_MERGED else first_seq - 1
        if head.u32(_OFF_MARK) > self.mark:
            self.mark = head.u32(_OFF_MARK)
        used = 1
        copy = self._copy
        for slot in range(1, self.slot_count):
            if self._load(block, slot, copy):
                used = slot + 1
                if copy.u32(4) > last_seq:
                    last_seq = copy.u32(4)
            elif not copy.is_erased():
                used = slot + 1
                self.broken += 1
        self._first_seq[block] = first_seq
        self._last_seq[block] = last_seq
        self._used[block] = used
        if last_seq >= self.next_seq:
            self.next_seq = last_seq + 1
        return kind

    def _is_blank(self, block):
        copy = self._copy
        for slot in range(self.slot_count):
            self._flash.read(block, slot * RECORD_LEN, copy.buf)
            if not copy.is_erased():
                return False
        return True

    def _release_covered(self, merged_block):
        """Erase the blocks whose records a merged block has taken over."""
        first_seq = self._first_seq[merged_block]
        last_seq = self._last_seq[merged_block]
        for block in range(self.block_count):
            if block == merged_block or self._used[block] <= 0:
                continue
            # An empty fresh block begins behind the end of the merged one: not covered.
            if (
                first_seq <= self._first_seq[block] <= last_seq
                and self._last_seq[block] <= last_seq
            ):
                self._erase(block)

    def _insert(self, block):
        at = self.order_count
        while at > 0 and self._first_seq[self._order[at - 1]] > self._first_seq[block]:
            self._order[at] = self._order[at - 1]
            at -= 1
        self._order[at] = block
        self.order_count += 1

    # ---- records ----

    def append(self, record_buf):  # HOT
        """Write a record, giving it its number and checksum. Return the number, durable then.

        Errors: E_FULL when no block is free, E_IO when flash refuses; the slot is then lost.
        """
        if not self._is_open or self._used[self._order[self.order_count - 1]] == self.slot_count:
            code = self._begin_block()
            if code != OK:
                return code
        block = self._order[self.order_count - 1]
        seq = self.next_seq
        outgoing = self._outgoing
        outgoing.buf = record_buf
        outgoing.seal(seq)
        slot = self._used[block]
        # Taken even when flash refuses: nobody knows what it wrote.
        self._used[block] = slot + 1
        self._last_seq[block] = seq
        self.next_seq = seq + 1
        if self._flash.program(block, slot * RECORD_LEN, record_buf) != OK:
            self._events.add(EV_FLASH_ERROR, self._flash.errno)
            return E_IO
        return seq

    def room(self):  # HOT
        """Return how many records fit before append() answers E_FULL."""
        free_blocks = self.block_count - self.order_count - _SPARE_BLOCKS
        room = free_blocks * (self.slot_count - 1) if free_blocks > 0 else 0
        if self._is_open:
            room += self.slot_count - self._used[self._order[self.order_count - 1]]
        return room

    def first_seq(self):  # HOT
        """Return the number where the oldest block begins; next_seq when there is none."""
        return self._first_seq[self._order[0]] if self.order_count else self.next_seq

    def read(self, seq, record):  # HOT
        """Load the record with that number. Return OK or E_MISSING."""
        return OK if self.read_from(seq, record) == seq else E_MISSING

    def read_from(self, seq, record):  # HOT
        """Load the first record whose number is seq or higher. Return its number or E_EMPTY."""
        order = self._order
        for i in range(self.order_count):
            block = order[i]
            if self._last_seq[block] >= seq:
                found = self._find(block, seq, record)
                if found >= 0:
                    return found
        return E_EMPTY

    def _find(self, block, seq, record):  # HOT
        """Load the first record of a block from that number on: numbers rise with the slot."""
        used = self._used[block]
        slot = self._hint_slot
        if block != self._hint_block:
            slot = 1 + seq - self._first_seq[block]
        if slot < 1:
            slot = 1
        if slot >= used:
            slot = used - 1
        while slot > 1 and not (self._load(block, slot, record) and record.u32(4) < seq):
            slot -= 1
        while 1 <= slot < used:
            if self._load(block, slot, record) and record.u32(4) >= seq:
                self._hint_block = block
                self._hint_slot = slot
                return record.u32(4)
            slot += 1
        return E_EMPTY

    def _load(self, block, slot, record):  # HOT
        """Return True when that slot holds a whole record; it is in `record` either way."""
        if self._flash.read(block, slot * RECORD_LEN, record.buf) != OK:
            return False
        return record.is_valid()

    # ---- blocks ----

    def block_at(self, order_idx):  # HOT
        """Return the block at a place in time, 0 = oldest."""
        return self._order[order_idx]

    def used_slots(self, block):  # HOT
        """Return how many slots of a block are taken, the header included."""
        return self._used[block]

    def load_slot(self, block, slot, record):  # HOT
        """Load a slot, 1..used_slots-1. Return False when it is broken."""
        return self._load(block, slot, record)

    def is_closed(self, order_idx):  # HOT
        """Return True when a block takes no more records, so that it may be dropped or merged."""
        if order_idx < self.order_count - 1:
            return True
        return not self._is_open or self._used[self._order[order_idx]] == self.slot_count

    def drop(self, order_idx):
        """Give a block back whose records nobody needs."""
        block = self._order[order_idx]
        self._take_out(order_idx)
        self._erase(block)

    def release_before(self, seq):
        """Give back every closed block that holds only records below seq."""
        while (
            self.order_count
            and self.is_closed(0)
            and self.order_count > 1
            and self._last_seq[self._order[0]] < seq
        ):
            self.drop(0)

    def merge(self, order_idx, is_wanted):
        """Copy the records of a block and the next one for which is_wanted(block, slot) holds.

        They must fit into one block. Return OK, or E_IO: then both are as they were.
        """
        older = self._order[order_idx]
        newer = self._order[order_idx + 1]
        target = self._free_block()
        if target < 0:
            return E_FULL
        used = self._copy_wanted(older, target, 1, is_wanted)
        if used > 0:
            used = self._copy_wanted(newer, target, used, is_wanted)
        if used > 0:
            first_seq = self._first_seq[older]
            last_seq = self._last_seq[newer]
            if self._write_head(target, _HEAD_MERGED, first_seq, last_seq) != OK:
                used = E_IO
        if used < 0:
            self._erase(target)
            return E_IO
        if order_idx + 1 == self.order_count - 1:
            self._is_open = False
        self._used[target] = used
        self._last_seq[target] = self._last_seq[newer]
        self._take_out(order_idx + 1)
        self._order[order_idx] = target
        self._last_taken = target
        self._erase(older)
        self._erase(newer)
        return OK

    def _copy_wanted(self, block, target, used, is_wanted):
        """Return the slots used in target now, or E_IO."""
        copy = self._copy
        for slot in range(1, self._used[block]):
            if is_wanted(block, slot) and self._load(block, slot, copy):
                if self._flash.program(target, used * RECORD_LEN, copy.buf, False) != OK:
                    self._events.add(EV_FLASH_ERROR, self._flash.errno)
                    return E_IO
                used += 1
        return used

    def _begin_block(self):  # HOT
        if self.order_count + _SPARE_BLOCKS >= self.block_count:
            return E_FULL
        block = self._free_block()
        if block < 0:
            return E_FULL
        if self._write_head(block, _HEAD_FRESH, self.next_seq, 0) != OK:
            self._erase(block)
            return E_IO
        self._used[block] = 1
        self._last_seq[block] = self.next_seq - 1
        self._order[self.order_count] = block
        self.order_count += 1
        self._last_taken = block
        self._is_open = True
        return OK

    def _free_block(self):  # HOT
        """Return the next erased block in turn, so that all wear alike, or E_FULL."""
        block = self._last_taken
        for _ in range(self.block_count):
            block = (block + 1) % self.block_count
            if not self._used[block]:
                return block
        return E_FULL

    def _write_head(self, block, kind, first_seq, last_seq):  # HOT
        head = self._head
        head.clear(kind, _HEAD_VERSION)
        head.put_u32(_OFF_FIRST, first_seq)
        head.put_u32(_OFF_LAST, last_seq)
        head.put_u32(_OFF_MARK, self.mark)
        head.seal(0)
        self._first_seq[block] = first_seq
        code = self._flash.program(block, 0, head.buf)
        if code != OK:
            self._events.add(EV_FLASH_ERROR, self._flash.errno)
        return code

    def _take_out(self, order_idx):
        for i in range(order_idx, self.order_count - 1):
            self._order[i] = self._order[i + 1]
        self.order_count -= 1

    def _erase(self, block):
        self._used[block] = 0
        if self._flash.erase(block) != OK:
            self._used[block] = _UNUSABLE
            self._events.add(EV_FLASH_ERROR, self._flash.errno)
