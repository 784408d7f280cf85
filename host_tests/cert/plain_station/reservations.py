"""Reservations: at most one per connector, kept over power cuts (OCPP 1.6 §5.13).

One for connector 0 keeps some connector free: the last one that is free counts as reserved.
"""

from cert.plain_station.timebase import instant


class Reservations:
    """Rows by connector number. An expired one is gone as soon as anybody looks."""

    def __init__(self, memory, time):
        self._memory = memory
        self._time = time
        self._rows = memory.section("reservations", {})
        self.is_last_free = lambda _connector: False

    def of(self, connector):
        """Return the reservation that keeps a connector, None when none does."""
        row = self.row(connector)
        if row is None and connector != 0 and self.row(0) is not None:
            return self.row(0) if self.is_last_free(connector) else None
        return row

    def row(self, number):
        """Return the reservation that was made for a number, None when there is none."""
        row = self._rows.get(str(number))
        if row is not None and self.is_over(row):
            self.end(number)
            return None
        return row

    def use(self, connector, tag, parent):
        """Return the reservation that a tag uses up with a start there, None for none."""
        for number in (connector, 0):
            row = self.row(number)
            if row is not None and fits(row, tag, parent):
                self.end(number)
                return row
        return None

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
            if row["reservation_id"] == reservation_id and self.row(connector) is not None:
                self.end(connector)
                return True
        return False

    def allows(self, connector, tag, parent):
        """Return whether a tag, or another one of its parent, may use a connector now."""
        row = self.of(connector)
        return row is None or fits(row, tag, parent)


def fits(row, tag, parent):
    """Return whether a reservation is for a tag, or for another one of its parent."""
    if row["id_tag"].casefold() == tag.casefold():
        return True
    wanted = row.get("parent_id_tag", "")
    return bool(wanted) and wanted.casefold() == parent.casefold()
