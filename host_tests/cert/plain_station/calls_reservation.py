"""Reservation (OCPP 1.6 §5.4, §5.13)."""

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

_BUSY = ("Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing")


class ReservationCalls:
    """Part of Wire."""

    @on(Action.reserve_now)
    def on_reserve_now(self, connector_id, expiry_date, id_tag, reservation_id, **fields):
        row = {
            "expiry_date": expiry_date,
            "id_tag": id_tag,
            "reservation_id": reservation_id,
            **fields,
        }
        status = self.reserve_status(connector_id, row)
        if status == "Accepted":
            self.station.reservations.make(connector_id, row)
            self.then(self.station.look)
        return call_result.ReserveNow(status=status)

    def reserve_status(self, number, row):
        """Return the answer to ReserveNow."""
        connector = self.station.connector(number)
        reservations, config = self.station.reservations, self.station.config
        if not config.has_profile("Reservation") or reservations.is_over(row):
            return "Rejected"
        if number == 0 and config.flag("ReserveConnectorZeroSupported"):
            return self.zero_status(row)
        if connector is None:
            return "Rejected"
        status = connector.state().status
        if status in ("Faulted", "Unavailable"):
            return status
        present = reservations.of(number)
        is_other = present is not None and present["reservation_id"] != row["reservation_id"]
        return "Occupied" if status in _BUSY or is_other else "Accepted"

    def zero_status(self, row):
        """Return the answer to ReserveNow for connector 0."""
        station = self.station
        present = station.reservations.row(0)
        if present is not None and present["reservation_id"] != row["reservation_id"]:
            return "Occupied"
        if station.own_state().status != "Available":
            return station.own_state().status
        states = {connector.state().status for connector in station.connectors}
        if states & {"Available"} or present is not None:
            return "Accepted"
        return next((word for word in ("Faulted", "Unavailable") if states == {word}), "Occupied")

    @on(Action.cancel_reservation)
    def on_cancel_reservation(self, reservation_id):
        if not self.station.reservations.cancel(reservation_id):
            return call_result.CancelReservation(status="Rejected")
        self.then(self.station.look)
        return call_result.CancelReservation(status="Accepted")
