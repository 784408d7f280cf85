"""Local authorization list (OCPP 1.6 §5.10, §5.15)."""

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action


class ListCalls:
    """Part of Wire."""

    @on(Action.get_local_list_version)
    def on_get_local_list_version(self):
        return call_result.GetLocalListVersion(list_version=self.station.local_list.version)

    @on(Action.send_local_list)
    def on_send_local_list(self, list_version, update_type, local_authorization_list=None):
        status = self.station.local_list.send(
            list_version, update_type, local_authorization_list or []
        )
        return call_result.SendLocalList(status=status)
