"""Availability and unlocking (OCPP 1.6 §5.2, §5.18)."""

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action


class AvailabilityCalls:
    """Part of Wire."""

    @on(Action.change_availability)
    def on_change_availability(self, connector_id, type):
        status = self.station.change_availability(connector_id, type == "Operative")
        self.then(self.station.look)
        return call_result.ChangeAvailability(status=status)

    @on(Action.unlock_connector)
    def on_unlock(self, connector_id):
        connector = self.station.connector(connector_id)
        if connector is None or connector.outlet.is_tethered:
            return call_result.UnlockConnector(status="NotSupported")
        if connector.outlet.is_jammed:
            return call_result.UnlockConnector(status="UnlockFailed")
        self.then(lambda: self.station.unlock(connector))
        return call_result.UnlockConnector(status="Unlocked")
