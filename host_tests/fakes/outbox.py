"""FakeOutbox: takes records into a list, refuses when told to."""

from chargecore.base.codes import E_FULL
from chargecore.store.records import Record


class FakeOutbox:
    """`taken` holds a copy of every record in order."""

    def __init__(self):
        self.taken = []
        self.is_full = False
        self.pending = 0
        self._next_tx = 1

    def next_tx_number(self):
        number = self._next_tx
        self._next_tx += 1
        return number

    def append(self, record_buf):
        if self.is_full:
            return E_FULL
        self.taken.append(Record(bytearray(record_buf)))
        return len(self.taken)

    def tidy(self):
        """Nothing is ever erased here."""

    def kinds(self):
        return [record.u8(0) for record in self.taken]
