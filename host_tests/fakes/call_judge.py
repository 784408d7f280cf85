"""Judge: what one station must answer to a call, by the schemas and by what it has loaded.

Used by: the property tests of every message. See call_verdict.py for the rules of OCPP-J; here is
what single messages add to their schemas.
"""

from chargecore.ocpp16 import tables
from fakes.call_schemas import schema_of
from fakes.call_verdict import COUNT, ENUM, Verdict
from fakes.json_texts import is_whole

KNOWN = {word.decode() for word in tables.KNOWN_ACTIONS}


def loaded(world):
    """Return the names of the actions that a station answers itself."""
    return {row[0].decode() for row in world.ocpp._actions}


class Judge:
    """`loaded` are the actions of the world that is judged."""

    def __init__(self, world):
        self.loaded = loaded(world)
        tokens_most, depth_most = world.ocpp.rpc.reader.tokens[2:4]
        self._limits = depth_most, tokens_most, len(world.channel.rx_buf)

    def verdict(self, action, text):
        """Return the Verdict on a text that calls the action."""
        verdict = Verdict(*self._limits)
        is_loaded = action in self.loaded
        schema = fixed_schema(action, self.loaded) if is_loaded else None
        payload = verdict.read(text, schema)
        if payload is None:
            return verdict
        if is_loaded:
            judge_more(verdict, action, payload)
        else:
            verdict.must.add("NotSupported" if action in KNOWN else "NotImplemented")
        return verdict


def fixed_schema(action, profiles):
    """Return the schema as this station has to read it."""
    schema = schema_of(action)
    if action in (
        "TriggerMessage",
        "ExtendedTriggerMessage",
    ):  # another word is a result: NotImplemented (G4)
        schema["properties"]["requestedMessage"] = {"type": "string", "maxLength": 50}
    if action == "RemoteStartTransaction" and "SetChargingProfile" not in profiles:
        schema["properties"]["chargingProfile"]["any"] = True  # not looked into (R5)
    return schema


def judge_more(verdict, action, payload):
    """Add what rules beyond the schema ask of the message."""
    if action == "SetChargingProfile":  # errata 3.38
        if any(not 0 <= number <= 2 for number in _numbers(payload, "connectorId")):
            verdict.must |= ENUM
    elif action == "SendLocalList":
        _judge_list(verdict, payload)
    elif action == "GetConfiguration":
        if any(len(keys) > 50 for keys in _lists(payload, "key")):
            verdict.must |= COUNT  # GetConfigurationMaxKeys
    elif action in ("SignedUpdateFirmware", "UpdateFirmware"):
        verdict.may.add("NotSupported")  # a station that has no room for another version


def _numbers(members, wanted):
    return [int(value) for name, value in members if name == wanted and is_whole(value)]


def _lists(members, wanted):
    return [value for name, value in members if name == wanted and isinstance(value, list)]


def _judge_list(verdict, payload):
    if any(number < 1 for number in _numbers(payload, "listVersion")):
        verdict.must |= ENUM  # errata 3.52
    for entries in _lists(payload, "localAuthorizationList"):
        if len(entries) > 32:
            verdict.must |= COUNT  # SendLocalListMaxLength
        tuples = [entry for entry in entries if isinstance(entry, tuple)]
        infos = [[row for row in entry if row[0] == "idTagInfo" and row[1]] for entry in tuples]
        if ("updateType", "Full") in payload and [] in infos:
            verdict.must |= COUNT
