"""Orders about files: GetLog and SignedUpdateFirmware of the security whitepaper."""

import time
from datetime import datetime, timezone
from pathlib import Path

from ocpp.v16.enums import Log

from chargecore_tools.csms.order import Order, OrderError, number, word

LOGS = tuple(str(kind.value) for kind in Log)
_REQUESTS = 1_000_000_000  # numbers that any station can hold


def _log(kind, url, request=None):
    return "GetLog", {
        "logType": word(kind, LOGS, "log"),
        "requestId": _request(request),
        "log": {"remoteLocation": url},
    }


def _firmware(url, certificate, signature, request=None):
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return "SignedUpdateFirmware", {
        "requestId": _request(request),
        "firmware": {
            "location": url,
            "retrieveDateTime": now,
            "signingCertificate": _text(certificate),
            "signature": _text(signature).strip(),
        },
    }


def _request(text):
    """Return the number of a request; without one the seconds of the clock, which rise."""
    return int(time.time()) % _REQUESTS if text is None else number(text, "request")


def _text(path):
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeError) as error:
        raise OrderError(f"{path}: {error}") from error


FILE_ORDERS = {
    "log": Order(
        "log SecurityLog|DiagnosticsLog URL [REQUEST]", "have a log brought", 2, 3, _log, LOGS
    ),
    "firmware": Order(
        "firmware URL CERT_FILE SIGNATURE_FILE [REQUEST]",
        "have signed firmware installed: certificate PEM, signature base64",
        3,
        4,
        _firmware,
    ),
}
