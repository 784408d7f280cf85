"""Remote trigger (OCPP 1.6 §5.17)."""

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

_OF_CONNECTORS = ("StatusNotification", "MeterValues")
_NOT_HERE = ("FirmwareStatusNotification",)


class TriggerCalls:
    """Part of Wire."""

    @on(Action.trigger_message)
    def on_trigger(self, requested_message, connector_id=None):
        return call_result.TriggerMessage(
            status=self.trigger_status(requested_message, connector_id)
        )

    def trigger_status(self, wanted, number):
        """Return the answer, and see to the message that follows it."""
        station = self.station
        if wanted in _NOT_HERE:
            return "NotImplemented"
        if wanted == "BootNotification":
            if station.link.is_accepted:
                return "Rejected"  # errata 3.35: until the next boot
            self.then(station.link.boot_soon)
            return "Accepted"
        if wanted in _OF_CONNECTORS and not station.has_number(number, wanted):
            return "Rejected"
        self.then(lambda: station.send_triggered(wanted, number))
        return "Accepted"
