"""Parked: the messages that were given up: how many ever, and the newest of them to read.

Called by: Outbox (notes them), Compactor (keeps their records), who reports them: diagnostics.
For each there is a REC_PARKED in the journal: what (kind, transaction, register, when it
happened), when it was parked, why, after how many attempts. Heap: one record, none after __init__.
"""

from array import array

from micropython import const

from chargecore.base.codes import E_MISSING
from chargecore.store import records
from chargecore.store.records import Record

PARKED_KEPT = const(8)  # records that stay in the journal; older ones are only counted

WHY_UNKNOWN = const(0)  # parked by a build that did not say
WHY_CALL_ERROR = const(1)  # the server answered with CALLERROR
WHY_TIMEOUT = const(2)  # it did not answer on a live connection
WHY_BAD_RESULT = const(3)  # it answered with what is no valid answer
WHY_DROPPED = const(4)  # it closed the connection on it, again and again

WHY_TEXTS = (b"unknown", b"CALLERROR", b"no answer", b"invalid answer", b"connection closed")


class Parked:
    """`count` messages ever. list_len of them can be read. Full: the oldest is let go."""

    def __init__(self, journal):
        self._journal = journal
        self._seqs = array("i", [0] * PARKED_KEPT)  # of REC_PARKED, newest first
        self.record = Record()  # filled by load()
        self.list_len = 0
        self.count = 0

    def fill(self, record, message, attempts, why):  # HOT
        """Count a message, and make record the note of it, all but what stands in every record."""
        self.count += 1
        record.clear(records.REC_PARKED, message.u8(records.OFF_CONNECTOR))
        record.put_u32(records.OFF_TX, message.u32(records.OFF_TX))
        record.put_u32(records.OFF_REGISTER_WH, message.u32(records.OFF_REGISTER_WH))
        record.put_u32(records.PARKED_SEQ, message.u32(records.OFF_SEQ))
        record.put_u8(records.PARKED_KIND, message.u8(records.OFF_KIND))
        record.put_u8(records.PARKED_WHY, why)
        record.put_u16(records.PARKED_ATTEMPTS, min(attempts, 0xFFFF))
        record.put_u32(records.PARKED_COUNT, self.count)
        record.put_u16(records.PARKED_BOOT, message.u16(records.OFF_BOOT))
        record.put_u32(records.PARKED_UPTIME_S, message.u32(records.OFF_UPTIME_S))
        record.put_i32(records.PARKED_WALL_S, message.i32(records.OFF_WALL_S))

    def note(self, record, seq):
        """Take a REC_PARKED found at boot, in order of time."""
        count = record.u32(records.PARKED_COUNT)
        self.count = count if count > self.count else self.count + 1
        self.add(seq)

    def add(self, seq):  # HOT
        """Put a REC_PARKED into the list that has just been written."""
        for i in range(PARKED_KEPT - 1, 0, -1):
            self._seqs[i] = self._seqs[i - 1]
        self._seqs[0] = seq
        if self.list_len < PARKED_KEPT:
            self.list_len += 1

    def is_kept(self, seq):  # HOT
        """Return True for the number of a REC_PARKED that is in the list."""
        for i in range(self.list_len):
            if self._seqs[i] == seq:
                return True
        return False

    def load(self, idx):  # HOT
        """Read a REC_PARKED into `record`. Range: 0..list_len-1, 0 the newest. Or E_MISSING."""
        if not 0 <= idx < self.list_len:
            return E_MISSING
        return self._journal.read(self._seqs[idx], self.record)
