"""SampleList: which records make up the transactionData of a stop, found once, then looked up.

Called by: Outbox. A stop may be rendered many times (a window at a time), so the search is done
before. Heap: one number per sample, none after __init__.
"""

from array import array

from micropython import const

from chargecore.base.codes import E_EMPTY
from chargecore.store import records
from chargecore.store.records import Record

SAMPLES_MAX = const(100)  # room in the list; StopTransactionMaxMeterValues stays within it


class SampleList:
    """Numbers of records, in order of time. Beyond the limit some in the middle are left out."""

    def __init__(self, journal):
        self._journal = journal
        self._record = Record()
        self._seqs = array("i", [0] * SAMPLES_MAX)
        self._idx = 0  # place that next() looks at first
        self.count = 0
        self.tx = 0  # transaction the list is of, 0 = none

    def collect(self, tx, first_seq, end_seq, limit):  # HOT
        """Find the samples of tx kept for its stop, from first_seq on, before end_seq.

        Beyond the limit they are left out evenly; begin and end stay (OCPP 1.6 errata 3.91).
        """
        self.tx = tx
        self.count = 0
        self._idx = 0
        total = self._walk(tx, first_seq, end_seq, 0, 0)
        if limit > SAMPLES_MAX:
            limit = SAMPLES_MAX
        self._walk(tx, first_seq, end_seq, total, total if total < limit else limit)

    def first(self, tx):  # HOT
        """Return the number of the first sample, or E_EMPTY."""
        self._idx = 0
        return self._seqs[0] if tx == self.tx and self.count else E_EMPTY

    def next(self, seq):  # HOT
        """Return the number after seq, or E_EMPTY."""
        i = self._idx
        if i >= self.count or self._seqs[i] != seq:
            i = 0
            while i < self.count and self._seqs[i] != seq:
                i += 1
        self._idx = i + 1
        return self._seqs[i + 1] if i + 1 < self.count else E_EMPTY

    def _walk(self, tx, first_seq, end_seq, total, wanted):  # HOT
        """Count the samples; with wanted > 0, list that many of the total."""
        journal = self._journal
        record = self._record
        number = 0
        seq = journal.read_from(first_seq, record)
        while 0 <= seq < end_seq:
            if self._is_sample(record, tx):
                if wanted and self._is_picked(number, total, wanted):
                    self._seqs[self.count] = seq
                    self.count += 1
                number += 1
            seq = journal.read_from(seq + 1, record)
        return number

    def _is_sample(self, record, tx):  # HOT
        if record.u8(records.OFF_KIND) != records.REC_METER or record.u32(records.OFF_TX) != tx:
            return False
        return record.u8(records.METER_FLAGS) & records.METER_FLAG_DATA != 0

    def _is_picked(self, number, total, wanted):  # HOT
        """Return True for `wanted` numbers of 0..total-1, the first and the last among them."""
        if wanted == total or number == 0:
            return True
        before = (number - 1) * (wanted - 1) // (total - 1)
        return number * (wanted - 1) // (total - 1) != before
