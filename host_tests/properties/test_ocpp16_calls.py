"""Whatever a server sends, valid JSON or not: one answer, no exception, and service goes on."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.ocpp16_world import ANSWERS, Ocpp16World

ACTIONS = (
    "CancelReservation",
    "ChangeAvailability",
    "ChangeConfiguration",
    "ClearCache",
    "DataTransfer",
    "GetConfiguration",
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "ReserveNow",
    "SetChargingProfile",
    "TriggerMessage",
    "UnlockConnector",
    "Nonsense",
)
KEYS = (
    "connectorId",
    "data",
    "expiryDate",
    "idTag",
    "key",
    "messageId",
    "requestedMessage",
    "reservationId",
    "transactionId",
    "type",
    "value",
    "vendorId",
)
WORDS = ("Operative", "Inoperative", "MeterValues", "StatusNotification", "HeartbeatInterval", "5")
WORDS += ("2030-01-01T00:00:00Z",)
ANSWER_KEYS = (
    "currentTime",
    "data",
    "expiryDate",
    "idTagInfo",
    "interval",
    "parentIdTag",
    "status",
    "transactionId",
)
ANSWER_WORDS = ("Accepted", "Invalid", "Pending", "2026-11-24T10:00:00Z", "9999-99-99T99:99:99Z")


def values(keys, words):
    """Return a strategy of JSON values that often look right."""
    scalars = (
        st.none()
        | st.booleans()
        | st.integers(-3, 3)
        | st.integers(-(1 << 40), 1 << 40)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.sampled_from(words)
        | st.text(max_size=60)
    )
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(keys) | st.text(max_size=8), inner, max_size=4)
        ),
        max_leaves=12,
    )


def objects(keys, words):
    """Return a strategy of JSON objects."""
    names = st.sampled_from(keys) | st.text(max_size=8)
    return st.dictionaries(names, values(keys, words), max_size=5)


@settings(max_examples=300)
@given(st.sampled_from(ACTIONS), objects(KEYS, WORDS))
def test_answers_every_call_exactly_once(action, payload):
    world = Ocpp16World({"connectors": 2}).boot(500)

    message_id = world.send(action, payload)
    world.run_ms(500)

    answers = [message for message in world.results if message[1] == message_id]
    assert len(answers) == 1
    assert answers[0][0] in (3, 4)
    assert world.status_of("ClearCache") == "Accepted"


@settings(max_examples=150)
@given(st.binary(max_size=80) | st.sampled_from((b'[2,"a","Reset",{"type":"', b"[3,1,{}]", b"[]")))
def test_stays_in_service_after_any_bytes(text):
    world = Ocpp16World().boot(500)

    world.channel.feed(text)
    world.run_ms(300)

    assert world.ask("GetConfiguration", {"key": ["HeartbeatInterval"]}) is not None


@settings(max_examples=250)
@given(
    st.sampled_from(sorted(ANSWERS)),
    objects(ANSWER_KEYS, ANSWER_WORDS) | st.tuples(st.just("error"), st.text(max_size=30)),
)
def test_takes_every_answer_to_its_own_calls(action, answer):
    world = Ocpp16World()
    world.answers[action] = answer
    world.ocpp.data_transfer.start(b"V", b"", b"")
    world.boot(500)
    world.config.heartbeat_interval_s = 1
    world.charge()
    world.run_ms(2000)
    world.swipe()
    world.controller.unplug()
    world.run_ms(2000)

    if world.ocpp.boot.is_accepted:
        assert not world.connector.transaction.is_active
        assert world.connector.status.status in (0, 1, 5)
    if action not in ("BootNotification", "StartTransaction", "StopTransaction"):
        assert world.outbox.pending == 0
