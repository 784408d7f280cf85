"""Compactor: makes room in a full journal without losing anything that is owed.

Called by: Room, when the journal is full. In this order: a block that holds nothing needed is
given back; one that flash would not erase before is erased; two neighbours whose needed records
fit into one block are merged; then meter samples from the middle of the oldest sessions are left
out, evenly, until two neighbours fit.
Never: drops a start, a stop, or the first or last sample of a session that the server lacks.
Heap: one byte per record slot, none after __init__, but for the carrier's files.
"""

from array import array

from micropython import const

from chargecore.base.codes import E_FULL, OK
from chargecore.base.events import EV_SAMPLES_THINNED
from chargecore.store import records
from chargecore.store.records import Record
from chargecore.store.sessions import SLOTS

_NOT_NEEDED = const(0)
_NEEDED = const(1)
_SPARABLE = const(2)  # needed, but may be thinned out
_NONE = const(-1)


class Compactor:
    """Works on the whole journal at once: a call takes a thousand reads, one block of writes."""

    def __init__(self, journal, sessions, parked, events):
        self._journal = journal
        self._blocks = journal.blocks
        self._sessions = sessions
        self._parked = parked
        self._events = events
        self._record = Record()
        self._is_wanted = self.is_wanted
        self._slot_count = journal.blocks.slot_count
        self._flags_buf = bytearray(journal.blocks.block_count * self._slot_count)
        self._needed = bytearray(journal.blocks.block_count)  # per block, sparable ones included
        self._sparable = bytearray(journal.blocks.block_count)
        self._sample_tx = array("i", [0] * SLOTS)  # per connector: session of the sample before
        self._sample_at = array("i", [_NONE] * SLOTS)  # its place, if not the first of its session
        self._done_seq = 0
        self._owed = 0  # messages among the samples that are being left out
        self.keep_seq = _NONE  # the record in flight: never thinned
        self.keep_tx = 0  # transaction whose samples are being sent: never thinned
        self.thinned = 0  # samples left out since boot
        self.thinned_owed = 0  # of those, the ones that were still to be sent as MeterValues

    def make_room(self, done_seq, may_thin):  # HOT
        """Free one block; all up to done_seq is delivered.

        Return OK, E_FULL when everything is needed, or E_IO when flash refuses.
        """
        self._done_seq = done_seq
        self._classify()
        blocks = self._blocks
        # The newest block stays: its header keeps the mark. A merge writes the mark anew.
        for i in range(blocks.order_count - 1):
            if not self._needed[blocks.order[i]]:
                self._journal.drop(i)
                return OK
        if self._journal.revive():
            return OK
        code = self._merge_first(False)
        if code == E_FULL and may_thin:
            code = self._merge_first(True)
        return code

    def is_wanted(self, block, slot):  # HOT
        """Return True when a record is copied; stored callback of Journal.merge()."""
        return self._flags_buf[block * self._slot_count + slot] != _NOT_NEEDED

    def _merge_first(self, is_thinning):  # HOT
        """Merge the oldest pair of neighbours that fits into one block."""
        blocks = self._blocks
        room = self._slot_count - 1
        for i in range(blocks.order_count - 1):
            older = blocks.order[i]
            newer = blocks.order[i + 1]
            excess = self._needed[older] + self._needed[newer] - room
            sparable = self._sparable[older] + self._sparable[newer]
            if excess > (sparable if is_thinning else 0) or not self._may_merge(i):
                continue
            return self._merge(i, excess, sparable)
        return E_FULL

    def _may_merge(self, order_idx):  # HOT
        blocks = self._blocks
        if not self._journal.is_closed(order_idx + 1) or not blocks.is_pair(order_idx):
            return False
        # A copy has today's layout: it must not make what an older build delivered owed again.
        done_seq = self._done_seq
        return not (
            self._is_ahead(blocks.order[order_idx], done_seq)
            or self._is_ahead(blocks.order[order_idx + 1], done_seq)
        )

    def _is_ahead(self, block, done_seq):  # HOT
        """Return True when some of a block is delivered though older records are not."""
        upto_seq = self._journal.delivered.upto(self._blocks.layout[block])
        return upto_seq > done_seq and self._blocks.last_seq[block] > done_seq

    def _merge(self, order_idx, excess, sparable):  # HOT
        """Merge a pair, leaving out as many samples as are too many."""
        if excess > 0:
            order = self._blocks.order
            self._owed = 0
            number = self._thin(order[order_idx], 0, excess, sparable)
            self._thin(order[order_idx + 1], number, excess, sparable)
        code = self._journal.merge(order_idx, self._is_wanted)
        if code == OK and excess > 0:
            self.thinned += excess
            self.thinned_owed += self._owed
            self._events.add(EV_SAMPLES_THINNED, excess)
        return code

    def _thin(self, block, number, count, sparable):  # HOT
        """Clear the flags of `count` of the sparable samples of two blocks, evenly spread.

        number: samples in the blocks before this one. Return the same for the next block.
        """
        at = block * self._slot_count
        for slot in range(self._slot_count):
            if self._flags_buf[at + slot] != _SPARABLE:
                continue
            if (number + 1) * count // sparable != number * count // sparable:
                self._flags_buf[at + slot] = _NOT_NEEDED
                self._count_owed(block, slot)
            number += 1
        return number

    def _count_owed(self, block, slot):  # HOT
        record = self._record
        if self._journal.load_slot(block, slot, record):
            is_sent = record.u8(records.METER_FLAGS) & records.METER_FLAG_SEND
            if is_sent and record.u32(records.OFF_SEQ) > self._done_seq:
                self._owed += 1

    # ---- what is needed ----

    def _classify(self):  # HOT
        """Flag every record: not needed, needed, sparable."""
        blocks = self._blocks
        for i in range(len(self._flags_buf)):
            self._flags_buf[i] = _NOT_NEEDED
        for c in range(SLOTS):
            self._sample_tx[c] = 0
            self._sample_at[c] = _NONE
        for i in range(blocks.order_count):
            block = blocks.order[i]
            self._needed[block] = 0
            self._sparable[block] = 0
            for slot in range(1, blocks.used[block]):
                if self._journal.load_slot(block, slot, self._record):
                    self._classify_record(block, slot)

    def _classify_record(self, block, slot):  # HOT
        record = self._record
        seq = record.u32(records.OFF_SEQ)
        if record.u8(records.OFF_KIND) == records.REC_PARKED:
            is_needed = self._parked.is_kept(seq)
        else:
            is_needed = self._sessions.is_needed(record, seq, self._done_seq)
        if not is_needed:
            return
        at = block * self._slot_count + slot
        self._flags_buf[at] = _NEEDED
        self._needed[block] += 1
        c = record.u8(records.OFF_CONNECTOR) & 15
        kind = record.u8(records.OFF_KIND)
        if kind == records.REC_METER:
            self._classify_sample(c, record.u32(records.OFF_TX), at, seq)
        elif kind == records.REC_START or kind == records.REC_STOP:
            self._sample_tx[c] = 0
            self._sample_at[c] = _NONE

    def _classify_sample(self, c, tx, at, seq):  # HOT
        """A sample is in the middle when its session has one before and one after it."""
        if seq == self.keep_seq or (tx != 0 and tx == self.keep_tx):
            return
        if tx == 0:
            self._spare(at)  # belongs to no session (M14 of the behaviour rules)
            return
        if self._sample_tx[c] != tx:
            self._sample_tx[c] = tx
            return
        if self._sample_at[c] != _NONE:
            self._spare(self._sample_at[c])
        self._sample_at[c] = at

    def _spare(self, at):  # HOT
        self._flags_buf[at] = _SPARABLE
        self._sparable[at // self._slot_count] += 1
