"""Remote start and stop (OCPP 1.6 §5.11, §5.12)."""

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from cert.plain_station.calls_smart import plain


class RemoteCalls:
    """Part of Wire."""

    @on(Action.remote_start_transaction)
    def on_remote_start(self, id_tag, connector_id=None, charging_profile=None):
        station = self.station
        profile = None if charging_profile is None else plain(charging_profile)
        connector = station.remote.connector_for(connector_id, id_tag)
        is_right = profile is None or station.remote.is_right_profile(connector, profile)
        if connector is None or not is_right or not station.link.is_accepted:
            return call_result.RemoteStartTransaction(status="Rejected")
        self.then(lambda: station.remote.start(connector, id_tag, profile))
        return call_result.RemoteStartTransaction(status="Accepted")

    @on(Action.remote_stop_transaction)
    def on_remote_stop(self, transaction_id):
        connector = self.station.remote.running(transaction_id)
        if connector is None:
            return call_result.RemoteStopTransaction(status="Rejected")
        self.then(lambda: self.station.remote.stop(connector))
        return call_result.RemoteStopTransaction(status="Accepted")
