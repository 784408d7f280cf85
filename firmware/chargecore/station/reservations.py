"""Reservations: which connectors are kept, for whom, and what that means for a card.

Called by: the protocol adapter (reserve, cancel), Station (step), Connector and SwipeDesk (what a
tag may do). A reservation is for one connector, or for connectorId 0: then as many connectors as
there are such reservations stay free, and once no more than that are left they are Reserved (V2).
It ends when a transaction uses it, at its expiry, by cancel(), or with a connector that is out of
order (V5 to V7). None holds back a driver who was accepted before it was made.

Nothing is Accepted that a power cut could take back. What ends by itself is written when no
contactor is closed; until then a cut brings back what step() ends again.
While the wall time is unknown none can be made, and one that was kept lasts, from the boot on, as
long as it was made for. Source: OCPP 1.6 §5.13; V1 to V8 of the behaviour rules.
Heap: the table and two tags at start; opening a file when it writes.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.base.events import EV_RESERVATION_OVER, EV_RESERVATIONS_OLD, EV_RESERVED
from chargecore.station.id_tag import IdTag
from chargecore.station.image_keeper import ImageKeeper
from chargecore.station.reservation_table import NO_SLOT, ReservationTable
from chargecore.station.statuses import AVAILABLE, FAULTED, RESERVED, UNAVAILABLE

RESERVE_ACCEPTED = const(0)
RESERVE_FAULTED = const(1)
RESERVE_OCCUPIED = const(2)
RESERVE_REJECTED = const(3)
RESERVE_UNAVAILABLE = const(4)

OVER_USED = const(1)  # why it ended, in EV_RESERVATION_OVER
OVER_EXPIRED = const(2)
OVER_CANCELLED = const(3)
OVER_OUT_OF_ORDER = const(4)

# How much a connector is meant by a tag; a cable in it counts as well.
_PLUGGED = const(2)
_MAY_BE_KEPT = const(3)  # for the tag's family, which only the server can tell
_OPEN = const(4)
_KEPT = const(10)


class Reservations:
    """Of one station. `parent` is that of the tag looked up last, empty while unknown."""

    def __init__(self, station, authorizer, storage, config, clock, events):
        """Take over what was kept. storage: VersionPair."""
        self._station = station
        self._connectors = station.connectors
        self._authorizer = authorizer
        self._config = config
        self._clock = clock
        self._events = events
        self.table = ReservationTable(len(station.connectors))
        self._keeper = ImageKeeper(
            self.table, storage, station.connectors, events, EV_RESERVATIONS_OLD
        )
        self.parent = IdTag()
        self._show()

    # ---- commands ----

    def reserve(self, connector_id, reservation_id, tag, parent, expiry_s):
        """Keep a connector for a tag, or for its family. Return RESERVE_*.

        A known reservation_id is moved and changed, or stays as it was (V1).
        """
        wall_s = self._clock.wall_s()
        if wall_s == WALL_UNKNOWN or expiry_s <= wall_s or not tag.length:  # V8
            return RESERVE_REJECTED
        if not 0 <= connector_id <= len(self._connectors):
            return RESERVE_REJECTED
        if connector_id == 0 and not self._config.reserve_connector_zero:
            return RESERVE_REJECTED
        table = self.table
        at = table.find(reservation_id)
        verdict = self._verdict(connector_id, at)
        if verdict != RESERVE_ACCEPTED:
            return verdict
        lasts_s = expiry_s - wall_s
        at = table.put(at, connector_id, reservation_id, tag, parent, expiry_s, lasts_s)
        if at < 0:
            return RESERVE_OCCUPIED
        if self._keeper.flush() != OK:
            table.undo()
            return RESERVE_REJECTED
        self._events.add(EV_RESERVED, connector_id, reservation_id)
        self._show()
        return RESERVE_ACCEPTED

    def cancel(self, reservation_id):
        """End a reservation. Return False when there is none, or when flash keeps it (V7)."""
        at = self.table.find(reservation_id)
        if at < 0:
            return False
        connector_id = self.table.connector_at(at)
        self.table.remove(at)
        if self._keeper.flush() != OK:
            self.table.undo()
            return False
        self._events.add(EV_RESERVATION_OVER, connector_id, OVER_CANCELLED)
        self._show()
        return True

    def use(self, reservation_id):
        """A start record with that id is on flash: the reservation is over (V5)."""
        at = self.table.find(reservation_id)
        if at >= 0:
            self._end(at, OVER_USED)
            self._keeper.flush()
            self._show()

    # ---- once per pass ----

    def step(self, now_ms):  # HOT
        """End what is over, tell the connectors, write what has changed."""
        table = self.table
        if table.count:
            at = table.next(0)
            while at >= 0:
                if self._is_expired(at):
                    self._end(at, OVER_EXPIRED)
                elif self._is_out_of_order(table.connector_at(at)):
                    self._end(at, OVER_OUT_OF_ORDER)
                at = table.after(at)
            self._show()
            for connector in self._connectors:
                if connector.status.status == RESERVED and not connector.is_reserved:
                    connector.status.update(now_ms)
        self._keeper.step(now_ms)

    def flush(self):
        """Write what has changed: the station restarts. Return OK or E_IO."""
        return self._keeper.flush()

    def _is_expired(self, at):  # HOT
        wall_s = self._clock.wall_s()
        if wall_s == WALL_UNKNOWN:
            return self._clock.uptime_s >= self.table.duration_s(at)
        return wall_s >= self.table.expiry_s(at)

    def _is_out_of_order(self, connector_id):  # HOT
        """Return True when what is kept has become Faulted or Unavailable (V6)."""
        if connector_id == 0:
            status = self._station.status_log.status
        else:
            status = self._connectors[connector_id - 1].status.status
        return status == FAULTED or status == UNAVAILABLE

    def _end(self, at, why):  # HOT
        self._events.add(EV_RESERVATION_OVER, self.table.connector_at(at), why)
        self.table.remove(at)

    def _show(self):  # HOT
        """Tell every connector whether it is kept, as far as its status goes."""
        wanted = self._wanted(NO_SLOT)
        is_short = wanted != 0 and self._free(NO_SLOT) <= wanted
        for connector in self._connectors:
            is_own = self._own(connector.connector_id, NO_SLOT) >= 0
            connector.is_reserved = is_own or (is_short and self._is_free(connector, NO_SLOT))

    # ---- what a tag may do ----

    def allows(self, connector, tag, parent):  # HOT
        """Return True when a tag may start a session on a connector that is free to start (V3)."""
        own_at = self._own(connector.connector_id, NO_SLOT)
        if own_at >= 0:
            return self.table.fits(own_at, tag, parent)
        wanted = self._wanted(NO_SLOT)
        if not wanted or self._find(connector.connector_id, tag, parent) >= 0:
            return True
        if connector.is_reserved:
            return False
        left = 0
        for other in self._connectors:
            if other.can_start() and self._own(other.connector_id, NO_SLOT) < 0:
                left += 1
        return left > wanted

    def id_for(self, connector_id, tag, parent):  # HOT
        """Return the reservationId that a session of that tag uses there, or None."""
        at = self._find(connector_id, tag, parent)
        return self.table.id_at(at) if at >= 0 else None

    def choose(self, hint, tag, parent):  # HOT
        """Return the connector a start with that tag is meant for, or None.

        What is kept for the tag comes first; then what is plugged and free, what is plugged and
        may be kept for its family, and the same two without a cable. parent: None while nobody
        has asked the server for it.
        """
        is_known = parent is not None
        if not is_known:
            parent = self.look_up(tag)
        found = None
        best = 0
        for connector in self._connectors:
            if hint and connector.connector_id != hint:
                continue
            rank = self._rank(connector, tag, parent, is_known)
            if rank and connector.controller.is_plugged:
                rank += _PLUGGED
            if rank > best:
                best = rank
                found = connector
        return found

    def look_up(self, tag):  # HOT
        """Return the parent of a tag as far as the station knows it, as an IdTag."""
        self._authorizer.parent_into(tag, self.parent)
        return self.parent

    def _rank(self, connector, tag, parent, is_known):  # HOT
        if not connector.can_start():
            return 0
        own_at = self._own(connector.connector_id, NO_SLOT)
        if self.allows(connector, tag, parent):
            return _OPEN if own_at < 0 else _KEPT
        if is_known or parent.length:
            return 0
        if own_at >= 0:
            return _MAY_BE_KEPT if self.table.has_parent(own_at) else 0
        return _MAY_BE_KEPT if self._is_any_for_family() else 0

    def _is_any_for_family(self):  # HOT
        """Return True when a reservation for connectorId 0 has a parent."""
        table = self.table
        at = table.next(0)
        while at >= 0 and (table.connector_at(at) or not table.has_parent(at)):
            at = table.after(at)
        return at >= 0

    def _find(self, connector_id, tag, parent):  # HOT
        """Return the slot that a tag uses on a connector: its own one before any for 0."""
        table = self.table
        found = NO_SLOT
        at = table.next(0)
        while at >= 0:
            kept = table.connector_at(at)
            if (kept == 0 or kept == connector_id) and table.fits(at, tag, parent):
                if kept:
                    return at
                if found < 0:
                    found = at
            at = table.after(at)
        return found

    # ---- what is free ----

    def _verdict(self, connector_id, except_at):  # HOT
        """Return RESERVE_* for a new reservation; the one at except_at makes room for it (V1)."""
        if connector_id:
            down = self._down(self._connectors[connector_id - 1])
            is_free = self._is_free(self._connectors[connector_id - 1], except_at)
        else:
            down = self._all_down()
            is_free = True
        if down:
            return down
        if is_free and self._free(except_at) > self._wanted(except_at):
            return RESERVE_ACCEPTED
        return RESERVE_OCCUPIED

    def _down(self, connector):  # HOT
        """Return RESERVE_FAULTED, RESERVE_UNAVAILABLE or 0."""
        if connector.controller.fault or connector.status.status == FAULTED:
            return RESERVE_FAULTED
        return 0 if connector.operative else RESERVE_UNAVAILABLE

    def _all_down(self):  # HOT
        """Return what connectorId 0 is, else what all connectors are; 0 while one is in order."""
        status = self._station.status_log.status
        if status == FAULTED:
            return RESERVE_FAULTED
        if status == UNAVAILABLE or not self._station.operative:
            return RESERVE_UNAVAILABLE
        result = RESERVE_FAULTED
        for connector in self._connectors:
            down = self._down(connector)
            if not down:
                return 0
            if down == RESERVE_UNAVAILABLE:
                result = down
        return result

    def _is_free(self, connector, except_at):  # HOT
        """Return True for a connector that is nobody's; a cable is none in a Reserved one (V4)."""
        status = connector.status.status
        if status != RESERVED and (status != AVAILABLE or connector.controller.is_plugged):
            return False
        return connector.can_start() and self._own(connector.connector_id, except_at) < 0

    def _free(self, except_at):  # HOT
        """Return how many connectors are nobody's."""
        count = 0
        for connector in self._connectors:
            if self._is_free(connector, except_at):
                count += 1
        return count

    def _own(self, connector_id, except_at):  # HOT
        """Return the slot of the reservation for that connector, or NO_SLOT."""
        table = self.table
        at = table.next(0)
        while at >= 0 and (at == except_at or table.connector_at(at) != connector_id):
            at = table.after(at)
        return at

    def _wanted(self, except_at):  # HOT
        """Return how many connectors are to be kept for connectorId 0.

        One whose driver is accepted already, and has only to plug in, is kept by that.
        """
        table = self.table
        count = 0
        at = table.next(0)
        while at >= 0:
            if at != except_at and table.connector_at(at) == 0 and not self._is_at_hand(at):
                count += 1
            at = table.after(at)
        return count

    def _is_at_hand(self, at):  # HOT
        for connector in self._connectors:
            pending = connector.pending
            if pending.length:
                used_at = self._find(connector.connector_id, pending, connector.pending_parent)
                if used_at == at:
                    return True
        return False
