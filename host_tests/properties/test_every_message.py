"""Every message of the schemas from server to station, damaged: the right answer, nothing changed.

What is right is said by fakes/call_verdict.py, which knows the schemas and OCPP-J and nothing of
the firmware's tables. The actions come from the schemas, from what the station has loaded and from
what it knows; a new one is tested without being named here.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ocpp.messages import MessageType, get_validator

from chargecore.base.event_log import EventLog
from chargecore.ocpp16 import tables
from chargecore.ocpp16.adapter import Ocpp16
from chargecore.wire.call_error import CODES
from chargecore.wire.json_reader import JsonReader
from chargecore.wire.rpc import Rpc
from fakes.call_schemas import FROM_SERVER, FROM_STATION, schema_of
from fakes.call_texts import texts
from fakes.call_verdict import COUNT, ENUM, Verdict
from fakes.card_reader import FakeReader
from fakes.channel import FakeChannel
from fakes.connection import FakeConnection
from fakes.deep_state import changes, deep_state
from fakes.json_texts import is_whole
from fakes.ocpp16_world import Ocpp16World

ALL = {"connectors": 2}
CORE_ONLY = {"connectors": 2, "profiles": ["Core"]}
_PATIENCE_MS = 12_000  # UnlockConnector waits for the lock
# What is busy while a message is read: not the station's state.
_MACHINERY = (Rpc, JsonReader, EventLog, FakeChannel, FakeConnection, FakeReader)


def loaded(world):
    """Return the names of the actions that the station answers itself."""
    return {row[0].decode() for row in world.ocpp._actions}


KNOWN = {word.decode() for word in tables.KNOWN_ACTIONS}
ACTIONS = sorted(set(FROM_SERVER) | KNOWN | loaded(Ocpp16World(ALL)))


class Stations:
    """A booted world, kept as long as nothing has changed it."""

    def __init__(self, station):
        self._station = station
        self._world = None

    def take(self):
        """Return a booted world."""
        if self._world is None:
            self._world = Ocpp16World(self._station).boot(500)
        return self._world

    def spend(self):
        """The world has been changed: the next one is new."""
        self._world = None


def state_of(world):
    """Return all that the station holds, in RAM and on flash."""
    roots = [world.station, world.config, world.settings, world.flash, world.outbox, world.link]
    roots.append(world.core)
    roots += [vars(world.ocpp)[name] for name in sorted(vars(world.ocpp))]
    return deep_state(roots, _MACHINERY + (Ocpp16,))


def code_of(answer, action):
    """Check that the answer is well formed. Return its CALLERROR code, or None for a result."""
    if answer[0] == 4:
        assert len(answer) == 5, answer
        assert answer[2].encode() in CODES[:10], answer
        assert isinstance(answer[3], str) and len(answer[3]) <= 255, answer
        assert isinstance(answer[4], dict), answer
        return answer[2]
    assert answer[0] == 3 and len(answer) == 3, answer
    get_validator(MessageType.CallResult, action, "1.6").validate(answer[2])
    return None


def fixed_schema(action, profiles):
    """Return the schema as this station has to read it."""
    schema = schema_of(action)
    if action == "TriggerMessage":  # another word is a result: NotImplemented (G4)
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
    elif action == "UpdateFirmware":
        verdict.may.add("NotSupported")  # this station has no room for another version


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


def send(world, text, is_patient):
    """Let the text arrive; return the answers to it. Time stands still unless is_patient."""
    world.results = []
    world.channel.feed(text)
    world.step(0)
    world.step(0)
    if is_patient and not world.results:
        world.run_ms(_PATIENCE_MS)
    return [message for message in world.results if message[1] == "m1"]


def check(stations, action, text, verdict):
    """Send the text to a station and hold what it does against the verdict."""
    world = stations.take()
    world.step(0)
    before = state_of(world)

    answers = send(world, text, not verdict.must)

    assert len(answers) == 1, text
    code = code_of(answers[0], action)
    assert verdict.allows(code), (text, code, verdict.must, verdict.may)
    if code is None:
        stations.spend()
    else:
        assert changes(before, state_of(world)) == [], text


_ALL = Stations(ALL)
_CORE_ONLY = Stations(CORE_ONLY)
_RX_SIZE = len(_ALL.take().channel.rx_buf)
_TOKENS_MOST, _DEPTH_MOST = _ALL.take().ocpp.rpc.reader.tokens[2:4]
_IN_ALL = loaded(_ALL.take())
_IN_CORE = loaded(_CORE_ONLY.take())


def judge(action, text, profiles):
    """Return the verdict on a text for a station with these actions."""
    verdict = Verdict(_DEPTH_MOST, _TOKENS_MOST, _RX_SIZE)
    is_loaded = action in profiles
    schema = fixed_schema(action, profiles) if is_loaded else None
    payload = verdict.read(text, schema)
    if payload is None:
        return verdict
    if is_loaded:
        judge_more(verdict, action, payload)
    else:
        verdict.must.add("NotSupported" if action in KNOWN else "NotImplemented")
    return verdict


@pytest.mark.parametrize("action", ACTIONS)
@settings(max_examples=80)
@given(data=st.data())
def test_answers_with_the_right_code_and_changes_nothing(action, data):
    text = data.draw(texts(action, schema_of(action)))

    check(_ALL, action, text, judge(action, text, _IN_ALL))


@pytest.mark.parametrize("action", ACTIONS)
@settings(max_examples=30)
@given(data=st.data())
def test_answers_with_the_right_code_when_only_core_is_loaded(action, data):
    text = data.draw(texts(action, schema_of(action)))

    check(_CORE_ONLY, action, text, judge(action, text, _IN_CORE))


@pytest.mark.parametrize("action", FROM_STATION + ("Coffee", "", "reset", "Reset ", "R\u00e9set"))
@settings(max_examples=10)
@given(data=st.data())
def test_does_not_implement_what_a_server_cannot_ask(action, data):
    text = data.draw(texts(action, schema_of("Reset")))

    check(_ALL, action, text, judge(action, text, _IN_ALL))


@pytest.mark.parametrize("action", sorted(_IN_ALL))
def test_takes_every_message_that_has_only_what_it_needs(action):
    """The model is no excuse: a plain good message of every action is answered with a result."""
    members = {
        name: _plainest(inner)
        for name, inner in schema_of(action)["properties"].items()
        if name in schema_of(action).get("required", ())
    }
    world = Ocpp16World(ALL).boot(500)

    answers = send(world, json.dumps([2, "m1", action, members]).encode(), True)

    if action == "UpdateFirmware":  # no room for another version here
        assert answers[0][2] == "NotSupported"
    else:
        assert code_of(answers[0], action) is None


def _plainest(schema):
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "string":
        texts_of = {"date-time": "2027-01-01T00:00:00Z", "uri": "http://127.0.0.1/x"}
        return texts_of.get(schema.get("format"), "x")
    if schema["type"] == "array":
        return [_plainest(schema["items"])]
    if schema["type"] == "object":
        needed = schema.get("required", ())
        return {name: _plainest(schema["properties"][name]) for name in needed}
    return 1


def _open_objects(schema):
    """Return how many objects of the schema allow members that it does not name."""
    inner = list(schema.get("properties", {}).values()) + [schema.get("items", {})]
    is_open = schema.get("type") == "object" and schema.get("additionalProperties") is not False
    return is_open + sum(_open_objects(part) for part in inner if part)


def test_the_schemas_have_the_corrections_of_the_errata():
    """JE 2.2, JE 2.3, JE 2.4, JE 2.5, JE 2.6, JE 3.2: idTagInfo, whole numbers, closed objects."""
    entry = schema_of("SendLocalList")["properties"]["localAuthorizationList"]["items"]
    assert entry["properties"]["idTagInfo"]["type"] == "object"
    assert schema_of("BootNotification", "Response")["properties"]["interval"]["type"] == "integer"
    assert schema_of("GetDiagnostics")["properties"]["retries"]["type"] == "integer"
    assert "reason" not in schema_of("StopTransaction")["required"]
    assert [action for action in FROM_SERVER if _open_objects(schema_of(action))] == []
