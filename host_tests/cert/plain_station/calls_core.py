"""Core calls: configuration, cache, data transfer, reset."""

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action


class CoreCalls:
    """Part of Wire."""

    @on(Action.get_configuration)
    def on_get_configuration(self, key=None):
        rows, unknown = self.station.config.report(key or [])
        return call_result.GetConfiguration(configuration_key=rows, unknown_key=unknown or None)

    @on(Action.change_configuration)
    def on_change_configuration(self, key, value):
        status = self.station.config.change(key, value)
        self.then(self.station.look)
        return call_result.ChangeConfiguration(status=status)

    @on(Action.clear_cache)
    def on_clear_cache(self):
        return call_result.ClearCache(status=self.station.cache.clear())

    @on(Action.data_transfer)
    def on_data_transfer(self, vendor_id, **_fields):
        return call_result.DataTransfer(status="UnknownVendorId")

    @on(Action.reset)
    def on_reset(self, type):
        self.then(lambda: self.station.reset(type))
        return call_result.Reset(status="Accepted")
