"""public_part(): a station.json as it may leave the house: without passwords and keys."""

from chargecore_tools.cert import documents
from chargecore_tools.cert.artefact_error import usage

_MADE_BY = "chargecore provision writes station.json"
_SECRETS = ("auth_key", "client_key", "wifi", "password", "secret", "token", "key")
_HIDDEN = "(not shown)"


def public_part(path):
    """Return the fields of a station.json, the values of secrets left out.

    Errors: ArtefactError.
    """
    facts = documents.parse(path, documents.data_of(path, _MADE_BY))
    if not isinstance(facts, dict):
        raise usage(f"{path}: no JSON object", _MADE_BY)
    return _public(facts)


def _public(value):
    if isinstance(value, dict):
        return {
            key: _HIDDEN if _is_secret(key) else _public(inner)
            for key, inner in sorted(value.items())
        }
    if isinstance(value, list):
        return [_public(inner) for inner in value]
    return value


def _is_secret(key):
    """Names decide: rather a harmless value too few than a password too many."""
    word = key.lower()
    return word in _SECRETS or any(part in word for part in ("password", "secret", "psk"))
