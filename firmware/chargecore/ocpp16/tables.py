"""Field tables of the calls a server may send, and the actions of profiles that are not loaded.

Source: OCPP 1.6 §6 and its JSON schemas. A handler never sees a payload its table did not accept.
Compiled here, once, into what fields.check() reads.
"""

from chargecore.ocpp16.requests import AVAILABILITY_WORDS, RESET_WORDS
from chargecore.wire.fields import (
    F_ARRAY_TEXT,
    F_INT,
    F_OBJECT_ANY,
    F_TEXT,
    F_TIME,
    F_WORD,
    OPTIONAL,
    REQUIRED,
    table,
)

_INT_MIN = -0x7FFFFFFF - 1  # heap-ok: read once, while the tables are compiled
_INT_MAX = 0x7FFFFFFF  # heap-ok: the same

NOTHING = table(())
CHANGE_AVAILABILITY = table(
    (
        (b"connectorId", F_INT, REQUIRED, _INT_MIN, _INT_MAX),
        (b"type", F_WORD, REQUIRED, AVAILABILITY_WORDS),
    )
)
CHANGE_CONFIGURATION = table(
    (
        (b"key", F_TEXT, REQUIRED, 50),
        (b"value", F_TEXT, REQUIRED, 500),
    )
)
DATA_TRANSFER = table(
    (
        (b"vendorId", F_TEXT, REQUIRED, 255),
        (b"messageId", F_TEXT, OPTIONAL, 50),
        (b"data", F_TEXT, OPTIONAL, 65535),
    )
)
GET_CONFIGURATION = table(((b"key", F_ARRAY_TEXT, OPTIONAL, 50),))
REMOTE_START = table(
    (
        (b"connectorId", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
        (b"idTag", F_TEXT, REQUIRED, 20),
        # Without the smart charging profile the charging profile is ignored (R5).
        (b"chargingProfile", F_OBJECT_ANY, OPTIONAL),
    )
)
REMOTE_STOP = table(((b"transactionId", F_INT, REQUIRED, _INT_MIN, _INT_MAX),))
RESERVE_NOW = table(
    (
        (b"connectorId", F_INT, REQUIRED, _INT_MIN, _INT_MAX),
        (b"expiryDate", F_TIME, REQUIRED),
        (b"idTag", F_TEXT, REQUIRED, 20),
        (b"parentIdTag", F_TEXT, OPTIONAL, 20),
        (b"reservationId", F_INT, REQUIRED, _INT_MIN, _INT_MAX),
    )
)
RESET = table(((b"type", F_WORD, REQUIRED, RESET_WORDS),))
TRIGGER_MESSAGE = table(
    (
        # A word outside the enumeration is answered NotImplemented by the handler (G4).
        (b"requestedMessage", F_TEXT, REQUIRED, 50),
        (b"connectorId", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
    )
)
UNLOCK_CONNECTOR = table(((b"connectorId", F_INT, REQUIRED, _INT_MIN, _INT_MAX),))

# Known actions whose profile is not loaded: CALLERROR NotSupported (J7). A word outside this list
# and outside the handlers is NotImplemented.
KNOWN_ACTIONS = (
    b"CancelReservation",
    b"CertificateSigned",
    b"ClearChargingProfile",
    b"DeleteCertificate",
    b"ExtendedTriggerMessage",
    b"GetCompositeSchedule",
    b"GetDiagnostics",
    b"GetInstalledCertificateIds",
    b"GetLocalListVersion",
    b"GetLog",
    b"InstallCertificate",
    b"SendLocalList",
    b"SetChargingProfile",
    b"SignedUpdateFirmware",
    b"TriggerMessage",
    b"UpdateFirmware",
)
