"""Outbox: the transaction messages owed to the server, strictly in order, over the journal.

Called by: station (append, find_open), protocol adapter (has_next, load_next, then accepted,
refused or lost). Never: renders or sends anything; knows an action or a URL.
All that is known after a power cut is read from the journal; what is delivered is one number that
rides along with other records. T1 to T8 of the behaviour rules (OCPP 1.6 §3.7, errata 3.18).
Heap: none after start(), but for files that the carrier opens when the block changes.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_EMPTY, E_FULL, E_MISSING, OK
from chargecore.base.events import EV_OUTBOX_FULL, EV_RECORD_PARKED
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.store import records
from chargecore.store.boot_times import BootTimes
from chargecore.store.compactor import Compactor
from chargecore.store.open_session import OpenSession
from chargecore.store.records import Record
from chargecore.store.sample_list import SampleList
from chargecore.store.sessions import SLOTS, TX_ID_NONE, Sessions

_RESERVE = const(24)  # records kept free for stops and answers when starts and samples are refused
_DONE_EVERY = const(8)  # meter values that may be sent twice after a cut


class Outbox:
    """One record is loaded at a time: `record`, with kind, seq, tx, transaction_id and wall_s.

    Full: samples are thinned first (Compactor), then starts and samples are refused (E_FULL,
    counted in `refused_records`); stops keep their reserve.
    """

    def __init__(self, journal, clock, events, config):
        self._journal = journal
        self._clock = clock
        self._events = events
        self._config = config
        self.sessions = Sessions()
        self.compactor = Compactor(journal, self.sessions, events)
        self._boots = BootTimes()
        self._samples = SampleList(journal)
        self.open = OpenSession(journal, self._boots)  # filled by find_open()
        self._reserve = min(_RESERVE, journal.record_room // 8)
        self.record = Record()  # the loaded one
        self.sample = Record()  # loaded by load_sample()
        self._control = Record()
        self._scan = Record()
        self._incoming = Record()  # its buf is the caller's, while append() runs
        self.kind = 0
        self.seq = 0
        self.tx = 0  # local number of the transaction, 0 = none
        self.connector = 0
        self.transaction_id = TX_ID_NONE  # what to send: the server's number, or -1
        self.tx_id_known = False
        self.wall_s = WALL_UNKNOWN
        self.sample_wall_s = WALL_UNKNOWN
        self.pending = 0  # messages owed
        self.parked = 0  # messages given up after all attempts, while the journal still has them
        self.refused_records = 0
        self._done_seq = 0  # everything up to here is delivered or parked
        self._kept_done_seq = 0  # the same, as flash knows it
        self._unkept = 0  # messages delivered since
        self._cursor_seq = 1  # where the next message is searched
        self._is_loaded = False
        self._attempts = 0  # transmissions of the next message that the server failed to process
        self._is_waiting = False  # for _retry_at_ms
        self._retry_at_ms = 0
        self._has_untimed = False  # something owed was recorded without wall time
        self._is_full = False  # the last try to make room failed, at _done_seq
        self._full_done_seq = 0
        self._next_tx = 1

    # ---- start ----

    def start(self):
        """Mount the journal and find out what is owed. Return how many messages are."""
        journal = self._journal
        journal.mount()
        self._done_seq = self._find_done()
        self._kept_done_seq = self._done_seq
        self._cursor_seq = self._done_seq + 1
        scan = self._scan
        seq = journal.read_from(1, scan)
        while seq >= 0:
            self._note_scanned(scan, seq)
            seq = journal.read_from(seq + 1, scan)
        self._boots.see(self._clock.boot_number, 0, WALL_UNKNOWN)
        self._next_tx = self.sessions.highest_tx + 1
        return self.pending

    def _find_done(self):
        scan = self._scan
        done_seq = self._journal.mark
        seq = self._journal.read_from(1, scan)
        while seq >= 0:
            if scan.u8(records.OFF_KIND) != records.REC_METER:
                if done_seq < scan.u32(records.OFF_DONE_SEQ):
                    done_seq = scan.u32(records.OFF_DONE_SEQ)
            seq = self._journal.read_from(seq + 1, scan)
        return done_seq

    def _note_scanned(self, record, seq):
        kind = record.u8(records.OFF_KIND)
        wall_s = record.i32(records.OFF_WALL_S)
        self.sessions.note(record, seq, seq <= self._done_seq)
        self._boots.see(record.u16(records.OFF_BOOT), record.u32(records.OFF_UPTIME_S), wall_s)
        if kind == records.REC_BOOT_TIME:
            self._boots.learn(
                record.u16(records.BOOT_TIME_BOOT), record.i32(records.BOOT_TIME_OFFSET_S)
            )
        elif kind == records.REC_DONE:
            self.parked += record.u8(records.DONE_FLAGS) & records.DONE_FLAG_PARKED
        elif kind == records.REC_TX_ID:
            if record.u8(records.TX_ID_FLAGS) & records.TX_ID_FLAG_REFUSED:
                self.parked += 1
        if seq > self._done_seq:
            if _is_message(record):
                self.pending += 1
            if wall_s == WALL_UNKNOWN and kind <= records.REC_STOP:
                self._has_untimed = True

    # ---- station ----

    def next_tx_number(self):  # HOT
        """Return a local transaction number that was never used."""
        number = self._next_tx
        self._next_tx = number + 1
        return number

    def append(self, record_buf):  # HOT
        """Keep a record. Return its number, durable then. Errors: E_FULL, E_IO: not kept."""
        incoming = self._incoming
        incoming.buf = record_buf
        kind = incoming.u8(records.OFF_KIND)
        self._note_time()
        may_use_reserve = kind != records.REC_START and kind != records.REC_METER
        if not self._make_room(1 if may_use_reserve else 1 + self._reserve):
            self.refused_records += 1
            return E_FULL
        incoming.buf = record_buf  # _note_time() may have used it
        if kind != records.REC_METER:
            incoming.put_u32(records.OFF_DONE_SEQ, self._done_seq)
        seq = self._journal.append(record_buf)
        if seq < 0:
            return seq
        wall_s = incoming.i32(records.OFF_WALL_S)
        self.sessions.note(incoming, seq, False)
        self._boots.see(incoming.u16(records.OFF_BOOT), incoming.u32(records.OFF_UPTIME_S), wall_s)
        if wall_s == WALL_UNKNOWN:
            self._has_untimed = True
        if _is_message(incoming):
            self.pending += 1
        if kind != records.REC_METER:
            self._kept(self._done_seq)
        return seq

    def find_open(self, first_connector):  # HOT
        """Return the next connector with a start and no stop, from that number on, or E_MISSING.

        Asked at boot: a power cut ended those sessions.
        """
        for c in range(first_connector, SLOTS):
            if self.sessions.open_tx[c]:
                return c
        return E_MISSING

    def load_open(self, connector):  # HOT
        """Read what is known of the session open there into `open`. Return OK or E_MISSING."""
        tx = self.sessions.open_tx[connector]
        return OK if tx and self.open.load(tx) else E_MISSING

    # ---- adapter: the next message ----

    def has_next(self, now_ms):  # HOT
        """Return True when a message is owed and may be sent now."""
        self._note_time()
        if self.pending <= 0:
            return False
        if self._is_waiting:
            if ticks_diff(now_ms, self._retry_at_ms) < 0:
                return False
            self._is_waiting = False
        return True

    def load_next(self):  # HOT
        """Load the oldest message owed. Return OK or E_EMPTY. Repeats until it is finished."""
        record = self.record
        seq = self._journal.read_from(self._cursor_seq, record)
        while seq >= 0 and not _is_message(record):
            seq = self._journal.read_from(seq + 1, record)
        if seq < 0:
            self.pending = 0
            return E_EMPTY
        if seq != self.seq:
            self._attempts = 0
        self._cursor_seq = seq
        self.seq = seq
        self.kind = record.u8(records.OFF_KIND)
        self.tx = record.u32(records.OFF_TX)
        self.connector = record.u8(records.OFF_CONNECTOR) & 15
        self.wall_s = self._boots.wall_of(record)
        self._resolve_id()
        self.compactor.keep_seq = seq
        self.compactor.keep_tx = 0
        if self.kind == records.REC_STOP:
            self.compactor.keep_tx = self.tx
            first_seq = self.sessions.start_seq[self.connector]
            limit = self._config.stop_max_meter_values
            self._samples.collect(self.tx, first_seq, seq, limit)
        self._is_loaded = True
        return OK

    def _resolve_id(self):  # HOT
        c = self.connector
        sessions = self.sessions
        self.transaction_id = TX_ID_NONE
        self.tx_id_known = False
        if self.tx and sessions.sent_tx[c] == self.tx:
            self.transaction_id = sessions.transaction_id[c]
            self.tx_id_known = sessions.is_id_known[c] == 1

    def first_sample(self, tx):  # HOT
        """Return the number of the loaded stop's first transactionData sample, or E_EMPTY."""
        return self._samples.first(tx)

    def next_sample(self, seq, tx):  # HOT
        """Return the number of the sample after seq, or E_EMPTY."""
        return self._samples.next(seq)

    def load_sample(self, seq):  # HOT
        """Load a sample into `sample` and its time into sample_wall_s. Return OK or E_MISSING."""
        code = self._journal.read(seq, self.sample)
        if code == OK:
            self.sample_wall_s = self._boots.wall_of(self.sample)
        return code

    # ---- adapter: what became of it ----

    def set_transaction_id(self, tx, transaction_id):  # HOT
        """Keep the server's number of the loaded start, before accepted(). Return OK or E_."""
        if not self._is_loaded or self.kind != records.REC_START or self.tx != tx:
            return E_MISSING
        self.sessions.started(self.connector, tx, self.seq)
        self.sessions.answered(self.connector, tx, transaction_id, True)
        return self._keep_tx_id(transaction_id, records.TX_ID_FLAG_KNOWN)

    def accepted(self):  # HOT
        """The server has processed the loaded message."""
        if not self._is_loaded:
            return
        kind = self.kind
        self._finish()
        self._unkept += 1
        if kind == records.REC_METER and self._unkept < _DONE_EVERY:
            return
        if self._kept_done_seq < self._done_seq:
            self._keep_done(0)

    def refused(self, now_ms):  # HOT
        """The server failed to process the message, or let it time out on a live connection."""
        if not self._is_loaded:
            return
        self._is_loaded = False
        self._attempts += 1
        config = self._config
        if self._attempts < config.transaction_message_attempts:
            wait_ms = config.transaction_message_retry_interval_s * self._attempts * 1000
            self._retry_at_ms = ticks_add(now_ms, wait_ms)
            self._is_waiting = True
            return
        self._park()

    def lost(self):  # HOT
        """The connection died before an answer: no attempt is used up (T4)."""
        self._is_loaded = False

    def transaction_id_of(self, tx):  # HOT
        """Return the server's number for a local transaction; -1 when it has none (see has_id)."""
        for c in range(SLOTS):
            if self.sessions.sent_tx[c] == tx:
                return self.sessions.transaction_id[c]
        return TX_ID_NONE

    def has_id(self, tx):  # HOT
        """Return True when the server gave that local transaction a number."""
        for c in range(SLOTS):
            if tx and self.sessions.sent_tx[c] == tx:
                return self.sessions.is_id_known[c] == 1
        return False

    def _park(self):  # HOT
        """Give the message up, report it, and go on with the next one."""
        self._events.add(EV_RECORD_PARKED, self.seq, self._attempts)
        self.parked += 1
        is_start = self.kind == records.REC_START
        self._finish()
        if is_start:
            self._keep_tx_id(TX_ID_NONE, records.TX_ID_FLAG_REFUSED)
        else:
            self._keep_done(records.DONE_FLAG_PARKED)

    def _finish(self):  # HOT
        """The loaded message is off the queue."""
        sessions = self.sessions
        if self.kind == records.REC_START:
            sessions.started(self.connector, self.tx, self.seq)
        elif self.kind == records.REC_STOP:
            sessions.stopped(self.connector)
        self._done_seq = self.seq
        self._cursor_seq = self.seq + 1
        self._is_loaded = False
        self._is_waiting = False
        self._attempts = 0
        self.pending -= 1
        self.compactor.keep_seq = -1
        self.compactor.keep_tx = 0

    # ---- keeping ----

    def _keep_tx_id(self, transaction_id, flags):  # HOT
        control = self._control
        control.clear(records.REC_TX_ID, self.connector)
        control.put_u32(records.OFF_TX, self.tx)
        control.put_i32(records.TX_ID_VALUE, transaction_id)
        control.put_u8(records.TX_ID_FLAGS, flags)
        return self._append_control(self.seq)

    def _keep_done(self, flags):  # HOT
        control = self._control
        control.clear(records.REC_DONE, self.connector)
        control.put_u32(records.OFF_TX, self.tx)
        control.put_u32(records.DONE_SEQ, self._done_seq)
        control.put_u8(records.DONE_FLAGS, flags)
        return self._append_control(self._done_seq)

    def _append_control(self, done_seq):  # HOT
        """Write the control record, carrying done_seq. Return OK or an E_ code."""
        clock = self._clock
        control = self._control
        control.stamp(clock.boot_number, clock.uptime_s, clock.wall_s())
        control.put_u32(records.OFF_DONE_SEQ, done_seq)
        if not self._make_room(1):
            return E_FULL
        seq = self._journal.append(control.buf)
        if seq < 0:
            return seq
        self._kept(done_seq)
        return OK

    def _kept(self, done_seq):  # HOT
        self._kept_done_seq = done_seq
        self._unkept = 0

    def _make_room(self, wanted):  # HOT
        """Return True when that many records fit, after compaction if need be."""
        journal = self._journal
        journal.mark = self._done_seq
        if journal.room() >= wanted:
            return True
        # What failed will fail again until something was delivered; a try reads the whole journal.
        if self._is_full and self._full_done_seq == self._done_seq and wanted > 1:
            return False
        while journal.room() < wanted:
            if self.compactor.make_room(self._done_seq) != OK:
                if not self._is_full:
                    self._events.add(EV_OUTBOX_FULL, self.pending)
                self._is_full = True
                self._full_done_seq = self._done_seq
                return False
            self.pending -= self.compactor.thinned_to_send
        self._is_full = False
        return True

    def _note_time(self):  # HOT
        """Once this boot's time is known, keep it for the records that were made without."""
        clock = self._clock
        offset_s = clock.offset_s
        if not self._has_untimed or offset_s == WALL_UNKNOWN:
            return
        self._has_untimed = False
        if self._boots.knows(clock.boot_number):
            return
        self._boots.learn(clock.boot_number, offset_s)
        control = self._control
        control.clear(records.REC_BOOT_TIME, 0)
        control.put_u16(records.BOOT_TIME_BOOT, clock.boot_number)
        control.put_i32(records.BOOT_TIME_OFFSET_S, offset_s)
        self._append_control(self._done_seq)


def _is_message(record):  # HOT
    """Return True for a record that leaves as a message of its own."""
    kind = record.u8(records.OFF_KIND)
    if kind == records.REC_METER:
        return record.u8(records.METER_FLAGS) & records.METER_FLAG_SEND != 0
    return kind == records.REC_START or kind == records.REC_STOP
