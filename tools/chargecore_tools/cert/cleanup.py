"""Cleanup: makes the station as it was before a case, with what the case did to it in view.

Only what is needed is sent: a case that reserved nothing has no reservation to cancel. A hard
reset is the last resort.
"""

from chargecore_tools.cert.errors import CertError, Failed, Inconclusive
from chargecore_tools.cert.record import SERVER
from chargecore_tools.csms.errors import CsmsError

_SECRET_KEYS = ("AuthorizationKey", "SecurityProfile")
_INSTALLS = ("UpdateFirmware", "SignedUpdateFirmware", "InstallCertificate", "CertificateSigned")
_REAL_S = 30
_STOP_S = 30  # of the station's time, until a transaction has ended


class Cleanup:
    """lab: lab.Lab."""

    def __init__(self, lab):
        self._lab = lab
        self._sent = []  # (action, payload) of the server's CALLs in the case

    def run(self, start):
        """Clean up behind the case that began at a place of the record.

        Return "" or why the station is not as it was.
        """
        lab = self._lab
        self._sent = [
            (entry.action, entry.payload)
            for entry in lab.record.since(start)
            if entry.sender == SERVER and entry.kind == "call"
        ]
        lab.reset_server()
        try:
            lab.hands.undo()
            if not lab.server.is_listening:
                lab.server.start()
            long_s = lab.settings.long_timeout_s
            if not lab.wait_until(lambda: lab.is_connected, long_s):
                return f"the station did not connect within {long_s:g} s"
            self._all()
            if not lab.wait_until(self._is_idle, lab.settings.message_timeout_s):
                lab.reboot()
                if not lab.wait_until(self._is_idle, lab.settings.message_timeout_s):
                    return f"the station does not become Available: {self._statuses()}"
        except (CsmsError, CertError, Failed, Inconclusive) as error:
            return str(error)
        return ""

    def is_spoiled(self):
        """Return whether the case has changed what nothing over the wire brings back."""
        return any(
            action in _INSTALLS
            or (action == "ChangeConfiguration" and payload.get("key") in _SECRET_KEYS)
            for action, payload in self._sent
        )

    def _all(self):
        self._stop_transactions()
        self._cancel_reservations()
        self._clear()
        self._restore_configuration()

    def _stop_transactions(self):
        for row in self._lab.server.ledger.open(self._lab.settings.identity):
            self._ask("RemoteStopTransaction", {"transactionId": row.transaction_id})
        # The answer to a StopTransaction fills the cache, so it comes before the cache is cleared.
        identity = self._lab.settings.identity
        self._lab.wait_until(lambda: not self._lab.server.ledger.open(identity), _STOP_S)

    def _cancel_reservations(self):
        ids = [
            payload["reservationId"] for action, payload in self._sent if action == "ReserveNow"
        ]
        for number in dict.fromkeys(ids):
            self._ask("CancelReservation", {"reservationId": number})

    def _clear(self):
        actions = {action for action, _payload in self._sent}
        station = self._lab.station
        if "SetChargingProfile" in actions or any("chargingProfile" in p for _a, p in self._sent):
            self._ask("ClearChargingProfile", {})
        if "SendLocalList" in actions and "LocalAuthListManagement" in station.profiles:
            self._ask("SendLocalList", {"listVersion": 1, "updateType": "Full"})
        if "AuthorizationCacheEnabled" in station.configuration:
            self._ask("ClearCache", {})
        changed = [p["connectorId"] for a, p in self._sent if a == "ChangeAvailability"]
        for connector in sorted(set(changed)):
            payload = {"connectorId": connector, "type": "Operative"}
            self._ask("ChangeAvailability", payload)

    def _restore_configuration(self):
        for key, value in self._lab.station.changed().items():
            if key not in _SECRET_KEYS:
                self._ask("ChangeConfiguration", {"key": key, "value": value})

    def _ask(self, action, payload):
        """Send a CALL; what a station cannot do needs no cleaning up."""
        try:
            self._lab.call(action, payload, _REAL_S)
        except CsmsError as error:
            self._lab.record.note_act(f"cleanup: {action}: {error}")

    # ---- is it as it was ----

    def _statuses(self):
        statuses = self._lab.server.station(self._lab.settings.identity).statuses
        return {connector: row["status"] for connector, row in sorted(statuses.items())}

    def _is_idle(self):
        identity = self._lab.settings.identity
        station = self._lab.server.station(identity)
        is_up = station.registration in (None, "Accepted")
        is_free = all(status == "Available" for status in self._statuses().values())
        return is_up and is_free and not self._lab.server.ledger.open(identity)
