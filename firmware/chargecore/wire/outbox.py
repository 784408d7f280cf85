"""Outbox: the transaction messages owed to the server, strictly in order, over the journal.

Called by: station (append, find_open, tidy), protocol adapter (has_next, load_next, then accepted,
refused or lost). Never: renders or sends anything; knows an action or a URL.
All that is known after a power cut is read from the journal. T1 to T8 of the behaviour rules
(OCPP 1.6 §3.7, errata 3.18).
A message that is sent again says the same, over boots, too: it is rendered from its record and
nothing in it can change. Its transaction id least of all: samples and stop are not loaded before
their start is answered or parked (T1), and then the id, or -1, is on flash. Parts: store.progress
(what is delivered), store.parked (what was given up), store.room (when it is full), retry (when a
refused message has its next turn).
Heap: none after start(), but for files that the carrier opens when the block changes.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_EMPTY, E_FULL, E_MISSING, OK
from chargecore.base.events import DROPPED_RECORD, EV_CALL_DROPPED, EV_RECORD_PARKED
from chargecore.store import records
from chargecore.store.boot_times import BootTimes
from chargecore.store.compactor import Compactor
from chargecore.store.open_session import OpenSession
from chargecore.store.parked import WHY_DROPPED, WHY_UNKNOWN, Parked
from chargecore.store.progress import Progress
from chargecore.store.records import Record
from chargecore.store.room import Room
from chargecore.store.sample_list import SampleList
from chargecore.store.sessions import SLOTS, TX_ID_NONE, Sessions
from chargecore.wire.retry import Retry

_FEW = const(4)  # messages that nobody has to wait long for


class Outbox:
    """One record is loaded at a time: `record`, with kind, seq, tx, transaction_id and wall_s.

    Full: samples are thinned first (Compactor), then starts and samples are refused (E_FULL,
    counted in `refused_records`); stops, and the end value before them, keep their reserve.
    """

    def __init__(self, journal, clock, events, config):
        self._journal = journal
        self._clock = clock
        self._events = events
        self._config = config
        self.sessions = Sessions()
        self.parked_list = Parked(journal)  # of the newest messages given up
        self.compactor = Compactor(journal, self.sessions, self.parked_list, events)
        self._boots = BootTimes()
        self._room = Room(journal, self.compactor, events)
        self._progress = Progress(journal, self._room, self._boots, clock)
        self._retry = Retry(config)
        self._samples = SampleList(journal)
        self.open = OpenSession(journal, self._boots)  # filled by load_open()
        self.record = Record()  # the loaded one
        self.sample = Record()  # loaded by load_sample()
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
        self.refused_records = 0
        self._owed = 0  # messages owed, the ones thinned out included
        self._cursor_seq = 1  # where the next message is searched
        self._is_loaded = False
        self._next_tx = 1

    @property
    def pending(self):
        """Return how many messages are owed."""
        return self._owed - self.compactor.thinned_owed

    @property
    def parked(self):
        """Return how many messages were ever given up after all attempts."""
        return self.parked_list.count

    # ---- start ----

    def start(self):
        """Mount the journal and find out what is owed. Return how many messages are."""
        journal = self._journal
        scan = self._scan
        journal.mount()
        self._progress.load()
        seq = journal.read_from(1, scan)
        while seq >= 0:
            self._note_scanned(scan, seq)
            seq = journal.read_from(seq + 1, scan)
        self._cursor_seq = self._progress.done_seq + 1
        self._boots.begin(self._clock.boot_number)
        self._next_tx = self.sessions.highest_tx + 1
        if journal.newer:
            # No transaction has a higher number than its start record: none of those left alone.
            self._next_tx = max(self._next_tx, journal.next_seq)
        self.load_next()  # it may have been sent before: from now on it is not thinned
        self._is_loaded = False
        return self.pending

    def _note_scanned(self, record, seq):
        kind = record.u8(records.OFF_KIND)
        is_done = self._progress.is_done(seq, self._journal.found_layout)
        self.sessions.note(record, seq, is_done)
        self._boots.see(record)
        if kind == records.REC_BOOT_TIME:
            self._boots.learn(
                record.u16(records.BOOT_TIME_BOOT), record.i32(records.BOOT_TIME_OFFSET_S)
            )
        elif kind == records.REC_PARKED:
            self.parked_list.note(record, seq)
        elif record.i32(records.OFF_WALL_S) == WALL_UNKNOWN:
            self._progress.has_untimed = True
        if is_done:
            if not self._owed:
                self._progress.advance(seq)
        elif _is_message(record):
            self._owed += 1

    # ---- station ----

    def next_tx_number(self):  # HOT
        """Return a local transaction number that was never used."""
        number = self._next_tx
        self._next_tx = number + 1
        return number

    def append(self, record_buf):  # HOT
        """Keep a record. Return its number, durable then. Errors: E_FULL, E_IO: not kept."""
        progress = self._progress
        progress.note_time()
        incoming = self._incoming
        incoming.buf = record_buf
        wanted = 1 if _may_use_reserve(incoming) else 1 + self._room.reserve
        if not self._room.make(wanted, progress.done_seq):
            self.refused_records += 1
            return E_FULL
        progress.stamp(incoming)
        seq = self._journal.append(record_buf)
        if seq < 0:
            return seq
        progress.stamped(incoming)
        self.sessions.note(incoming, seq, False)
        self._boots.see(incoming)
        if incoming.i32(records.OFF_WALL_S) == WALL_UNKNOWN:
            progress.has_untimed = True
        if _is_message(incoming):
            self._owed += 1
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

    def tidy(self):  # HOT
        """Give back a block that is done with. To be called while no session runs: it erases."""
        self._room.tidy(self._progress.done_seq)

    # ---- adapter: the next message ----

    def has_next(self, now_ms):  # HOT
        """Return True when a message is owed and may be sent now."""
        self._progress.note_time()
        return self.pending > 0 and self._retry.is_due(now_ms)

    def load_next(self):  # HOT
        """Load the oldest message owed. Return OK or E_EMPTY. Repeats until it is finished."""
        record = self.record
        seq = self._journal.read_from(self._cursor_seq, record)
        while seq >= 0 and not self._is_owed(record, seq):
            seq = self._journal.read_from(seq + 1, record)
        if seq < 0:
            self._owed = self.compactor.thinned_owed
            return E_EMPTY
        if seq != self.seq:
            self._retry.clear()
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

    def _is_owed(self, record, seq):  # HOT
        is_done = self._progress.is_done(seq, self._journal.found_layout)
        if _is_message(record) and not is_done:
            return True
        self.sessions.pass_over(record, seq)
        return False

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
        c = self.connector
        self.sessions.started(c, tx, self.seq)
        self.sessions.answered(c, tx, transaction_id, True)
        return self._progress.keep_tx_id(c, tx, self.seq, transaction_id)

    def accepted(self):  # HOT
        """The server has processed the loaded message."""
        if not self._is_loaded:
            return
        self._finish()
        self._progress.delivered(self.connector, self.tx, self.kind == records.REC_METER)

    def refused(self, now_ms, why=WHY_UNKNOWN):  # HOT
        """The server failed to process the message, or let it time out on a live connection.

        why: store.parked.WHY_*, for the report when this was the last attempt.
        """
        if not self._is_loaded:
            return
        self._is_loaded = False
        if not self._retry.refused(now_ms):
            self._park(why)

    def lost(self):  # HOT
        """The connection died before an answer: no attempt is used up (T4)."""
        self._is_loaded = False

    def dropped(self):  # HOT
        """The server closed the connection on the message, though it answers others.

        It uses up no attempt; but a server that does so again and again would block all that
        follows for ever, without a word. See Retry.dropped().
        """
        if not self._is_loaded:
            return
        self._is_loaded = False
        if not self._retry.dropped():
            self._events.add(EV_CALL_DROPPED, self._retry.drops, DROPPED_RECORD)
            self._park(WHY_DROPPED)

    def is_stop_next(self, connector_id, now_ms):  # HOT
        """Return True when a stop of that connector is owed and leaves within a few messages."""
        c = connector_id & 15
        sessions = self.sessions
        if not sessions.sent_tx[c] or sessions.open_tx[c] == sessions.sent_tx[c]:
            return False
        return self.pending <= _FEW and self.has_next(now_ms)

    def _park(self, why):  # HOT
        """Give the message up, report it, and go on with the next one."""
        retry = self._retry
        attempts = retry.attempts + retry.drops
        self._events.add(EV_RECORD_PARKED, self.seq, attempts)
        self._finish()
        self._progress.keep_parked(self.parked_list, self.record, attempts, why)

    def _finish(self):  # HOT
        """The loaded message is off the queue."""
        sessions = self.sessions
        if self.kind == records.REC_START:
            sessions.started(self.connector, self.tx, self.seq)
        elif self.kind == records.REC_STOP:
            sessions.stopped(self.connector)
        self._progress.done_seq = self.seq
        self._cursor_seq = self.seq + 1
        self._is_loaded = False
        self._retry.clear()
        self._owed -= 1
        self.compactor.keep_seq = -1
        self.compactor.keep_tx = 0


def _is_message(record):  # HOT
    """Return True for a record that leaves as a message of its own."""
    kind = record.u8(records.OFF_KIND)
    if kind == records.REC_METER:
        return record.u8(records.METER_FLAGS) & records.METER_FLAG_SEND != 0
    return kind == records.REC_START or kind == records.REC_STOP


def _may_use_reserve(record):  # HOT
    """Return True for what a session that runs still has to write."""
    kind = record.u8(records.OFF_KIND)
    if kind == records.REC_METER:
        return record.u8(records.METER_CONTEXT) == records.CONTEXT_TRANSACTION_END
    return kind != records.REC_START
