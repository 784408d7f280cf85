"""Reservations: at most one per connector, kept over power cuts (OCPP 1.6 §5.13)."""

from cert.plain_station.timebase import instant


class Reservations:
    """Rows by connector number. An expired one is gone as soon as anybody looks."""

    def __init__(self, memory, time):
        self._memory = memory
        self._time = time
        self._rows = memory.section("reservations", {})

    def of(self, connector):
        """Return the reservation of a connector, None when there is none."""
        row = self._rows.get(str(connector))
        if row is not None and self.is_over(row):
            self.end(connector)
            return None
        return row

    def is_over(self, row):
        """Return whether the expiry date of a reservation has come."""
        now = self._time.wall()
        return now is not None and instant(row["expiry_date"]) <= now

    def make(self, connector, row):
        """Reserve a connector; the same reservationId elsewhere moves here."""
        self.cancel(row["reservation_id"])
        self._rows[str(connector)] = row
        self._memory.save()

    def end(self, connector):
        """Forget the reservation of a connector: used, expired, or the connector is out of use."""
        if self._rows.pop(str(connector), None) is not None:
            self._memory.save()

    def cancel(self, reservation_id):
        """Forget the reservation with that id. Return whether there was one."""
        for connector, row in tuple(self._rows.items()):
            if row["reservation_id"] == reservation_id and self.of(connector) is not None:
                self.end(connector)
                return True
        return False

    def allows(self, connector, tag, parent):
        """Return whether a tag, or another one of its parent, may use a connector now."""
        row = self.of(connector)
        if row is None or row["id_tag"].casefold() == tag.casefold():
            return True
        wanted = row.get("parent_id_tag", "")
        return bool(wanted) and wanted.casefold() == parent.casefold()
