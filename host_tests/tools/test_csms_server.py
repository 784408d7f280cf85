"""The reference server: who is let in, what is answered, what is noticed."""

import asyncio
import socket
import threading

import pytest
import websockets
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from websockets.exceptions import InvalidStatus

from chargecore_tools.csms.errors import (
    CsmsError,
    NoAnswerError,
    NotConnectedError,
    PortTakenError,
    RefusedError,
    WrongAnswerError,
    WrongCallError,
)
from chargecore_tools.csms.rules import Rules
from chargecore_tools.csms.server import Server
from fakes.ocpp_station import BOOT, NOON, OcppStation

_LIMIT_S = 5


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def station(server):
    with OcppStation(server.url) as station:
        station.boot()
        yield station


def violations(server):
    return [frame.violation for frame in server.history.violations()]


# ---- who is let in ----


def status_of_refusal(server, **options):
    with pytest.raises(InvalidStatus) as refusal:
        OcppStation(server.url, **options)
    return refusal.value.response.status_code


@pytest.mark.parametrize("subprotocols", [(), ("ocpp2.0.1",), ("ocpp1.5", "ocpp2.0")])
def test_refuses_a_station_without_the_right_subprotocol(server, subprotocols):
    assert status_of_refusal(server, subprotocols=subprotocols) == 400
    assert "ocpp1.6 is needed" in server.history.notes[-1].text


def test_takes_the_right_one_of_several_subprotocols(server):
    with OcppStation(server.url, subprotocols=("ocpp2.0.1", "ocpp1.6")) as station:
        assert station.boot()["status"] == "Accepted"


def test_asks_for_the_password(server):
    server.gate.password = "secret"

    assert status_of_refusal(server) == 401
    assert status_of_refusal(server, password="wrong") == 401
    with OcppStation(server.url, password="secret") as station:
        assert station.boot()["status"] == "Accepted"


def test_refuses_an_unknown_station_when_each_has_its_password(server):
    server.gate.password = {"CP01": "secret"}

    assert status_of_refusal(server, station_id="CP02", password="secret") == 401


def test_refuses_another_path_than_its_own():
    with Server(path="/central/") as server:
        with OcppStation(server.url) as station:
            assert station.boot()["status"] == "Accepted"
        url = server.url
        server.gate.path = "elsewhere"

        with pytest.raises(InvalidStatus) as refusal:
            OcppStation(url)
        assert refusal.value.response.status_code == 404


def test_refuses_on_purpose_as_often_as_told(server):
    server.gate.refuse(503, times=2)

    assert status_of_refusal(server) == 503
    assert status_of_refusal(server) == 503
    with OcppStation(server.url) as station:
        assert station.boot()["status"] == "Accepted"


def test_decodes_the_identity_of_the_path(server):
    with OcppStation(server.url, station_id="CP%2001%2F%C3%A9"):
        server.wait_connected("CP 01/é")


def test_closes_the_old_connection_when_a_station_comes_again(server, station):
    with OcppStation(server.url) as second:
        assert station.close_code == 1008
        assert second.boot()["status"] == "Accepted"
        assert server.is_connected("CP01")


def test_serves_several_stations_apart(server, station):
    with OcppStation(server.url, station_id="CP02") as other:
        other.boot()
        first, second = station.start(), other.start()

    assert first != second
    assert len(server.ledger.open("CP01")) == len(server.ledger.open("CP02")) == 1
    assert [c.action for c in server.history.calls("CP02")] == [
        "BootNotification",
        "StartTransaction",
    ]


# ---- what is answered ----


def test_answers_boots_as_scripted():
    boots = [("Rejected", 20), ("pending", 10), ("Accepted", 30)]
    with Server(rules=Rules(boots)) as server, OcppStation(server.url) as station:
        answers = [station.boot() for _ in range(4)]

    assert [(a["status"], a["interval"]) for a in answers] == [
        ("Rejected", 20),
        ("Pending", 10),
        ("Accepted", 30),
        ("Accepted", 30),
    ]


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("Authorize", {"idTag": "TAG1"}, {"idTagInfo": {"status": "Accepted"}}),
        (
            "StatusNotification",
            {"connectorId": 1, "errorCode": "NoError", "status": "Available"},
            {},
        ),
        ("DataTransfer", {"vendorId": "x"}, {"status": "UnknownVendorId"}),
        ("DiagnosticsStatusNotification", {"status": "Idle"}, {}),
        ("FirmwareStatusNotification", {"status": "Idle"}, {}),
        ("LogStatusNotification", {"status": "Idle", "requestId": 1}, {}),
        ("SignedFirmwareStatusNotification", {"status": "Idle", "requestId": 1}, {}),
        ("SecurityEventNotification", {"type": "StartupOfTheDevice", "timestamp": NOON}, {}),
        ("SignCertificate", {"csr": "x"}, {"status": "Rejected"}),
        (
            "MeterValues",
            {"connectorId": 1, "meterValue": [{"timestamp": NOON, "sampledValue": []}]},
            {},
        ),
    ],
)
def test_answers_each_message_of_a_station(server, station, action, payload, answer):
    if action == "MeterValues":
        payload["meterValue"][0]["sampledValue"] = [{"value": "5"}]

    assert station.call(action, payload) == [3, "2", answer]
    assert violations(server) == []


def test_answers_heartbeat_with_the_time(station):
    assert station.call("Heartbeat", {})[2]["currentTime"].endswith("Z")


def test_answers_tags_by_the_rules_in_any_case():
    tags = {"TAG1": {"status": "Blocked", "parentIdTag": "P"}, "*": "Expired"}
    with Server(rules=Rules(tags=tags)) as server, OcppStation(server.url) as station:
        station.boot()
        known = station.call("Authorize", {"idTag": "tag1"})
        other = station.call("Authorize", {"idTag": "TAG2"})

    assert known[2] == {"idTagInfo": {"status": "Blocked", "parentIdTag": "P"}}
    assert other[2] == {"idTagInfo": {"status": "Expired"}}


def test_works_with_the_client_of_the_ocpp_package(server):
    class Client(ChargePoint):
        @on("GetConfiguration")
        def on_get(self, key):
            rows = [{"key": key[0], "readonly": True, "value": "1"}]
            return call_result.GetConfiguration(configuration_key=rows)

    async def play(is_asked):
        async with websockets.connect(server.url + "/CP9", subprotocols=["ocpp1.6"]) as socket:
            client = Client("CP9", socket)
            task = asyncio.create_task(client.start())
            boot = await client.call(call.BootNotification("m", "v"))
            start = await client.call(call.StartTransaction(1, "T", 10, NOON))
            await client.call(call.StopTransaction(25, NOON, start.transaction_id))
            while not is_asked.is_set():
                await asyncio.sleep(0.01)
            task.cancel()
            return boot.status

    is_asked, results = threading.Event(), []
    thread = threading.Thread(target=lambda: results.append(asyncio.run(play(is_asked))))
    thread.start()
    server.history.wait_call("CP9", "StopTransaction", timeout_s=_LIMIT_S)
    answer = server.call("CP9", "GetConfiguration", {"key": ["K"]}, timeout_s=_LIMIT_S)
    is_asked.set()
    thread.join(_LIMIT_S)

    assert results == ["Accepted"]
    assert answer["configurationKey"][0]["key"] == "K"
    assert server.ledger.energy_wh("CP9") == 15
    assert violations(server) == []


# ---- what is refused ----


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Nonsense", {}, "NotImplemented"),
        ("RemoteStartTransaction", {"idTag": "T"}, "NotSupported"),
        ("Heartbeat", {"extra": 1}, "FormationViolation"),
        ("Heartbeat", [], "FormationViolation"),
        ("Authorize", {}, "ProtocolError"),
        ("Authorize", {"idTag": 5}, "TypeConstraintViolation"),
        ("Authorize", {"idTag": "x" * 21}, "TypeConstraintViolation"),
        (
            "StatusNotification",
            {
                "connectorId": 1,
                "errorCode": "NoError",
                "status": "Charging",
                "timestamp": "1970-01-01T00:00:00Z",
            },
            "PropertyConstraintViolation",
        ),
        (
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": "T",
                "meterStart": 1,
                "timestamp": "2026-01-01T00:00:00",
            },
            "PropertyConstraintViolation",
        ),
    ],
)
def test_answers_callerror_and_notes_it_when_a_call_is_wrong(
    server, station, action, payload, code
):
    answer = station.call(action, payload)

    assert answer[0] == 4
    assert answer[2] == code
    assert len(violations(server)) == 1
    assert violations(server)[0].startswith(code)


@pytest.mark.parametrize(
    "message",
    ["{", "[]", "{}", "[1,2]", '[2,"1","Heartbeat"]', "[3,5,{}]", '[2,"1","Heartbeat",NaN]'],
)
def test_stays_up_and_notes_it_when_a_message_is_garbage(server, station, message):
    station.send(message)

    assert station.call("Heartbeat", {})[0] == 3
    assert len(violations(server)) == 1


def test_notes_binary_frames_and_answers_to_nothing(server, station):
    station.send(b"[2]")
    station.send([3, "never asked", {}])
    station.send([4, "never asked", "GenericError", "", {}])
    station.call("Heartbeat", {})

    assert violations(server) == [
        "a binary frame",
        "answers nothing that was asked",
        "answers nothing that was asked",
    ]


def test_refuses_everything_before_an_accepted_boot():
    with Server(rules=Rules([("Pending", 9)])) as server, OcppStation(server.url) as station:
        first = station.call("Heartbeat", {})
        station.boot()
        second = station.call("Heartbeat", {})

        assert first[2] == second[2] == "SecurityError"
        assert [text.split(": ")[1] for text in violations(server)] == [
            "Heartbeat while BootNotification is missing",
            "Heartbeat while BootNotification is Pending",
        ]


def test_takes_what_it_triggered_while_pending():
    with Server(rules=Rules([("Pending", 9)])) as server, OcppStation(server.url) as station:
        station.answers["TriggerMessage"] = {"status": "Accepted"}
        station.boot()
        server.call("CP01", "TriggerMessage", {"requestedMessage": "Heartbeat"})

        assert station.call("Heartbeat", {})[0] == 3
        assert station.call("Heartbeat", {})[0] == 4


def test_takes_a_station_that_booted_before_when_it_is_not_strict():
    with Server(wants_boot=False) as server, OcppStation(server.url) as station:
        assert station.call("Heartbeat", {})[0] == 3
        assert violations(server) == []


def test_notes_a_message_id_that_is_used_twice_for_different_things(server, station):
    station.call("Heartbeat", {}, message_id="same")
    station.call("Heartbeat", {}, message_id="same")
    assert violations(server) == []

    station.call("Authorize", {"idTag": "T"}, message_id="same")
    assert "used before" in violations(server)[0]


# ---- calls of the server ----


def test_returns_the_answer_of_a_call(server, station):
    station.answers["Reset"] = {"status": "Accepted"}

    assert server.call("CP01", "Reset", {"type": "Soft"}) == {"status": "Accepted"}
    assert station.asked == [("Reset", {"type": "Soft"})]


def test_raises_the_callerror_of_the_station(server, station):
    station.answers["Reset"] = ["InternalError", "no", {"a": 1}]

    with pytest.raises(RefusedError) as refusal:
        server.call("CP01", "Reset", {"type": "Soft"})
    assert (refusal.value.code, refusal.value.details) == ("InternalError", {"a": 1})


@pytest.mark.parametrize(
    "answer", [{"status": "Maybe"}, {"extra": 1}, {}, ["FormatViolation", "", {}]]
)
def test_notes_and_raises_an_answer_that_is_wrong(server, station, answer):
    station.answers["Reset"] = answer

    with pytest.raises(WrongAnswerError):
        server.call("CP01", "Reset", {"type": "Soft"})
    assert len(violations(server)) == 1


def test_sends_no_call_that_is_wrong_unless_told_to(server, station):
    with pytest.raises(WrongCallError):
        server.call("CP01", "Reset", {"type": "Maybe"})
    assert station.asked == []

    with pytest.raises(RefusedError):
        server.call("CP01", "Reset", {"type": "Maybe"}, is_checked=False)
    assert station.asked == [("Reset", {"type": "Maybe"})]


def test_gives_up_a_call_and_takes_its_late_answer_calmly(server, station):
    station.answers["ClearCache"] = None
    with pytest.raises(NoAnswerError):
        server.call("CP01", "ClearCache", timeout_s=0.05)
    message_id = server.history.frames[-1].message_id

    station.send([3, message_id, {"status": "Accepted"}])
    station.call("Heartbeat", {})

    assert violations(server) == []
    assert [n.kind for n in server.history.notes] == ["connected", "late"]


def test_raises_when_the_station_is_not_there(server):
    with pytest.raises(NotConnectedError):
        server.call("CP01", "ClearCache")


def test_raises_when_the_station_goes_away_during_a_call(server, station):
    station.answers["ClearCache"] = None
    threading.Timer(0.1, server.drop, ["CP01"]).start()

    with pytest.raises(NotConnectedError):
        server.call("CP01", "ClearCache", timeout_s=_LIMIT_S)


def test_raises_when_the_server_stops_during_a_call(server, station):
    station.answers["ClearCache"] = None
    threading.Timer(0.1, server.stop).start()

    with pytest.raises(NotConnectedError):
        server.call("CP01", "ClearCache", timeout_s=_LIMIT_S)


def test_refuses_to_wait_for_itself(server, station):
    raised = []

    def observer(_event):
        try:
            server.call("CP01", "ClearCache")
        except CsmsError as error:
            raised.append(str(error))

    server.add_observer(observer)
    station.call("Heartbeat", {})

    assert "observer" in raised[0]


# ---- what tests spoil ----


def test_delays_an_answer_and_goes_on_meanwhile(server, station):
    server.hooks.delay("Heartbeat", 0.2)
    station.start_call("Heartbeat", {}, "slow")
    station.start_call("Authorize", {"idTag": "T"}, "fast")

    assert [station.receive()[1] for _ in range(2)] == ["fast", "slow"]


def test_the_very_same_values_may_come_again_after_the_stop(server, station):
    """A power cut forgets that they arrived, and the answer to the stop was lost."""
    number = station.start()
    value = {"timestamp": NOON, "sampledValue": [{"value": "5"}]}
    values = {"connectorId": 1, "transactionId": number, "meterValue": [value]}
    station.call("MeterValues", values, "m-1")
    stop = {"transactionId": number, "meterStop": 9, "timestamp": NOON}
    station.call("StopTransaction", stop, "m-2")

    station.call("MeterValues", values, "m-1")
    assert violations(server) == []
    station.call("MeterValues", values, "m-3")

    assert violations(server) == [f"values after the stop of transaction {number}"]


def test_answers_both_when_a_call_comes_twice_at_once(server, station):
    server.hooks.delay("Heartbeat", 0.1, times=2)
    station.start_call("Heartbeat", {}, "h-1")
    station.start_call("Heartbeat", {}, "h-1")

    assert [station.receive()[:2], station.receive()[:2]] == [[3, "h-1"]] * 2
    assert violations(server) == []


def test_withholds_an_answer_once_and_knows_the_repeat(server, station):
    server.hooks.withhold("StartTransaction")
    payload = {"connectorId": 1, "idTag": "T", "meterStart": 7, "timestamp": NOON}
    station.start_call("StartTransaction", payload)
    _place, first = server.history.wait_call("CP01", "StartTransaction")
    answer = station.call("StartTransaction", payload)

    assert first.answer is None
    assert answer[2]["transactionId"] == server.ledger.transactions[0].transaction_id
    assert len(server.ledger.transactions) == 1
    assert violations(server) == []


def test_replaces_refuses_and_spoils_answers(server, station):
    server.hooks.send_text("Heartbeat", '[3,"{id}",')
    server.hooks.refuse("Heartbeat", "InternalError", "later", times=2)
    server.hooks.replace("Authorize", {"status": 5})

    assert [station.call("Heartbeat", {})[2] for _ in range(2)] == ["InternalError"] * 2
    assert station.call("Authorize", {"idTag": "T"})[2] == {"status": 5}
    station.start_call("Heartbeat", {}, "x")
    assert station.texts.get(timeout=_LIMIT_S) == '[3,"x",'
    assert station.call("Heartbeat", {})[0] == 3


def test_keeps_the_transaction_id_of_a_replaced_answer(server, station):
    answer = {"transactionId": 4711, "idTagInfo": {"status": "Accepted"}}
    server.hooks.replace("StartTransaction", answer)

    assert station.start() == 4711
    assert server.ledger.of(4711).is_open


def test_forgets_hooks_when_cleared(server, station):
    server.hooks.withhold("Heartbeat", times=None)
    server.hooks.clear("Heartbeat")

    assert station.call("Heartbeat", {})[0] == 3


def test_closes_properly_and_abruptly(server):
    with OcppStation(server.url) as station:
        server.wait_connected("CP01")
        server.disconnect("CP01", 1001)
        assert station.close_code == 1001
    with OcppStation(server.url) as station:
        server.wait_connected("CP01")
        server.drop("CP01")
        assert station.close_code == 1006


def test_sends_raw_text(server, station):
    server.send_text("CP01", "[2,")

    assert station.texts.get(timeout=_LIMIT_S) == "[2,"


# ---- life ----


def test_keeps_frames_in_order_with_their_answers(server, station):
    station.call("Heartbeat", {})

    boot, beat = server.history.calls("CP01")
    assert boot.payload == BOOT
    assert beat.answer["currentTime"] == beat.answer.payload["currentTime"]
    assert boot.at_s <= boot.answer.at_s <= beat.at_s


def test_waits_for_the_next_call_of_a_place(server, station):
    place, _boot = server.history.wait_call("CP01", "BootNotification")
    threading.Timer(0.05, station.start_call, ["Heartbeat", {}]).start()

    place, beat = server.history.wait_call("CP01", start=place + 1, timeout_s=_LIMIT_S)

    assert (place, beat.action) == (1, "Heartbeat")
    with pytest.raises(TimeoutError):
        server.history.wait_call("CP01", start=place + 1, timeout_s=0.01)


def test_outlives_an_observer_that_raises(server, station):
    def observer(_event):
        raise ZeroDivisionError

    server.add_observer(observer)

    assert station.call("Heartbeat", {})[0] == 3
    assert isinstance(server.observer_errors[0], ZeroDivisionError)


def test_starts_again_on_its_port_with_its_memory(server):
    with OcppStation(server.url) as station:
        station.boot()
        server.stop()
        assert station.close_code == 1001
    port = server.port

    assert server.start() == port
    with OcppStation(server.url) as station:
        assert station.call("Heartbeat", {})[0] == 3


def test_says_when_the_port_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = Server(port=taken.getsockname()[1])

        with pytest.raises(PortTakenError):
            server.start()
        server.stop()


def test_reads_all_that_a_station_sent_before_it_closed(server):
    with OcppStation(server.url) as station:
        station.boot()
        for _ in range(50):
            station.start_call("Heartbeat", {})

    server.history.wait(lambda: not server.is_connected("CP01"), _LIMIT_S, "the end")
    assert len(server.history.calls("CP01", "Heartbeat")) == 50


def test_a_callerror_that_answers_a_broken_call_is_no_violation(server, station):
    for message_id in ("own-1", "own-2"):
        server.send_text("CP01", f'[2,"{message_id}","ClearCache",{{"a":')
        station.texts.get(timeout=_LIMIT_S)
        station.send([4, message_id, "FormationViolation", "", {}])
    station.send([4, "own-3", "FormationViolation", "", {}])
    station.call("Heartbeat", {})

    assert violations(server) == ["answers nothing that was asked"]
