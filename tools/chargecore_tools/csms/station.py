"""Station: what the server knows of one charging station, over all of its connections."""

from ocpp.exceptions import SecurityError

BOOT = "BootNotification"
ACCEPTED = "Accepted"
_SERIAL_NUMBERS = ("chargePointSerialNumber", "chargeBoxSerialNumber")
_TRIGGERS = ("TriggerMessage", "ExtendedTriggerMessage")


class Station:
    """One station. `session` is its connection, None while it has none."""

    def __init__(self, station_id):
        self.station_id = station_id
        self.session = None
        self.tls = None  # TlsFacts of its last connection, None without TLS
        self.registration = None  # status of its last BootNotification, None: none came
        self.boot = {}  # payload of that BootNotification
        self.statuses = {}  # connector id -> payload of its last StatusNotification
        self._triggered = []  # actions that were asked for and have not come yet
        self._ids = {}  # message id -> (action, payload): an id may only repeat its own message

    @property
    def is_connected(self):
        """Return whether it is connected now."""
        return self.session is not None

    @property
    def is_booted(self):
        """Return whether its last BootNotification was accepted."""
        return self.registration == ACCEPTED

    def fault_of_gate(self, action, wants_boot):
        """Return the OCPPError of a CALL that may not be sent yet, None when it may.

        Source: OCPP 1.6 §4.2; answer: OCPP-J 1.6 errata 3.10. While Pending a station may send
        what a TriggerMessage asked for. A station that never booted here may be one that booted
        before the server started: wants_boot says whether that is a fault.
        """
        if action == BOOT or self.is_booted or (self.registration is None and not wants_boot):
            return None
        if action in self._triggered and self.registration == "Pending":
            self._triggered.remove(action)
            return None
        word = self.registration or "missing"
        return SecurityError(details={"cause": f"{action} while BootNotification is {word}"})

    def has_said(self, message_id, action, payload):
        """Return whether the very same message came before."""
        return self._ids.get(message_id) == (action, payload)

    def fault_of_id(self, message_id, action, payload):
        """Return a text when a message id was used before for something else."""
        said = self._ids.setdefault(message_id, (action, payload))
        if said == (action, payload):  # a retry may keep its id: OCPP-J 1.6 errata 3.1
            return ""
        return f"message id {message_id} was used before, for {said[0]}"

    def fault_of_certificate(self, action, payload):
        """Return a text when a BootNotification does not fit the certificate of the connection.

        Source: security whitepaper edition 3, A00.FR.405: CN contains the serial number.
        """
        name = self.tls.subject.get("commonName") if self.tls is not None else None
        if action != BOOT or name is None:
            return ""
        numbers = [payload.get(key) for key in _SERIAL_NUMBERS]
        if any(number and number in name for number in numbers) or not any(numbers):
            return ""
        return f"the certificate is for {name}, the station says {numbers[0] or numbers[1]}"

    def take_answered(self, call, answer):
        """Learn from a CALL of the station and the payload that answered it."""
        if call.action == BOOT:
            self.registration = answer.get("status")
            self.boot = call.payload
            self._triggered = []
        elif call.action == "StatusNotification":
            self.statuses[call.payload["connectorId"]] = call.payload

    def take_asked(self, action, payload, answer):
        """Learn from a CALL to the station and the payload with which it answered."""
        if action in _TRIGGERS and answer.get("status") == ACCEPTED:
            self._triggered.append(payload.get("requestedMessage"))
