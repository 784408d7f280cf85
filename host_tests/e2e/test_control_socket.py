"""The control socket of the simulator (design section 4), on a station that is connected."""

import json
import socket

import pytest
from octt import TAG

from boards.host.fault_switch import FIELDS

CONNECTOR_FIELDS = {  # names of design section 4
    "connector",
    "pilot_state",
    "pilot_high_mv",
    "pilot_low_mv",
    "duty_permille",
    "offered_ma",
    "drawn_ma",
    "contactor",
    "open_reason",
    "opened_at_ms",
    "rcd_tripped",
    "locked",
    "power_w",
    "register_wh",
    "status",
    "error_code",
    "transaction_id",
    "id_tag",
    "cable_ma",
    "closed_at_ms",
    "duty_at_ms",
    "self_tested",
    "temperature_dc",
    "fault_at_ms",
    "switched_at_ms",
}
STATION_FIELDS = {
    "connected",
    "registration",
    "outbox",
    "parked",
    "heap_free_b",
    "uptime_ms",
    "clock",
    "scheduler",
    "safety",
}
EVENT = "SecurityEventNotification"
CAR_KIND = "EVCommunicationError"  # S9: not with Available
WARNINGS = ("EVCommunicationError", "LocalListConflict", "ReaderFailure", "WeakSignal")
ERROR_CODES = (
    "ConnectorLockFailure",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "OtherError",
    "OverCurrentFailure",
    "OverVoltage",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ResetFailure",
    "UnderVoltage",
    *WARNINGS,
)
PIN_KINDS = (
    "diode_short",
    "cp_pe_short",
    "cp_open",
    "cp_adc_stuck",
    "cp_noise",
    "rail_plus",
    "rail_minus",
    "feedback_open",
    "feedback_closed",
    "contactor_slow",
    "coil_open",
    "rcd_open",
    "rcd_test_dead",
    "rcd_stuck",
    "rcd_slow",
    "pe_lost",
    "pp_open",
    "pp_short",
    "pp_ohm",
    "temp_dc",
    "temp_open",
    "temp_short",
    "temp_silent",
    "meter_silent",
    "meter_backwards",
    "over_current",
    "estop",
    "lock_feedback_lost",
)

WRONG = (
    ({}, "'cmd'"),
    ({"cmd": 5}, "'cmd'"),
    ({"cmd": "dance"}, "'cmd'"),
    ({"cmd": "plug"}, "'connector'"),
    ({"cmd": "plug", "connector": 2}, "'connector'"),
    ({"cmd": "plug", "connector": "1"}, "'connector'"),
    ({"cmd": "plug", "connector": True}, "'connector'"),
    ({"cmd": "plug", "connector": 1, "auto": 1}, "'auto'"),
    ({"cmd": "plug", "connector": 1, "amps": "16"}, "'amps'"),
    ({"cmd": "plug", "connector": 1, "amps": -1}, "'amps'"),
    ({"cmd": "plug", "connector": 1, "phases": 4}, "'phases'"),
    ({"cmd": "plug", "connector": 1, "color": "red"}, "'color'"),
    ({"cmd": "unplug", "connector": 0}, "'connector'"),
    ({"cmd": "ev", "connector": 1}, "'state'"),
    ({"cmd": "ev", "connector": 1, "state": "G"}, "'state'"),
    ({"cmd": "ev", "connector": 1, "state": "C", "ohm": "882"}, "'ohm'"),
    ({"cmd": "ev", "connector": 1, "state": "A", "ohm": 882}, "'ohm'"),
    ({"cmd": "ev_current", "connector": 1}, "'amps'"),
    ({"cmd": "swipe"}, "'id_tag'"),
    ({"cmd": "swipe", "id_tag": ""}, "'id_tag'"),
    ({"cmd": "swipe", "id_tag": "T" * 21}, "'id_tag'"),
    ({"cmd": "swipe", "id_tag": TAG, "connector": 2}, "'connector'"),
    ({"cmd": "fault", "connector": 1}, "'kind'"),
    ({"cmd": "fault", "connector": 1, "kind": "NoError"}, "'kind'"),
    ({"cmd": "fault", "connector": 1, "kind": "OtherError", "active": "yes"}, "'active'"),
    ({"cmd": "fault", "connector": 1, "kind": "cp_noise"}, "'mv'"),
    ({"cmd": "fault", "connector": 1, "kind": "temp_dc", "dc": 9_999}, "'dc'"),
    ({"cmd": "fault", "connector": 1, "kind": "pp_ohm", "ohm": -5}, "'ohm'"),
    ({"cmd": "fault", "connector": 1, "kind": "rcd_slow"}, "'ms'"),
    ({"cmd": "rcd", "connector": 1}, "'trip'"),
    ({"cmd": "weld", "connector": 1}, "'active'"),
    ({"cmd": "lock", "connector": 1, "jam": None}, "'jam'"),
    ({"cmd": "network"}, "'up'"),
    ({"cmd": "network", "up": "down"}, "'up'"),
    ({"cmd": "security_event"}, "'type'"),
    ({"cmd": "data_transfer"}, "'vendor_id'"),
    ({"cmd": "status", "verbose": True}, "'verbose'"),
    ({"cmd": "events", "since": -1}, "'since'"),
    ({"cmd": "speed", "factor": 0}, "'factor'"),
    ({"cmd": "power_cycle", "seconds": 3}, "'seconds'"),
)
GARBAGE = (
    b"{",
    b"null",
    b"[]",
    b'"status"',
    b"status",
    b'{"cmd":"status"',
    b"\xff\xfe\x00\x80",
    b"[" * 2_000,
    b"x" * 3_000,
    b"GET / HTTP/1.1",
)


@pytest.mark.parametrize(("request_fields", "name"), WRONG, ids=[json.dumps(w[0]) for w in WRONG])
def test_names_the_field_that_is_wrong(shared_bench, request_fields, name):
    answer = shared_bench.sim.client.raw(json.dumps(request_fields).encode())

    assert answer["ok"] is False
    assert f"field {name}" in answer["error"]


@pytest.mark.parametrize("line", GARBAGE)
def test_refuses_garbage_and_goes_on(shared_bench, line):
    answer = shared_bench.sim.client.raw(line)

    assert answer["ok"] is False
    assert answer["error"]
    assert shared_bench.sim.client.ask("status")["ok"] is True


def test_refuses_a_line_without_end_and_goes_on(shared_bench):
    answer = shared_bench.sim.client.raw(b'{"cmd":"' + b"s" * 100_000 + b'"}')

    assert answer["ok"] is False
    assert "longer" in answer["error"]
    assert shared_bench.sim.client.ask("status")["ok"] is True


def test_answers_lines_that_come_in_pieces_or_all_at_once(shared_bench):
    with socket.create_connection(shared_bench.sim.address, 5) as sock, sock.makefile() as reader:
        for piece in (b'{"cmd":', b'"events"', b'}\n{"cmd":"status"}\n\n{"cmd":"x"}\n'):
            sock.sendall(piece)
        answers = [json.loads(reader.readline()) for _ in range(3)]

    assert [answer["ok"] for answer in answers] == [True, True, False]


def test_outlives_clients_that_go_away_or_never_read(shared_bench):
    clients = [socket.create_connection(shared_bench.sim.address, 5) for _ in range(5)]
    for client in clients:
        client.sendall(b'{"cmd":"status"}\n' * 200 + b'{"cmd":"half')
    for client in clients:
        client.close()

    assert shared_bench.sim.client.ask("status")["ok"] is True


def test_status_has_the_names_of_the_design(shared_bench):
    status = shared_bench.ctl("status")

    assert STATION_FIELDS <= set(status["station"])
    assert {"passes", "overruns", "worst_gap_ms"} <= set(status["station"]["scheduler"])
    assert len(status["connectors"]) == 1
    assert CONNECTOR_FIELDS <= set(status["connectors"][0])
    assert status["station"]["connected"] is True
    assert status["station"]["registration"] == "Accepted"


def test_events_are_numbered_sentences_with_their_time(shared_bench):
    rows = shared_bench.ctl("events")["events"]

    assert [row["number"] for row in rows] == list(range(len(rows)))
    assert all(row["text"] and row["uptime_s"] >= 0 for row in rows)


def test_tells_only_the_events_from_a_number_on(shared_bench):
    answer = shared_bench.ctl("events")
    total = answer["total"]

    newest = shared_bench.ctl("events", since=total - 2)
    none = shared_bench.ctl("events", since=total)

    assert answer["events"][-1]["number"] == total - 1
    assert newest["events"] == answer["events"][-2:]
    assert none["events"] == []


def test_reports_a_security_event_and_knows_only_those_of_the_whitepaper(shared_bench):
    shared_bench.ctl("security_event", type="TamperDetectionActivated", info="lid")
    answer = shared_bench.sim.client.ask("security_event", type="NoSuchEvent")

    event = {"type": "TamperDetectionActivated", "techInfo": "lid"}
    shared_bench.wait_call(EVENT, **event)
    assert answer["ok"] is False
    assert "SettingSystemTime" in answer["error"]


def test_says_that_the_security_whitepaper_is_not_loaded(bench_factory):
    bench = bench_factory(station={"security": False}).booted()
    answer = bench.sim.client.ask("security_event", type="TamperDetectionActivated")

    assert answer["ok"] is False
    assert "security" in answer["error"]
    assert bench.count(EVENT) == 0


def test_transfers_data_and_waits_for_the_answer(shared_bench):
    answer = shared_bench.ctl("data_transfer", vendor_id="v", message_id="m", data="d")

    assert answer["status"] == "UnknownVendorId"
    call = shared_bench.expect("DataTransfer")
    assert call.payload == {"vendorId": "v", "messageId": "m", "data": "d"}


# ---- hands on car, supply and network ----


def test_forces_the_car_and_follows_its_current(bench):
    bench.ctl("plug", connector=1)
    bench.expect_status(1, "Preparing")
    bench.swipe(TAG)
    bench.expect("Authorize")
    bench.expect("StartTransaction")
    bench.ctl("ev", connector=1, state="C")
    bench.expect_status(1, "Charging")
    bench.ctl("ev_current", connector=1, amps=10)
    bench.wait_sim(lambda status: status["connectors"][0]["drawn_ma"] == 10_000, "10 A")

    bench.ctl("ev", connector=1, state="B")
    bench.expect_status(1, "SuspendedEV")

    row = bench.sim_status()
    assert (row["contactor"], row["drawn_ma"], row["power_w"]) == ("open", 0, 0)


def test_cuts_the_network_at_once_and_tries_at_once_when_it_is_back(bench):
    bench.config(RetryBackOffWaitMinimum=100)
    bench.ctl("network", up=False)
    bench.wait_sim(lambda status: not status["station"]["connected"], "a lost connection")
    assert "network" in bench.sim.client.ask("data_transfer", vendor_id="v")["error"]

    bench.ctl("network", up=True)
    before_ms = bench.sim.now_ms()
    bench.wait_connections(2)

    assert bench.sim.now_ms() - before_ms < 50_000
    bench.session()


def test_boots_again_after_a_power_cycle_with_the_car_still_plugged(bench):
    bench.plug()
    bench.expect_status(1, "Preparing")

    bench.ctl("power_cycle")

    bench.expect("BootNotification")
    bench.expect_statuses({0: "Available", 1: "Preparing"})
    assert bench.ctl("status")["station"]["boots"] == 2


# ---- faults ----


@pytest.mark.parametrize("kind", [kind for kind in ERROR_CODES if kind != CAR_KIND])
def test_reports_an_ocpp_fault_and_its_end(shared_bench, kind):
    bench = shared_bench
    status = "Available" if kind in WARNINGS else "Faulted"

    bench.ctl("fault", connector=1, kind=kind, active=True)
    bench.expect("StatusNotification", connectorId=1, status=status, errorCode=kind)
    bench.ctl("fault", connector=1, kind=kind, active=False)

    bench.expect("StatusNotification", connectorId=1, status="Available", errorCode="NoError")


def test_reports_a_communication_error_of_the_car_when_one_is_there(bench):
    bench.ctl("fault", connector=1, kind=CAR_KIND, active=True)
    bench.quiet("StatusNotification", 2)
    bench.plug()
    bench.expect("StatusNotification", connectorId=1, status="Preparing", errorCode=CAR_KIND)
    bench.ctl("fault", connector=1, kind=CAR_KIND, active=False)

    bench.expect("StatusNotification", connectorId=1, status="Preparing", errorCode="NoError")


@pytest.mark.parametrize("kind", PIN_KINDS)
def test_sets_and_clears_a_fault_at_pin_level(faulty_bench, kind):
    fields = {FIELDS[kind][0]: 0} if kind in FIELDS else {}

    assert faulty_bench.sim.client.ask("fault", connector=1, kind=kind, active=True, **fields)[
        "ok"
    ]
    assert faulty_bench.sim.client.ask("fault", connector=1, kind=kind, active=False)["ok"]


def test_refuses_a_fault_of_the_socket_when_the_cable_is_tethered(bench_factory):
    bench = bench_factory(station={"cable": "tethered"}).booted()

    for kind in ("pp_open", "pp_short", "pp_ohm"):
        answer = bench.sim.client.ask("fault", connector=1, kind=kind, ohm=220)
        assert answer["ok"] is False
        assert "field 'kind'" in answer["error"]


def test_survives_a_held_up_loop_and_a_brown_out(bench):
    bench.ctl("fault", connector=1, kind="loop_block", ms=400)
    bench.wait_event("safety step")

    bench.ctl("fault", connector=1, kind="brown_out")

    bench.booted()
    bench.session()


def test_trips_on_residual_current_while_charging(bench):
    start = bench.charging()

    bench.ctl("rcd", connector=1, trip=True)

    stop = bench.stopped(status="Faulted", reason="Other")
    assert stop["transactionId"] == start.answer["transactionId"]
    row = bench.sim_status()
    assert (row["contactor"], row["error_code"]) == ("open", "GroundFailure")
    assert row["rcd_tripped"] is True


def test_notices_a_welded_contactor_when_the_session_ends(bench):
    bench.charging()
    bench.ctl("weld", connector=1, active=True)

    bench.swipe(TAG)

    fault = bench.server.history.wait_call(
        "CP01", "StatusNotification", fits=lambda call: call["status"] == "Faulted"
    )[1]
    assert fault["errorCode"] == "PowerSwitchFailure"
    bench.ctl("weld", connector=1, active=False)


def test_reports_a_jammed_lock(bench):
    bench.ctl("lock", connector=1, jam=True)

    assert bench.call("UnlockConnector", connectorId=1)["status"] == "UnlockFailed"
