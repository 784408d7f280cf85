"""read_out(): every configuration key that a station tells of.

Some stations answer a GetConfiguration without keys with as many as they like: the keys of the
standard that are not among them are asked for by name.
"""

import csv
from pathlib import Path

from chargecore_tools.cert.artefact_error import ArtefactError

_KEYS = Path(__file__).resolve().parents[2] / "data" / "ocpp16_keys.csv"
_SECRET = "AuthorizationKey"
_MOST = 20  # keys in a question when the station does not say how many it takes


def read_out(call):
    """Return {key: {"value", "readonly"}}, sorted. call(action, payload) -> answer.

    Errors: ArtefactError when an answer makes no sense; those of call.
    """
    found = {}
    _take(found, call("GetConfiguration", {}))
    most = _most(found)
    missing = [key for key in standard_keys() if key not in found]
    for at in range(0, len(missing), most):
        _take(found, call("GetConfiguration", {"key": missing[at : at + most]}))
    if not found:
        raise ArtefactError("the station tells no configuration key", "TC_019 looks into that")
    return dict(sorted(found.items()))


def standard_keys():
    """Return the keys of OCPP 1.6, its errata and the security whitepaper."""
    with _KEYS.open(encoding="utf-8", newline="") as file:
        return [row["name"] for row in csv.DictReader(file)]


def _take(found, answer):
    for row in answer.get("configurationKey", ()):
        value = None if row["key"] == _SECRET else row.get("value")  # some stations tell it
        entry = {"value": value, "readonly": row["readonly"]}
        before = found.setdefault(row["key"], entry)
        if before != entry:
            text = f"{row['key']}: told twice, {before} and {entry}"
            raise ArtefactError(text, "a station has one value for a key")


def _most(found):
    value = found.get("GetConfigurationMaxKeys", {}).get("value") or ""
    return max(1, min(int(value), _MOST)) if value.isdigit() else _MOST
