"""Orders about certificates: files of a lab PKI become the CALLs of the security whitepaper.

`csms` stands for CentralSystemRootCertificate, `maker` for ManufacturerRootCertificate.
"""

import hashlib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from ocpp.v16.enums import MessageTrigger

from chargecore_tools.csms.order import Order, OrderError, number, word

_KINDS = {"csms": "CentralSystemRootCertificate", "maker": "ManufacturerRootCertificate"}
_EXTENDED_TRIGGERS = (
    MessageTrigger.boot_notification,
    MessageTrigger.firmware_status_notification,
    MessageTrigger.heartbeat,
    MessageTrigger.log_status_notification,
    MessageTrigger.meter_values,
    MessageTrigger.sign_charge_point_certificate,
    MessageTrigger.status_notification,
)
EXTENDED_TRIGGERS = tuple(str(trigger.value) for trigger in _EXTENDED_TRIGGERS)


def hash_data(certificate, issuer=None):
    """Return certificateHashData of a certificate (RFC 6960 §4.1.1), SHA-256."""
    key = (issuer or certificate).public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        bits = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    else:
        bits = key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": hashlib.sha256(certificate.issuer.public_bytes()).hexdigest(),
        "issuerKeyHash": hashlib.sha256(bits).hexdigest(),
        "serialNumber": f"{certificate.serial_number:x}",
    }


def _install(path, kind="csms"):
    payload = {"certificateType": _kind(kind), "certificate": _text(path)}
    return "InstallCertificate", payload


def _list(kind="csms"):
    return "GetInstalledCertificateIds", {"certificateType": _kind(kind)}


def _delete(path, issuer_path=None):
    issuer = None if issuer_path is None else _certificate(issuer_path)
    return "DeleteCertificate", {"certificateHashData": hash_data(_certificate(path), issuer)}


def _signed(path):
    return "CertificateSigned", {"certificateChain": _text(path)}


def _trigger(message, connector=None):
    payload = {"requestedMessage": word(message, EXTENDED_TRIGGERS, "message")}
    if connector is not None:
        payload["connectorId"] = number(connector, "connector")
    return "ExtendedTriggerMessage", payload


def _kind(text):
    return _KINDS[word(text, tuple(_KINDS), "type")]


def _text(path):
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeError) as error:
        raise OrderError(f"{path}: {error}") from error


def _certificate(path):
    try:
        return x509.load_pem_x509_certificate(_text(path).encode())
    except ValueError as error:
        raise OrderError(f"{path}: no certificate in PEM: {error}") from error


CERTIFICATE_ORDERS = {
    "install-cert": Order(
        "install-cert FILE [csms|maker]", "install a root, PEM; of servers", 1, 2, _install
    ),
    "certs": Order(
        "certs [csms|maker]", "list the installed roots; of servers", 0, 1, _list, tuple(_KINDS)
    ),
    "delete-cert": Order(
        "delete-cert FILE [ISSUER_FILE]", "delete a root, named by its PEM file", 1, 2, _delete
    ),
    "signed": Order("signed FILE", "send a certificate chain for its CSR, PEM", 1, 1, _signed),
    "xtrigger": Order(
        "xtrigger MESSAGE [CONNECTOR]",
        "ask for a message of the security whitepaper",
        1,
        2,
        _trigger,
        EXTENDED_TRIGGERS,
    ),
}
