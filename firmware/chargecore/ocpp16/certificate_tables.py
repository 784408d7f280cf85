"""Field tables of the certificate messages. Called by: Certificates, ExtendedTrigger.

Source: OCPP 1.6 security whitepaper ed.3 ch. 5 and its JSON schemas. Heap: the tables at import.
"""

from chargecore.wire.fields import (
    F_INT,
    F_OBJECT,
    F_TEXT,
    F_WORD,
    OPTIONAL,
    REQUIRED,
    table,
)

_INT_MIN = -0x7FFFFFFF - 1  # heap-ok: read once, while the tables are compiled
_INT_MAX = 0x7FFFFFFF  # heap-ok: the same
# The place of a word is store.keystore's KIND_*_ROOT less 1.
_KINDS = (b"CentralSystemRootCertificate", b"ManufacturerRootCertificate")
HASH_ALGORITHMS = (b"SHA256", b"SHA384", b"SHA512")

CERTIFICATE_SIGNED = table(((b"certificateChain", F_TEXT, REQUIRED, 10_000),))
DELETE_CERTIFICATE = table(
    (
        (
            b"certificateHashData",
            F_OBJECT,
            REQUIRED,
            (
                (b"hashAlgorithm", F_WORD, REQUIRED, HASH_ALGORITHMS),
                (b"issuerNameHash", F_TEXT, REQUIRED, 128),
                (b"issuerKeyHash", F_TEXT, REQUIRED, 128),
                (b"serialNumber", F_TEXT, REQUIRED, 40),
            ),
        ),
    )
)
EXTENDED_TRIGGER = table(
    (
        # A word outside the enumeration is answered NotImplemented, as for TriggerMessage (G4).
        (b"requestedMessage", F_TEXT, REQUIRED, 50),
        (b"connectorId", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
    )
)
INSTALLED_IDS = table(((b"certificateType", F_WORD, REQUIRED, _KINDS),))
INSTALL_CERTIFICATE = table(
    (
        (b"certificateType", F_WORD, REQUIRED, _KINDS),
        (b"certificate", F_TEXT, REQUIRED, 5_500),
    )
)
