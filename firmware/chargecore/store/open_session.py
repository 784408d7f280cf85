"""OpenSession: what the journal knows of a transaction that ran when the supply was cut.

Called by: Outbox at boot, for the station, which ends it with a stop record of its own.
Heap: two records, none after __init__.
"""

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.store import records
from chargecore.store.records import Record


class OpenSession:
    """Filled by load(): the start record, the newest register, and the last instant known.

    The instant is that of the newest record of the same boot, whatever it is about: it proves that
    the station was alive then. Boot number and uptime say when it was if wall_s is not known.
    """

    def __init__(self, journal, boots):
        self._journal = journal
        self._boots = boots
        self._scan = Record()
        self.start = Record()
        self.tx = 0
        self.register_wh = 0  # highest reading of the session
        self.has_end = False  # its end value is recorded, only the stop is missing
        self.boot = 0
        self.uptime_s = 0
        self.wall_s = WALL_UNKNOWN
        self._own_wall_s = WALL_UNKNOWN  # newest wall time of a record of the session

    def load(self, tx):  # HOT
        """Collect what is known of a transaction. Return False when its start is not there."""
        scan = self._scan
        is_found = False
        self.tx = tx
        self.has_end = False
        self._own_wall_s = WALL_UNKNOWN
        seq = self._journal.read_from(1, scan)
        while seq >= 0:
            kind = scan.u8(records.OFF_KIND)
            is_own = scan.u32(records.OFF_TX) == tx
            if is_own and kind == records.REC_START:
                self.start.copy_from(scan)
                self.register_wh = scan.u32(records.OFF_REGISTER_WH)
                self._take_instant(scan)
                is_found = True
            elif is_found:
                self._take(scan, is_own and kind == records.REC_METER)
            if is_own and is_found:
                self._own_wall_s = max(self._own_wall_s, self._boots.wall_of(scan))
            seq = self._journal.read_from(seq + 1, scan)
        # A sample carries the instant of its grid, and clocks are set: never end before a sample.
        if self.wall_s != WALL_UNKNOWN and self.wall_s < self._own_wall_s:
            self.wall_s = self._own_wall_s
        return is_found

    def _take(self, record, is_sample):  # HOT
        if is_sample:
            self._take_sample(record)
        elif record.u16(records.OFF_BOOT) == self.boot:
            if record.u32(records.OFF_UPTIME_S) > self.uptime_s:
                self._take_instant(record)

    def _take_sample(self, record):  # HOT
        register_wh = record.u32(records.OFF_REGISTER_WH)
        if register_wh != records.REGISTER_UNKNOWN_WH and register_wh > self.register_wh:
            self.register_wh = register_wh
        if record.u8(records.METER_CONTEXT) == records.CONTEXT_TRANSACTION_END:
            self.has_end = True
        is_same_boot = record.u16(records.OFF_BOOT) == self.boot
        if not is_same_boot or record.u32(records.OFF_UPTIME_S) > self.uptime_s:
            self._take_instant(record)

    def _take_instant(self, record):  # HOT
        self.boot = record.u16(records.OFF_BOOT)
        self.uptime_s = record.u32(records.OFF_UPTIME_S)
        self.wall_s = record.i32(records.OFF_WALL_S)
        if self.wall_s == WALL_UNKNOWN and self._boots.knows(self.boot):
            self.wall_s = self._boots.wall_at(self.boot, self.uptime_s)
