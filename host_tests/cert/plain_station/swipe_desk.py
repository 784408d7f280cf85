"""SwipeDesk: what a card at the reader means: stop, cancel, free the cable, or start.

Source: OCPP 1.6 §4.1, §4.2, errata 3.5.
"""

from cert.plain_station.connector import Permit


class SwipeDesk:
    """One reader for all connectors."""

    def __init__(self, connectors, config, authorizer, reservations):
        self._connectors = connectors
        self._config = config
        self._authorizer = authorizer
        self._reservations = reservations

    async def take(self, tag, number=0):
        """Act on a card; number: the connector that it was shown at, 0 for no certain one."""
        here = [row for row in self._connectors if number in (0, row.number)]
        for connector in here:
            if self._is_own(connector, tag):
                return
        connector = self._free_one(here, tag)
        if connector is not None:
            await self._start(connector, tag)
        else:
            await self._act_as_parent(here, tag)

    def _is_own(self, connector, tag):
        """Do what the same tag does the second time. Return whether it did anything."""
        transaction, permit = connector.transaction, connector.permit
        holder = connector.lock_holder
        if transaction is not None and is_same(transaction.tag, tag):
            connector.stop("Local", tag)
        elif permit is not None and is_same(permit.tag, tag):
            connector.drop_permit()
        elif holder is not None and is_same(holder.tag, tag):
            connector.free_cable()
        else:
            return False
        return True

    def _free_one(self, here, tag):
        """Return the connector that a tag would start: a plugged one first."""
        free = [row for row in here if row.can_start]
        parent = self._authorizer.known_parent(tag)
        allowed = [row for row in free if self.could_use(row.number, tag, parent)]
        plugged = [row for row in allowed if row.outlet.is_plugged]
        return next(iter(plugged or allowed), None)

    def could_use(self, number, tag, parent):
        """Return whether a tag may use a connector, or whether only the server knows."""
        row = self._reservations.of(number)
        is_open = row is not None and "parent_id_tag" in row and not parent
        return is_open or self._reservations.allows(number, tag, parent)

    async def _start(self, connector, tag):
        row = self._reservations.of(connector.number)
        is_foreign = row is not None and not is_same(row["id_tag"], tag)
        verdict = await self._authorizer.decide(tag)
        if not verdict.is_accepted or not connector.can_start:
            return
        if is_foreign and not self._reservations.allows(connector.number, tag, verdict.parent):
            return
        connector.authorize(Permit(tag, verdict.parent))

    async def _act_as_parent(self, here, tag):
        """Ask about a foreign tag only where a transaction has a parent to compare with."""
        running = [row for row in here if row.transaction is not None and row.transaction.parent]
        held = [row for row in here if row.lock_holder is not None and row.lock_holder.parent]
        if not running and not held:
            return
        verdict = await self._authorizer.decide(tag)
        if not verdict.is_accepted or not verdict.parent:
            return
        for connector in running:
            if connector.transaction is not None and is_same(
                connector.transaction.parent, verdict.parent
            ):
                connector.stop("Local", tag)
                return
        for connector in held:
            if is_same(connector.lock_holder.parent, verdict.parent):
                connector.free_cable()
                return


def is_same(one, other):
    """Return whether two idTags are the same: they are compared without case."""
    return one.casefold() == other.casefold()
