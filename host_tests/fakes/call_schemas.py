"""The OCPP 1.6 schemas of what a server asks a station, corrected where the errata correct them.

Used by: the property tests of every message. The files come with the reference server's library;
they have the corrections of the OCPP-J errata 2025-04 (2.2 to 2.6, 3.2) already, which
test_every_message.py checks.
"""

import json
from pathlib import Path

import ocpp.v16

_FOLDER = Path(ocpp.v16.__file__).parent / "schemas"
_ANSWER = "Response"
# Only a station sends these.
FROM_STATION = (
    "Authorize",
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
)
_WORDS = [path.stem for path in _FOLDER.glob("*.json") if not path.stem.endswith(_ANSWER)]
FROM_SERVER = tuple(sorted(set(_WORDS) - set(FROM_STATION)))


def schema_of(action, suffix=""):
    """Return the schema of a request, or with suffix "Response" that of its answer."""
    schema = json.loads((_FOLDER / f"{action}{suffix}.json").read_text(encoding="utf-8-sig"))
    return _resolved(schema, schema.get("definitions", {}))


def _resolved(schema, definitions):
    """Return the schema with what it refers to in place."""
    if isinstance(schema, list):
        return [_resolved(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {name: _resolved(part, definitions) for name, part in schema.items()}
