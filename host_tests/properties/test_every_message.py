"""Every message of the schemas from server to station, damaged: the right answer, nothing changed.

What is right is said by fakes/call_judge.py, which knows the schemas and OCPP-J and nothing of the
firmware's tables. The actions come from the schemas, from what the station has loaded and from
what it knows; a new one is tested without being named here.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ocpp.messages import MessageType, get_validator

from chargecore.base.event_log import EventLog
from chargecore.ocpp16.adapter import Ocpp16
from chargecore.ocpp16.security_events import SecurityEvents
from chargecore.station.security_desk import SecurityDesk
from chargecore.station.security_watch import SecurityWatch
from chargecore.store.app_slots import AppSlots
from chargecore.store.security_log import SecurityLog
from chargecore.wire.call_error import CODES
from chargecore.wire.json_reader import JsonReader
from chargecore.wire.rpc import Rpc
from fakes.call_judge import KNOWN, Judge, loaded
from fakes.call_schemas import FROM_SERVER, FROM_STATION, schema_of
from fakes.call_texts import texts
from fakes.card_reader import FakeReader
from fakes.channel import FakeChannel
from fakes.connection import FakeConnection
from fakes.core_world import LogFlash
from fakes.deep_state import changes, deep_state
from fakes.ocpp16_world import Ocpp16World

ALL = {"connectors": 2}
CORE_ONLY = {"connectors": 2, "profiles": ["Core"], "security": False}
PLAIN = {"connectors": 2, "security": False}
_PATIENCE_MS = 12_000  # UnlockConnector waits for the lock
# What is busy while a message is read, and what notes that one was bad: not the station's state.
_MACHINERY = (Rpc, JsonReader, EventLog, FakeChannel, FakeConnection, FakeReader)
_MACHINERY += (SecurityDesk, SecurityEvents, SecurityLog, SecurityWatch, LogFlash)


class SlotsWorld(Ocpp16World):
    """A station that could be updated, if its flash let it."""

    def _before_build(self):
        self.core.slots = AppSlots("/no-such-folder", "a", b"host")


ACTIONS = sorted(set(FROM_SERVER) | KNOWN | loaded(Ocpp16World(ALL)))


class Stations:
    """A booted world, kept as long as nothing has changed it."""

    def __init__(self, station):
        self._station = station
        self._world = None

    def take(self):
        """Return a booted world."""
        if self._world is None:
            self._world = SlotsWorld(self._station).boot(500)
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
_PLAIN = Stations(PLAIN)
_JUDGE_PLAIN = Judge(_PLAIN.take())
_JUDGE_ALL = Judge(_ALL.take())
_JUDGE_CORE = Judge(_CORE_ONLY.take())


@pytest.mark.parametrize("action", ACTIONS)
@settings(max_examples=80)
@given(data=st.data())
def test_answers_with_the_right_code_and_changes_nothing(action, data):
    """J7, J9, J10, J11."""
    text = data.draw(texts(action, schema_of(action)))

    check(_ALL, action, text, _JUDGE_ALL.verdict(action, text))


@pytest.mark.parametrize("action", ACTIONS)
@settings(max_examples=30)
@given(data=st.data())
def test_answers_with_the_right_code_when_only_core_is_loaded(action, data):
    text = data.draw(texts(action, schema_of(action)))

    check(_CORE_ONLY, action, text, _JUDGE_CORE.verdict(action, text))


@settings(max_examples=80)
@given(data=st.data())
def test_answers_update_firmware_where_firmware_need_not_be_signed(data):
    """F2, F3."""
    text = data.draw(texts("UpdateFirmware", schema_of("UpdateFirmware")))

    check(_PLAIN, "UpdateFirmware", text, _JUDGE_PLAIN.verdict("UpdateFirmware", text))


@pytest.mark.parametrize("action", FROM_STATION + ("Coffee", "", "reset", "Reset ", "R\u00e9set"))
@settings(max_examples=10)
@given(data=st.data())
def test_does_not_implement_what_a_server_cannot_ask(action, data):
    text = data.draw(texts(action, schema_of("Reset")))

    check(_ALL, action, text, _JUDGE_ALL.verdict(action, text))


@pytest.mark.parametrize("action", sorted(_JUDGE_ALL.loaded))
def test_takes_every_message_that_has_only_what_it_needs(action):
    """The model is no excuse: a plain good message of every action is answered with a result."""
    members = {
        name: _plainest(inner)
        for name, inner in schema_of(action)["properties"].items()
        if name in schema_of(action).get("required", ())
    }
    world = SlotsWorld(ALL).boot(500)

    answers = send(world, json.dumps([2, "m1", action, members]).encode(), True)

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
    """J11, JE 2.2, JE 2.3, JE 2.4, JE 2.5, JE 2.6, JE 3.2: integers, closed objects."""
    entry = schema_of("SendLocalList")["properties"]["localAuthorizationList"]["items"]
    assert entry["properties"]["idTagInfo"]["type"] == "object"
    assert schema_of("BootNotification", "Response")["properties"]["interval"]["type"] == "integer"
    assert schema_of("GetDiagnostics")["properties"]["retries"]["type"] == "integer"
    assert "reason" not in schema_of("StopTransaction")["required"]
    assert [action for action in FROM_SERVER if _open_objects(schema_of(action))] == []
