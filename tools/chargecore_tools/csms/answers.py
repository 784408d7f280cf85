"""Answers: the right answer to every CALL a station may send.

Each handler gets the fields of a checked payload and returns the payload of the answer; the `ocpp`
package routes, converts the names and validates what is returned.
"""

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action, DataTransferStatus, GenericStatus

from chargecore_tools.csms.events import iso


class Answers(ChargePoint):
    """Knows the rules, the ledger and the time; station_id is `id`."""

    def __init__(self, station_id, connection, rules, ledger, clock, logger):
        super().__init__(station_id, connection, logger=logger)
        self._rules = rules
        self._ledger = ledger
        self._clock = clock

    @on(Action.boot_notification)
    def on_boot(self, **_fields):
        return call_result.BootNotification(**self._rules.boot_answer(self._clock.now()))

    @on(Action.heartbeat)
    def on_heartbeat(self):
        return call_result.Heartbeat(current_time=iso(self._clock.now()))

    @on(Action.authorize)
    def on_authorize(self, id_tag):
        return call_result.Authorize(id_tag_info=self._rules.id_tag_info(id_tag))

    @on(Action.start_transaction)
    def on_start(self, connector_id, id_tag, meter_start, timestamp, **_fields):
        payload = {
            "connectorId": connector_id,
            "idTag": id_tag,
            "meterStart": meter_start,
            "timestamp": timestamp,
        }
        return call_result.StartTransaction(
            transaction_id=self._ledger.id_for_start(self.id, payload),
            id_tag_info=self._rules.id_tag_info(id_tag),
        )

    @on(Action.stop_transaction)
    def on_stop(self, id_tag=None, **_fields):
        info = None if id_tag is None else self._rules.id_tag_info(id_tag)
        return call_result.StopTransaction(id_tag_info=info)

    @on(Action.meter_values)
    def on_meter_values(self, **_fields):
        return call_result.MeterValues()

    @on(Action.status_notification)
    def on_status(self, **_fields):
        return call_result.StatusNotification()

    @on(Action.data_transfer)
    def on_data_transfer(self, **_fields):
        return call_result.DataTransfer(status=DataTransferStatus.unknown_vendor_id)

    @on(Action.diagnostics_status_notification)
    def on_diagnostics_status(self, **_fields):
        return call_result.DiagnosticsStatusNotification()

    @on(Action.firmware_status_notification)
    def on_firmware_status(self, **_fields):
        return call_result.FirmwareStatusNotification()

    @on(Action.signed_firmware_status_notification)
    def on_signed_firmware_status(self, **_fields):
        return call_result.SignedFirmwareStatusNotification()

    @on(Action.log_status_notification)
    def on_log_status(self, **_fields):
        return call_result.LogStatusNotification()

    @on(Action.security_event_notification)
    def on_security_event(self, **_fields):
        return call_result.SecurityEventNotification()

    @on(Action.sign_certificate)
    def on_sign_certificate(self, **_fields):
        # The chain follows in CertificateSigned: Session._bring_certificate.
        has_authority = self._rules.sign_csr is not None
        status = GenericStatus.accepted if has_authority else GenericStatus.rejected
        return call_result.SignCertificate(status=status)
