"""RemoteDesk: starts and stops that the server asks for."""

from cert.plain_station.connector import Permit


class RemoteDesk:
    """Chooses the connector, asks for the tag where AuthorizeRemoteTxRequests wants it."""

    def __init__(self, station):
        self._station = station

    def connector_for(self, number, tag):
        """Return the connector of a remote start, None when none can take it."""
        rows = [row for row in self._station.connectors if number in (None, row.number)]
        parent = self._station.authorizer.known_parent(tag)
        desk = self._station.desk
        free = [row for row in rows if row.can_start and desk.could_use(row.number, tag, parent)]
        plugged = [row for row in free if row.outlet.is_plugged]
        return next(iter(plugged or free), None)

    def is_right_profile(self, connector, profile):
        """Return whether a profile can come with a remote start."""
        if connector is None or profile["charging_profile_purpose"] != "TxProfile":
            return False
        is_free = "transaction_id" not in profile
        return is_free and not self._station.profiles.fault_of(connector.number, profile)

    async def start(self, connector, tag, profile):
        """Authorise and let the connector wait for its cable."""
        station = self._station
        parent = station.authorizer.known_parent(tag)
        needs_parent = not station.reservations.allows(connector.number, tag, parent)
        if needs_parent or station.config.flag("AuthorizeRemoteTxRequests"):
            verdict = await station.authorizer.decide(tag)
            if not verdict.is_accepted:
                return
            parent = verdict.parent
        is_allowed = station.reservations.allows(connector.number, tag, parent)
        if is_allowed and connector.can_start:
            connector.authorize(Permit(tag, parent, profile))
            station.look()

    def running(self, transaction_id):
        """Return the connector that runs a transaction, None when none does."""
        for connector in self._station.connectors:
            transaction = connector.transaction
            if transaction is not None:
                if self._station.outbox.id_of(transaction.number) == transaction_id:
                    return connector
        return None

    def stop(self, connector):
        """End the transaction of a connector."""
        if connector.transaction is not None:
            connector.stop("Remote")
        self._station.look()
