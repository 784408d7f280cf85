"""SecurityDesk: takes every security event, keeps it in the log, and knows what is to be told.

Called by: whoever notices something (report); ocpp16.security_events (the rest).
Never: takes a secret: the caller keeps it out of info. Never holds up the caller: flash is written
in poll(), when WritePace allows it; what has not been written is told all the same.
Equal events that come before the one before them is on flash, or is told, become one with a count;
so do events of one kind beyond _OF_A_KIND. Rejected certificates and signatures are told each by
itself, and counted in the newest only when _EACH_TOLD of a kind wait to be told. Full: the oldest
that nobody waits for goes first; `lost` counts.
Source: OCPP 1.6 security whitepaper ed.3 A04, ch. 8; W14 of the behaviour rules.
Heap: an entry, 0.5 KiB at start, and what events say, 16 at most; none for one that is counted in
another.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.base.events import EV_SECURITY
from chargecore.base.security_events import COUNT_MAX, INFO_MAX, is_each_told, is_sent
from chargecore.station.write_pace import WritePace
from chargecore.store.security_entry import SecurityEntry

_ROWS = const(16)
_OF_A_KIND = const(4)
_EACH_TOLD = const(8)
_TOLD_EVERY = const(8)  # events that may be told twice after a cut
_UNREADABLE = const(63)  # "?"
_NOTHING = const(0)  # code of an entry that only says what is told

# A row: an event that is not on flash yet.
_CODE = const(0)
_UPTIME = const(1)
_INFO = const(2)
_COUNT = const(3)
_SEQ = const(4)


class SecurityDesk:
    """`entry` holds what load_waiting() found, `wall_s` when that happened."""

    def __init__(self, log, connectors, clock, events):
        self._log = log
        self._clock = clock
        self._events = events
        self._pace = WritePace(connectors)
        self.entry = SecurityEntry()
        self._out = SecurityEntry()
        self._rows = []  # by number
        self._batch = 0  # writes left of those that WritePace counts as one
        self._untold = 0  # told events of which flash does not know it
        self.wall_s = WALL_UNKNOWN
        self.lost = 0
        log.mount()
        log.boots.begin(clock.boot_number)
        self._next_seq = log.last_seq + 1

    @property
    def log(self):
        """The SecurityLog, for whoever reads it."""
        return self._log

    @property
    def last_seq(self):
        """Number of the newest event."""
        return self._next_seq - 1

    def load_row(self, seq, entry):
        """Load the first event behind that number that is not on flash. Return False: none."""
        for row in self._rows:
            if row[_SEQ] > seq:
                self._fill(entry, row)
                return True
        return False

    def report(self, code, info=b""):
        """Take an event: SE_* of base.security_events, and up to 255 bytes about it."""
        self._events.add(EV_SECURITY, code)
        row = self._same(code, info)
        if row is not None:
            _count(row, 1)
            return
        if len(self._rows) == _ROWS:
            self._drop_one()
        row = [code, self._clock.uptime_s, _readable(info), 1, self._next_seq]
        self._rows.append(row)
        self._next_seq += 1

    def _same(self, code, info):
        """Return the row that an event can be counted in, or None."""
        if is_each_told(code):
            return self._last_of_many(code)
        of_a_kind = 0
        newest = None
        for row in self._rows:
            if row[_CODE] == code:
                of_a_kind += 1
                newest = row
                if row[_INFO] == info and (row[_SEQ] > self._log.done_seq or not is_sent(code)):
                    return row
        return newest if of_a_kind >= _OF_A_KIND else None

    def _last_of_many(self, code):
        """Return the newest row of a kind of which too many wait to be told, else None.

        What has been told but is not on flash yet is counted together, so that there is room.
        """
        rows = [row for row in self._rows if row[_CODE] == code]
        if len(rows) < _EACH_TOLD:
            return None
        if self._is_waiting(rows[0]):
            return rows[-1]
        _count(rows[1], rows[0][_COUNT])
        self._rows.remove(rows[0])
        return None

    def _drop_one(self):
        """Make room for another row."""
        self.lost += 1
        for i in range(_ROWS):
            if not self._is_waiting(self._rows[i]):
                self._rows.pop(i)
                return
        self._rows.pop(0)

    def _is_waiting(self, row):  # HOT
        return row[_SEQ] > self._log.done_seq and is_sent(row[_CODE])

    # ---- what the server is told ----

    @property
    def has_waiting(self):  # HOT
        """Whether there is something to tell."""
        if self._log.waiting:
            return True
        for row in self._rows:
            if self._is_waiting(row):
                return True
        return False

    def load_waiting(self):
        """Load the oldest event to be told into `entry`. Return False when there is none."""
        log, entry = self._log, self.entry
        if log.load_waiting(entry) != OK:
            for row in self._rows:
                if self._is_waiting(row):
                    self._fill(entry, row)
                    break
            else:
                return False
        self.wall_s = self.wall_of(entry)
        return True

    def wall_of(self, entry):
        """Return when an event happened, worked out if its boot did not know; or WALL_UNKNOWN."""
        if entry.wall_s != WALL_UNKNOWN:
            return entry.wall_s
        clock = self._clock
        if clock.offset_s != WALL_UNKNOWN:
            self._log.boots.learn(clock.boot_number, clock.offset_s)
        return self._log.boots.wall_at(entry.boot, entry.uptime_s)

    def told(self):
        """The server has heard of `entry`, or will never."""
        self._log.told(self.entry.seq)
        self._untold += 1

    # ---- flash ----

    def poll(self, now_ms):  # HOT
        """Write one entry, when it is time."""
        has_note = self._untold >= _TOLD_EVERY or (self._untold > 0 and not self.has_waiting)
        has_changed = len(self._rows) > 0 or has_note
        if self._pace.poll(has_changed, now_ms) or (self._batch and has_changed):
            self._write(now_ms)

    def flush(self):
        """Write everything, whatever runs: the station restarts."""
        while (self._rows or self._untold) and self._write_one() == OK:
            pass

    def _write(self, now_ms):
        batch = self._batch or len(self._rows) or 1
        code = self._write_one()
        if code != OK or not self._batch:
            self._pace.wrote(code == OK, now_ms)
        self._batch = batch - 1 if code == OK else 0

    def _write_one(self):
        """Write the oldest row, or what is told. Return OK or E_."""
        out = self._out
        if self._rows:
            self._fill(out, self._rows[0])
        else:
            self._fill(out, (_NOTHING, self._clock.uptime_s, b"", 0, 0))
        untold = self._untold
        code = self._log.append(out)
        if code == OK:
            self._untold -= untold
            if self._rows:
                self._rows.pop(0)
        return code

    def _fill(self, entry, row):
        """Write a row of this boot into an entry."""
        clock = self._clock
        entry.code = row[_CODE]
        entry.is_sent = is_sent(row[_CODE])
        entry.uptime_s = row[_UPTIME]
        entry.count = row[_COUNT]
        entry.seq = row[_SEQ]
        entry.boot = clock.boot_number
        entry.wall_s = clock.wall_at(clock.boot_number, row[_UPTIME])
        entry.done_seq = self._log.done_seq
        entry.write(row[_INFO])


def _count(row, more):
    row[_COUNT] = min(row[_COUNT] + more, COUNT_MAX)


def _readable(info):
    """Return it as a text that fits: what a certificate says of itself may be anything."""
    end = min(len(info), INFO_MAX)
    while 0 < end < len(info) and info[end] & 0xC0 == 0x80:
        end -= 1  # not in the middle of a character
    text = bytes(info[:end])
    try:
        text.decode()
        top = 0xFF
    except UnicodeError:
        top = 0x7F
    return bytes([byte if 0x20 <= byte <= top else _UNREADABLE for byte in text])
