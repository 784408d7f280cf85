"""Compactor: makes room in a full journal without losing anything that is owed.

Called by: Outbox, when the journal is full. In this order: a block that holds nothing needed is
given back; two neighbours whose needed records fit into one block are merged; then meter samples
from the middle of the oldest sessions are left out, evenly, until two neighbours fit.
Never: drops a start, a stop, or the first or last sample of a session that the server lacks.
Heap: one byte per record slot, none after __init__.
"""

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

    def __init__(self, journal, sessions, events):
        self._journal = journal
        self._sessions = sessions
        self._events = events
        self._record = Record()
        self._is_wanted = self.is_wanted
        self._flags_buf = bytearray(journal.block_count * journal.slot_count)
        self._needed = bytearray(journal.block_count)  # per block, sparable ones included
        self._sparable = bytearray(journal.block_count)
        self._sample_tx = [0] * SLOTS  # per connector: transaction of the sample before
        self._sample_at = [_NONE] * SLOTS  # its place, when it was not the first of its session
        self._done_seq = 0
        self.keep_seq = _NONE  # the record in flight: never thinned
        self.keep_tx = 0  # transaction whose samples are being sent: never thinned
        self.thinned = 0  # samples left out since boot
        self.thinned_to_send = 0  # of those, in the last call: still to be sent as MeterValues

    def make_room(self, done_seq):
        """Free one block; all up to done_seq is delivered. Return OK, or E_FULL when it cannot."""
        self._done_seq = done_seq
        self.thinned_to_send = 0
        self._classify()
        journal = self._journal
        for i in range(journal.order_count):
            if journal.is_closed(i) and not self._needed[journal.block_at(i)]:
                journal.drop(i)
                return OK
        if self._merge_first(False) == OK:
            return OK
        return self._merge_first(True)

    def is_wanted(self, block, slot):
        """Return True when a record is copied; stored callback of Journal.merge()."""
        return self._flags_buf[block * self._journal.slot_count + slot] != _NOT_NEEDED

    def _merge_first(self, is_thinning):
        """Merge the oldest pair of neighbours that fits into one block."""
        journal = self._journal
        room = journal.slot_count - 1
        for i in range(journal.order_count - 1):
            older = journal.block_at(i)
            newer = journal.block_at(i + 1)
            excess = self._needed[older] + self._needed[newer] - room
            sparable = self._sparable[older] + self._sparable[newer]
            if not journal.is_closed(i + 1) or excess > (sparable if is_thinning else 0):
                continue
            if excess > 0:
                self._thin(older, newer, excess, sparable)
            return journal.merge(i, self._is_wanted)
        return E_FULL

    def _thin(self, older, newer, count, sparable):
        """Clear the flags of `count` of the sparable samples of two blocks, evenly spread."""
        number = 0
        for block in (older, newer):
            at = block * self._journal.slot_count
            for slot in range(self._journal.slot_count):
                if self._flags_buf[at + slot] != _SPARABLE:
                    continue
                if (number + 1) * count // sparable != number * count // sparable:
                    self._flags_buf[at + slot] = _NOT_NEEDED
                    self._count_lost(block, slot)
                number += 1
        self.thinned += count
        self._events.add(EV_SAMPLES_THINNED, count)

    def _count_lost(self, block, slot):
        record = self._record
        if self._journal.load_slot(block, slot, record):
            is_sent = record.u8(records.METER_FLAGS) & records.METER_FLAG_SEND
            if is_sent and record.u32(records.OFF_SEQ) > self._done_seq:
                self.thinned_to_send += 1

    # ---- what is needed ----

    def _classify(self):
        """Flag every record: not needed, needed, sparable."""
        journal = self._journal
        for i in range(len(self._flags_buf)):
            self._flags_buf[i] = _NOT_NEEDED
        for c in range(SLOTS):
            self._sample_tx[c] = 0
            self._sample_at[c] = _NONE
        for i in range(journal.order_count):
            block = journal.block_at(i)
            self._needed[block] = 0
            self._sparable[block] = 0
            for slot in range(1, journal.used_slots(block)):
                if journal.load_slot(block, slot, self._record):
                    self._classify_record(block, slot)

    def _classify_record(self, block, slot):
        record = self._record
        seq = record.u32(records.OFF_SEQ)
        if not self._sessions.is_needed(record, seq, self._done_seq):
            return
        at = block * self._journal.slot_count + slot
        self._flags_buf[at] = _NEEDED
        self._needed[block] += 1
        c = record.u8(records.OFF_CONNECTOR) & 15
        kind = record.u8(records.OFF_KIND)
        if kind == records.REC_METER:
            self._classify_sample(c, record.u32(records.OFF_TX), at, seq)
        elif kind == records.REC_START or kind == records.REC_STOP:
            self._sample_tx[c] = 0
            self._sample_at[c] = _NONE

    def _classify_sample(self, c, tx, at, seq):
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

    def _spare(self, at):
        self._flags_buf[at] = _SPARABLE
        self._sparable[at // self._journal.slot_count] += 1
