"""Sessions: for each connector, the transaction whose messages are under way, and the open one.

Called by: Outbox (keeps it up to date), Compactor (asks what is still needed). Messages leave in
one order: on a connector at most one transaction has its start delivered and its stop not yet.
Heap: one slot per connector, none after __init__.
"""

from array import array

from micropython import const

from chargecore.store import records

SLOTS = const(16)  # connector numbers 0..15
TX_ID_NONE = const(-1)  # what is sent when the start was given up (OCPP 1.6 errata 3.18)


class Sessions:
    """Fixed arrays by connector number; 0 as a transaction number means none."""

    def __init__(self):
        self.sent_tx = array("i", [0] * SLOTS)  # start delivered, stop not
        self.transaction_id = array("i", [TX_ID_NONE] * SLOTS)  # the server's, of sent_tx
        self.is_id_known = bytearray(SLOTS)  # 1: the server gave transaction_id
        self.start_seq = array("i", [0] * SLOTS)  # first record of sent_tx
        self.open_tx = array("i", [0] * SLOTS)  # has a start record and no stop record
        self.last_tx = array("i", [0] * SLOTS)  # newest on that connector, ended or not
        self.highest_tx = 0

    def note(self, record, seq, is_done):  # HOT
        """Take a record in order of time; is_done: the server has it, or it was parked."""
        kind = record.u8(records.OFF_KIND)
        c = record.u8(records.OFF_CONNECTOR) & 15
        tx = record.u32(records.OFF_TX)
        if kind == records.REC_START:
            before = self.open_tx[c]
            if before and self.sent_tx[c] == before:
                self.stopped(c)  # its delivered stop was compacted away, or damaged
            self.open_tx[c] = tx
            self.last_tx[c] = tx
            if tx > self.highest_tx:
                self.highest_tx = tx
            if is_done:
                self.started(c, tx, seq)
        elif kind == records.REC_STOP:
            self.open_tx[c] = 0
            self.last_tx[c] = tx
            if tx > self.highest_tx:
                self.highest_tx = tx
            if is_done:
                self.stopped(c)
        elif kind == records.REC_TX_ID:
            is_known = record.u8(records.TX_ID_FLAGS) & records.TX_ID_FLAG_KNOWN
            self.answered(c, tx, record.i32(records.TX_ID_VALUE), is_known)

    def pass_over(self, record, seq):  # HOT
        """Take a record that is not owed again, behind others that were (store.delivered)."""
        kind = record.u8(records.OFF_KIND)
        c = record.u8(records.OFF_CONNECTOR) & 15
        tx = record.u32(records.OFF_TX)
        if kind == records.REC_START:
            self.started(c, tx, seq)
        elif kind == records.REC_STOP:
            self.stopped(c)
        elif kind == records.REC_TX_ID:
            self.answered(c, tx, record.i32(records.TX_ID_VALUE), True)

    def started(self, c, tx, seq):  # HOT
        """The start of tx is off the queue."""
        if self.sent_tx[c] != tx:
            self.sent_tx[c] = tx
            self.transaction_id[c] = TX_ID_NONE
            self.is_id_known[c] = 0
        self.start_seq[c] = seq

    def answered(self, c, tx, transaction_id, is_known):  # HOT
        """The server gave tx its number."""
        if self.sent_tx[c] != tx:
            return  # found at boot behind the delivered stop of the same session
        self.transaction_id[c] = transaction_id if is_known else TX_ID_NONE
        self.is_id_known[c] = 1 if is_known else 0

    def stopped(self, c):  # HOT
        """The stop on that connector is off the queue: the session needs nothing any more."""
        self.sent_tx[c] = 0
        self.transaction_id[c] = TX_ID_NONE
        self.is_id_known[c] = 0

    def _has_sent(self):  # HOT
        for c in range(SLOTS):
            if self.sent_tx[c]:
                return True
        return False

    def is_needed(self, record, seq, done_seq):  # HOT
        """Return True while a record must stay in the journal."""
        kind = record.u8(records.OFF_KIND)
        c = record.u8(records.OFF_CONNECTOR) & 15
        tx = record.u32(records.OFF_TX)
        if kind == records.REC_TX_ID:
            return self.sent_tx[c] == tx
        if kind == records.REC_DONE:
            return False  # every block header carries the same number
        if seq > done_seq:
            return True
        if kind == records.REC_BOOT_TIME:
            return self._has_sent()  # samples of before may wait for their stop, without time
        if kind == records.REC_METER:
            has_data = record.u8(records.METER_FLAGS) & records.METER_FLAG_DATA
            return has_data != 0 and tx != 0 and self.sent_tx[c] == tx
        if kind == records.REC_START:
            return self.sent_tx[c] == tx
        # The stop of a connector's newest session proves that the session is over, and its number.
        return kind == records.REC_STOP and self.last_tx[c] == tx
