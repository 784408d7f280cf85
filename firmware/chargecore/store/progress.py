"""Progress: how far delivery has come, kept on flash: one number that rides along with records.

Called by: Outbox. Writes the control records: delivered or parked up to here, the server's
transaction id, the time of a boot, what was parked.
Heap: one record, none after __init__, but the carrier's files.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_FULL, OK
from chargecore.store import records
from chargecore.store.layout import LAYOUT
from chargecore.store.records import Record

_DONE_EVERY = const(8)  # meter values that may be sent twice after a cut


class Progress:
    """`done_seq`: every message up to that record is delivered or parked."""

    def __init__(self, journal, room, boots, clock):
        self._journal = journal
        self._room = room
        self._boots = boots
        self._clock = clock
        self._control = Record()
        self.done_seq = 0
        self._kept_done_seq = 0  # the same, as flash knows it
        self._unkept = 0  # messages delivered since
        self.has_untimed = False  # something was recorded without wall time
        self._is_time_kept = False  # a REC_BOOT_TIME of this boot was written

    def load(self):
        """Take over at boot what the mount has found out."""
        self.done_seq = self._journal.delivered.upto(LAYOUT)
        self._kept_done_seq = self.done_seq

    def is_done(self, seq, layout):  # HOT
        """Return True for a record delivered or parked; layout: of the block it is in."""
        return seq <= self.done_seq or seq <= self._journal.delivered.upto(layout)

    def advance(self, seq):
        """Nothing up to that record is owed; at boot, where an older build has delivered it."""
        if self.done_seq < seq:
            self.done_seq = seq

    def stamp(self, record):  # HOT
        """Let a record carry the number; a sample has no room for it."""
        if record.u8(records.OFF_KIND) != records.REC_METER:
            record.put_u32(records.OFF_DONE_SEQ, self.done_seq)

    def stamped(self, record):  # HOT
        """That record is on flash now."""
        if record.u8(records.OFF_KIND) != records.REC_METER:
            self._kept(self.done_seq)

    def delivered(self, connector, tx, is_sample):  # HOT
        """Keep done_seq, now or after a few more samples: a start or stop is not sent twice."""
        self._unkept += 1
        if is_sample and self._unkept < _DONE_EVERY:
            return
        if self._kept_done_seq < self.done_seq:
            self._keep_done(connector, tx)

    def keep_tx_id(self, connector, tx, seq, transaction_id):  # HOT
        """Keep the server's number of tx, whose start record is seq. Return OK or E_."""
        control = self._control
        control.clear(records.REC_TX_ID, connector)
        control.put_u32(records.OFF_TX, tx)
        control.put_i32(records.TX_ID_VALUE, transaction_id)
        control.put_u8(records.TX_ID_FLAGS, records.TX_ID_FLAG_KNOWN)
        code = self._append(seq)
        return code if code < 0 else OK

    def keep_parked(self, parked, message, attempts, why):  # HOT
        """Write that a message is given up, and note it in the list of parked ones."""
        control = self._control
        parked.fill(control, message, attempts, why)
        seq = self._append(self.done_seq)
        if seq > 0:
            parked.add(seq)

    def _keep_done(self, connector, tx):  # HOT
        """Write done_seq at once."""
        control = self._control
        control.clear(records.REC_DONE, connector)
        control.put_u32(records.OFF_TX, tx)
        control.put_u32(records.DONE_SEQ, self.done_seq)
        self._append(self.done_seq)

    def note_time(self):  # HOT
        """Once this boot's time is known, keep it for the records that were made without."""
        clock = self._clock
        offset_s = clock.offset_s
        if not self.has_untimed or offset_s == WALL_UNKNOWN:
            return
        self.has_untimed = False
        if self._is_time_kept:
            return
        self._is_time_kept = True
        self._boots.learn(clock.boot_number, offset_s)
        control = self._control
        control.clear(records.REC_BOOT_TIME, 0)
        control.put_u16(records.BOOT_TIME_BOOT, clock.boot_number)
        control.put_i32(records.BOOT_TIME_OFFSET_S, offset_s)
        self._append(self.done_seq)

    def _append(self, done_seq):  # HOT
        """Write the control record, carrying done_seq. Return its number or an E_ code."""
        clock = self._clock
        control = self._control
        control.stamp(clock.boot_number, clock.uptime_s, clock.wall_s())
        control.put_u32(records.OFF_DONE_SEQ, done_seq)
        if not self._room.make(1, self.done_seq):
            return E_FULL
        seq = self._journal.append(control.buf)
        if seq < 0:
            return seq
        self._kept(done_seq)
        return seq

    def _kept(self, done_seq):  # HOT
        self._kept_done_seq = done_seq
        self._unkept = 0
