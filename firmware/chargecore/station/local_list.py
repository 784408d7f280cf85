"""LocalList: the local authorization list: what it says of a card, and where the server differs.

Called by: Authorizer (status, parent_into, compare), the protocol adapter (update, step).
Never: changes because of an answer to one card; only an update does that (A10 of the rules).
While LocalAuthListEnabled is false the list is kept, can be neither changed nor used, and cards on
it are treated like any other.

A conflict: the answer to StartTransaction refuses a card that the list holds as valid, or accepts
one that the list refuses. ConcurrentTx is no matter of the list, nor is a date that has passed. It
is told as a warning with connectorId 0, which stands until the next update is in force, the list
is switched off, or the station restarts.
Source: OCPP 1.6 §3.5.2, §3.5.3; A1, A9, A10. Heap: none after __init__, but for an update.
"""

from micropython import const

from chargecore.base.codes import E_IO, OK
from chargecore.base.events import EV_FLASH_ERROR, EV_LIST_CONFLICT, EV_LIST_UPDATED
from chargecore.safety.faults import FAULT_LOCAL_LIST, FAULT_NONE
from chargecore.station.auth_cache import (
    NO_EXPIRY,
    TAG_ACCEPTED,
    TAG_CONCURRENT_TX,
    TAG_EXPIRED,
    TAG_UNKNOWN,
)
from chargecore.store.list_file import PARENT, PARENT_LEN, STATUS, get_expiry

VERSION_OFF = const(-1)  # what GetLocalListVersion says of a list that is not used


class LocalList:
    """`update` changes the list; it is under way while update.is_running."""

    def __init__(self, file, update, station, config, clock, events):
        self._file = file
        self.update = update
        self._station = station
        self._config = config
        self._clock = clock
        self._events = events

    @property
    def version(self):  # HOT
        """Version of the list, 0 when it is empty, VERSION_OFF when it is switched off."""
        return self._file.version if self._config.local_auth_list_enabled else VERSION_OFF

    # ---- questions ----

    def status(self, tag):  # HOT
        """Return TAG_* of an IdTag at this moment, TAG_UNKNOWN when it is not listed.

        While the wall time is unknown a card with an expiry date counts as expired, as in the
        cache.
        """
        if not self._find(tag):
            return TAG_UNKNOWN
        record = self._file.record_buf
        expiry_s = get_expiry(record)
        if record[STATUS] == TAG_ACCEPTED and expiry_s != NO_EXPIRY:
            wall_s = self._clock.wall_s()
            if wall_s < 0 or wall_s >= expiry_s:
                return TAG_EXPIRED
        return record[STATUS]

    def parent_into(self, tag, parent):  # HOT
        """Copy the parent of a listed IdTag into parent. Return False when it is not listed."""
        if not self._find(tag):
            return False
        record = self._file.record_buf
        parent.set(record, PARENT, record[PARENT_LEN])
        return True

    def compare(self, tag, status):  # HOT
        """Note when the answer to StartTransaction, TAG_*, contradicts the list."""
        if status == TAG_CONCURRENT_TX:
            return
        listed = self.status(tag)
        if listed == TAG_UNKNOWN:
            return
        if status == TAG_ACCEPTED:
            listed = self._file.record_buf[STATUS]  # without its date
        if (status == TAG_ACCEPTED) != (listed == TAG_ACCEPTED):
            self._events.add(EV_LIST_CONFLICT, listed, status)
            self._station.warning = FAULT_LOCAL_LIST

    def _find(self, tag):  # HOT
        if not self._config.local_auth_list_enabled or not tag.length:
            return False
        code = self._file.find(tag)
        if code == E_IO:
            self._events.add(EV_FLASH_ERROR, self._file.errno)
        return code == OK

    # ---- once per pass ----

    def step(self):  # HOT
        """Go on with an update. Return E_BUSY, OK: the new list is in force, E_FULL or E_IO."""
        code = self.update.step()
        if code == OK:
            self._events.add(EV_LIST_UPDATED, self._file.version, self._file.count)
            self._station.warning = FAULT_NONE
        elif code == E_IO:
            self._events.add(EV_FLASH_ERROR, self.update.errno)
        return code

    def watch(self):  # HOT
        """See whether the list was switched off: then it contradicts nobody."""
        if not self._config.local_auth_list_enabled:
            self._station.warning = FAULT_NONE
