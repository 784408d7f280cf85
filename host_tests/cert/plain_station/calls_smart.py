"""Smart charging (OCPP 1.6 §5.5, §5.7, §5.16)."""

from decimal import Decimal

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from cert.plain_station.timebase import iso


class SmartCalls:
    """Part of Wire."""

    @on(Action.set_charging_profile)
    def on_set_charging_profile(self, connector_id, cs_charging_profiles):
        station, profile = self.station, plain(cs_charging_profiles)
        if connector_id != 0 and station.connector(connector_id) is None:
            raise PropertyConstraintViolationError(details={"cause": "connectorId: unknown"})
        is_right = not station.profiles.fault_of(connector_id, profile)
        if profile["charging_profile_purpose"] == "TxProfile" and is_right:
            is_right = self.fits_transaction(connector_id, profile)
        if not is_right:
            return call_result.SetChargingProfile(status="Rejected")
        station.profiles.put(connector_id, profile)
        self.then(station.look)
        return call_result.SetChargingProfile(status="Accepted")

    def fits_transaction(self, number, profile):
        """Return whether a TxProfile belongs to what runs on a connector."""
        transaction = self.station.connector(number).transaction
        if transaction is None:
            return False
        running = self.station.outbox.id_of(transaction.number)
        return profile.get("transaction_id", running) == running

    @on(Action.clear_charging_profile)
    def on_clear_charging_profile(self, **wanted):
        self.then(self.station.look)
        return call_result.ClearChargingProfile(status=self.station.profiles.clear(wanted))

    @on(Action.get_composite_schedule)
    def on_get_composite_schedule(self, connector_id, duration, charging_rate_unit="A"):
        station = self.station
        connector = station.connector(connector_id)
        if connector is None and connector_id != 0:
            return call_result.GetCompositeSchedule(status="Rejected")
        transaction = None if connector is None else connector.transaction
        schedule, start = station.profiles.composite(
            connector_id, transaction, duration, charging_rate_unit
        )
        return call_result.GetCompositeSchedule(
            status="Accepted",
            connector_id=connector_id,
            schedule_start=iso(start),
            charging_schedule=schedule,
        )


def plain(value):
    """Return a payload without the Decimals that the schema check puts in."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value
