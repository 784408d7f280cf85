"""ChargingProfiles: what the installed profiles allow at an instant (OCPP 1.6 §3.13; C4 to C12).

Called by: SmartLimits (limit_ma, every pass), CompositeSchedule (limit_at).
A pure calculator: instants come in as uptime and wall seconds, limits go out in tenths of A (per
phase) or W (all phases). No clock, no meter, no pilot. Heap: four arrays, none after __init__.

Choices where the texts leave room:
- Split of ChargePointMaxProfile (C6): an equal share for each connector whose session runs; one
  that is idle counts itself in, so that a session may begin there without a step too high.
- A TxDefaultProfile of a connector hides that of connector 0 at the same stack level, also in its
  gaps; other levels stack. A transaction with a TxProfile has no TxDefaultProfile, or has it in
  the gaps of the TxProfile when falls_back is True (C5, TC_066).
- Clock not known (C14): a profile with a start or a validity counts with its lowest period, and
  those below it count as well, so that no limit is exceeded whatever the time may be.
- An Absolute profile without a start is relative to the transaction, as Relative is (§7.13).
- An idle connector answers as if a session began now, and so does a session that has had no energy
  yet: Relative counts from the moment the power path is closed (C7), see SmartLimits.
"""

from array import array

from micropython import const

from chargecore.station.profile_scan import FOREVER_S, NO_LIMIT, ProfileScan
from chargecore.station.profile_slot import NOT_GIVEN, UNIT_A

NO_LIMIT_MA = const(0x3FFFFFFF)
NOT_STARTED_S = const(-1)  # uptime of a start that is yet to come
_COUNTS_MAX = const(0x3FFFFFFF)


class ChargingProfiles:
    """What holds for each connector; `scan` has the details of the last answer of limit_at()."""

    def __init__(self, table, connector_count, phases, falls_back):
        self._table = table
        self.scan = ProfileScan(table, phases, falls_back)
        self.connector_count = connector_count
        # By connector: own number of the running transaction, 0 for none; uptime Relative counts
        # from, or NOT_STARTED_S.
        self._tx = array("i", [0] * (connector_count + 1))
        self._started_s = array("i", self._tx)
        # By connector: last answer of limit_ma(), and the uptime until which it holds.
        self._limits_ma = array("i", self._tx)
        self._until_s = array("i", self._tx)
        self.sessions = 0  # connectors whose session runs
        self._changes = 0  # sessions that began or ended, wraps
        self._seen_revision = -1  # what the answers were made of
        self._seen_offset_s = NOT_GIVEN

    # ---- sessions ----

    def begin_session(self, connector_id, tx, up_s):  # HOT
        """Take the start of a transaction: its own number, and the uptime Relative counts from.

        For the same transaction again it moves the start, which may be NOT_STARTED_S at first.
        """
        if not self._tx[connector_id]:
            self.sessions += 1
        self._tx[connector_id] = tx
        self._started_s[connector_id] = up_s
        self._table.bind(connector_id, tx)
        self._changes = (self._changes + 1) & _COUNTS_MAX

    def end_session(self, connector_id):  # HOT
        """Take its end; TxProfiles go with it (C13)."""
        if self._tx[connector_id]:
            self.sessions -= 1
        self._tx[connector_id] = 0
        self._table.end_transaction(connector_id)
        self._changes = (self._changes + 1) & _COUNTS_MAX

    def running(self, connector_id):  # HOT
        """Return the own number of the transaction on a connector, 0 while there is none."""
        return self._tx[connector_id]

    def has_started(self, connector_id):  # HOT
        """Return True when the start of the transaction on a connector is known."""
        return self._started_s[connector_id] != NOT_STARTED_S

    def sharers(self, connector_id):  # HOT
        """Return how many share what the whole station may draw, in the eyes of a connector."""
        if not connector_id:
            return 1
        return self.sessions if self._tx[connector_id] else self.sessions + 1

    def set_falls_back(self, falls_back):  # HOT
        """Choose whether a TxDefaultProfile fills the gaps of a TxProfile (TC_066)."""
        self.scan.falls_back = falls_back
        self._changes = (self._changes + 1) & _COUNTS_MAX

    @property
    def revision(self):  # HOT
        """A number that differs when profiles or sessions have changed."""
        return (self._table.revision + self._changes) & _COUNTS_MAX

    # ---- the limit in force ----

    def limit_ma(self, connector_id, up_s, wall_s):  # HOT
        """Return what the profiles allow a connector now, per phase; NO_LIMIT_MA if none applies.

        Cheap until something changes. wall_s: negative while unknown. Hardware and site have
        limits of their own: the least counts.
        """
        self._drop_old_answers(up_s, wall_s)
        if up_s >= self._until_s[connector_id]:
            limit = self.limit_at(connector_id, UNIT_A, up_s, wall_s, 0)
            self._limits_ma[connector_id] = NO_LIMIT_MA if limit == NO_LIMIT else limit * 100
            self._until_s[connector_id] = up_s + min(self.scan.hold_s, FOREVER_S - up_s)
        return self._limits_ma[connector_id]

    def _drop_old_answers(self, up_s, wall_s):  # HOT
        """Forget the answers when profiles, sessions or the clock have changed.

        Seconds of wall and uptime do not tick together: their difference may jump by one.
        """
        offset_s = NOT_GIVEN if wall_s < 0 else wall_s - up_s
        is_same_time = offset_s == self._seen_offset_s
        if offset_s != NOT_GIVEN and self._seen_offset_s != NOT_GIVEN:
            is_same_time = -1 <= offset_s - self._seen_offset_s <= 1
        revision = self.revision
        if is_same_time and revision == self._seen_revision:
            return
        self._seen_revision = revision
        self._seen_offset_s = offset_s
        for i in range(self.connector_count + 1):
            self._until_s[i] = 0

    # ---- any instant ----

    def limit_at(self, connector_id, unit, up_s, wall_s, idle_s):  # HOT
        """Return the limit of a connector in tenths of unit, NO_LIMIT if no profile applies.

        idle_s: how long a session that begins now would have run by then.
        Connector 0: the whole station, by ChargePointMaxProfile only.
        """
        tx = self._tx[connector_id]
        age_s = idle_s
        if tx and self._started_s[connector_id] != NOT_STARTED_S:
            age_s = up_s - self._started_s[connector_id]
        sharers = self.sharers(connector_id)
        return self.scan.limit(connector_id, tx, age_s, sharers, unit, wall_s)
