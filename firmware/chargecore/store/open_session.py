"""OpenSession: what the journal knows of a transaction that ran when the supply was cut.

Called by: Outbox at boot, for the station, which ends it with a stop record of its own.
Heap: one record, none after __init__.
"""

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.store import records
from chargecore.store.records import Record


class OpenSession:
    """Filled by load(): the start record, and from the newest one where and when it stood."""

    def __init__(self, journal, boots):
        self._journal = journal
        self._boots = boots
        self._scan = Record()
        self.start = Record()
        self.tx = 0
        self.register_wh = 0  # newest reading
        self.boot = 0  # instant of the newest record
        self.uptime_s = 0
        self.wall_s = WALL_UNKNOWN

    def load(self, tx):
        """Collect what is known of a transaction. Return False when its start is not there."""
        scan = self._scan
        is_found = False
        self.tx = tx
        seq = self._journal.read_from(1, scan)
        while seq >= 0:
            kind = scan.u8(records.OFF_KIND)
            if scan.u32(records.OFF_TX) == tx:
                if kind == records.REC_START:
                    self.start.copy_from(scan)
                    is_found = True
                if kind == records.REC_START or kind == records.REC_METER:
                    self._take(scan)
            seq = self._journal.read_from(seq + 1, scan)
        return is_found

    def _take(self, record):
        register_wh = record.u32(records.OFF_REGISTER_WH)
        if register_wh != records.REGISTER_UNKNOWN_WH:
            self.register_wh = register_wh
        self.boot = record.u16(records.OFF_BOOT)
        self.uptime_s = record.u32(records.OFF_UPTIME_S)
        self.wall_s = self._boots.wall_of(record)
