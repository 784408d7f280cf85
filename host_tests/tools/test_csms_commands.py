"""Typed commands of the reference server: parsing, what they do, completion, what is shown."""

import io
import json
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.ocsp import OCSPRequestBuilder
from prompt_toolkit.document import Document
from rich.console import Console

from chargecore_tools.csms.commands import Commands, Quit
from chargecore_tools.csms.completer import CommandCompleter
from chargecore_tools.csms.event_text import dict_of, line_of, payload_text
from chargecore_tools.csms.events import CALL, GARBAGE, Frame, Note
from chargecore_tools.csms.frame_printer import FramePrinter
from chargecore_tools.csms.json_log import JsonLog
from chargecore_tools.csms.orders import OrderError, call_of, raw_call_of
from chargecore_tools.csms.server import Server
from fakes.ocpp_station import OcppStation

# ---- orders: words -> CALL ----


def test_builds_the_call_for_a_log():
    action, payload = call_of("log", ["securitylog", "ftp://h/d", "7"])
    _action, other = call_of("log", ["DiagnosticsLog", "ftp://h/d"])

    log = {"remoteLocation": "ftp://h/d"}
    assert action == "GetLog"
    assert payload == {"logType": "SecurityLog", "requestId": 7, "log": log}
    assert 0 <= other["requestId"] < 2**30
    with pytest.raises(OrderError, match="log 'nothing'"):
        call_of("log", ["nothing", "ftp://h/d"])


def test_builds_the_call_for_signed_firmware_from_files(tmp_path):
    (tmp_path / "c.pem").write_text("CERT")
    (tmp_path / "s.b64").write_text("U0lH\n")
    words = ["http://h/app.bundle", str(tmp_path / "c.pem"), str(tmp_path / "s.b64"), "7"]
    action, payload = call_of("firmware", words)

    firmware = payload["firmware"]
    assert (action, payload["requestId"]) == ("SignedUpdateFirmware", 7)
    assert (firmware["signingCertificate"], firmware["signature"]) == ("CERT", "U0lH")
    assert firmware["location"] == "http://h/app.bundle"
    assert firmware["retrieveDateTime"].endswith("Z")
    with pytest.raises(OrderError, match="nothing"):
        call_of("firmware", [words[0], str(tmp_path / "nothing"), words[2]])


@pytest.mark.parametrize(
    ("name", "words", "action", "payload"),
    [
        ("start", ["T"], "RemoteStartTransaction", {"idTag": "T"}),
        ("start", ["T", "2"], "RemoteStartTransaction", {"idTag": "T", "connectorId": 2}),
        ("stop", ["7"], "RemoteStopTransaction", {"transactionId": 7}),
        ("stop", [], "RemoteStopTransaction", {"transactionId": 42}),
        ("get", [], "GetConfiguration", {}),
        ("get", ["A", "B"], "GetConfiguration", {"key": ["A", "B"]}),
        ("set", ["K", "a", "b"], "ChangeConfiguration", {"key": "K", "value": "a b"}),
        ("set", ["K"], "ChangeConfiguration", {"key": "K", "value": ""}),
        ("trigger", ["heartbeat"], "TriggerMessage", {"requestedMessage": "Heartbeat"}),
        (
            "trigger",
            ["MeterValues", "1"],
            "TriggerMessage",
            {"requestedMessage": "MeterValues", "connectorId": 1},
        ),
        ("reset", [], "Reset", {"type": "Soft"}),
        ("reset", ["hard"], "Reset", {"type": "Hard"}),
        ("unlock", ["1"], "UnlockConnector", {"connectorId": 1}),
        (
            "availability",
            ["inoperative"],
            "ChangeAvailability",
            {"connectorId": 0, "type": "Inoperative"},
        ),
        ("clear-cache", [], "ClearCache", {}),
        ("data", ["v", "m", "x", "y"], "DataTransfer", None),
    ],
)
def test_builds_a_call_from_words(name, words, action, payload):
    if name == "data":
        payload = {"vendorId": "v", "messageId": "m", "data": "x y"}

    assert call_of(name, words, open_ids=[42]) == (action, payload)


@pytest.mark.parametrize(
    ("name", "words", "text"),
    [
        ("start", [], "usage: start"),
        ("start", ["T", "one"], "connector 'one'"),
        ("start", ["T", "1", "2"], "usage"),
        ("stop", ["x"], "transaction 'x'"),
        ("reset", ["warm"], "Hard, Soft"),
        ("trigger", ["Nonsense"], "must be one of"),
        ("clear-cache", ["now"], "usage"),
    ],
)
def test_says_what_is_wrong_with_the_words(name, words, text):
    with pytest.raises(OrderError) as error:
        call_of(name, words)
    assert text.casefold() in str(error.value).casefold()


@pytest.mark.parametrize("open_ids", [[], [1, 2]])
def test_asks_which_transaction_when_it_is_not_clear(open_ids):
    with pytest.raises(OrderError, match=f"{len(open_ids)} are open"):
        call_of("stop", [], open_ids)


def test_builds_any_call_from_json():
    assert raw_call_of('reset {"type": "Soft"}') == ("Reset", {"type": "Soft"})
    assert raw_call_of("Heartbeat") == ("Heartbeat", {})
    assert raw_call_of("Vendor [1]") == ("Vendor", [1])
    for text in ("", "Reset {type}"):
        with pytest.raises(OrderError):
            raw_call_of(text)


# ---- commands on a server ----


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def station(server):
    with OcppStation(server.url) as station:
        station.boot()
        yield station


@pytest.fixture
def said():
    return []


@pytest.fixture
def commands(server, said):
    return Commands(server, said.append, timeout_s=2)


def test_shows_the_answer_of_the_only_station(commands, station, said):
    station.answers["Reset"] = {"status": "Accepted"}

    commands.run("reset")

    assert said == ["CP01: status=Accepted"]


def test_shows_configuration_key_by_key(commands, station, said):
    rows = [{"key": "A", "readonly": True, "value": "1"}, {"key": "B", "readonly": False}]
    station.answers["GetConfiguration"] = {"configurationKey": rows, "unknownKey": ["C"]}

    commands.run("get A B C")

    assert said == ["CP01: A = 1 (read-only)", "CP01: B = ", "CP01: C is unknown"]


def test_stops_the_open_transaction(commands, station):
    number = station.start()
    station.answers["RemoteStopTransaction"] = {"status": "Accepted"}

    commands.run("stop")

    assert station.asked == [("RemoteStopTransaction", {"transactionId": number})]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("reset", "NotImplemented"),
        ("call Reset {}", "ProtocolError"),
        ("nonsense", "no such command"),
        ("use CP99", "never connected"),
        ("@CP99 reset", "never connected"),
        ("start 'T", "quotes"),
        ("boot Maybe", "must be one of"),
        ("boot Accepted soon", "whole number"),
        ("tag T Maybe", "status must be one of"),
        ("close 7", "code 7"),
        ("sleep -1", "seconds"),
        ("wait Heartbeat 0.01", "did not come within"),
        ("help nonsense", "no such command"),
    ],
)
def test_says_what_went_wrong(commands, station, line, text):
    with pytest.raises(OrderError) as error:
        commands.run(line)
    assert text in str(error.value)


def test_asks_which_station_when_there_are_several(commands, server, station, said):
    station.answers["ClearCache"] = {"status": "Accepted"}
    with OcppStation(server.url, "CP02") as other:
        other.answers["ClearCache"] = {"status": "Rejected"}
        server.wait_connected("CP02")
        with pytest.raises(OrderError, match="which one"):
            commands.run("clear-cache")
        commands.run("@CP02 clear-cache")
        commands.run("use CP01")
        commands.run("clear-cache")
        commands.run("@CP02 clear-cache")
        commands.run("clear-cache")

    assert [line.split()[0] for line in said] == ["CP02:", "CP01:", "CP02:", "CP01:"]


def test_says_when_no_station_is_there(commands, said):
    commands.run("stations")
    assert said == ["no station yet"]
    with pytest.raises(OrderError, match="none is connected"):
        commands.run("reset")


def test_lists_stations_and_ledger(commands, station, said):
    station.call(
        "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}
    )
    station.start()

    commands.run("stations")
    commands.run("ledger")

    assert said[0] == "CP01  connected  boot Accepted  1:Charging"
    assert said[1].endswith("TAG1  0 Wh  open")
    assert said[2] == "1 transactions, 0 Wh"


def test_changes_the_rules(commands, station):
    commands.run("boot pending 7")
    commands.run("tag T1 blocked P")
    commands.run("tag * invalid")

    info = station.call("Authorize", {"idTag": "T1"})[2]["idTagInfo"]
    assert info == {"status": "Blocked", "parentIdTag": "P"}
    assert station.call("Authorize", {"idTag": "T2"})[2]["idTagInfo"]["status"] == "Invalid"
    assert station.boot()["interval"] == 7


def test_sends_raw_text_and_unchecked_calls(commands, station):
    commands.run('send [3,"x",{}]')
    assert station.receive() == [3, "x", {}]
    with pytest.raises(OrderError, match="NotImplemented"):
        commands.run('call! Reset {"type": 5}')
    assert station.asked == [("Reset", {"type": 5})]


def test_ends_connections(commands, station):
    commands.run("close 1001")

    assert station.close_code == 1001


def test_waits_for_each_call_once(commands, station, said):
    station.call("Heartbeat", {})
    station.call("Heartbeat", {})

    commands.run("wait Heartbeat")
    commands.run("wait Heartbeat")

    assert said == ["CP01: Heartbeat {}"] * 2
    with pytest.raises(OrderError):
        commands.run("wait Heartbeat 0.01")


def test_does_nothing_for_comments_and_ends_at_quit(commands, said):
    commands.run("")
    commands.run("# reset")
    assert said == []
    with pytest.raises(Quit):
        commands.run("quit")


def test_help_names_every_command(commands, said):
    commands.run("help")

    text = "\n".join(said)
    for name in ("start", "get", "trigger", "call!", "ledger", "quit"):
        assert f"  {name}" in text


# ---- completion ----


def completions(server, commands, text):
    completer = CommandCompleter(server, commands)
    return [c.text for c in completer.get_completions(Document(text), None)]


def test_completes_commands_words_keys_stations_and_tags(server, commands, station):
    rows = [{"key": "HeartbeatInterval", "readonly": False, "value": "1"}]
    station.answers["GetConfiguration"] = {"configurationKey": rows}
    commands.run("get")
    station.start(tag="TAG9")

    def complete(text):
        return completions(server, commands, text)

    assert complete("sta") == ["start", "stations"]
    assert complete("reset h") == ["Hard"]
    assert complete("trigger heart") == ["Heartbeat"]
    assert complete("set heart") == ["HeartbeatInterval"]
    assert complete("get A heart") == ["HeartbeatInterval"]
    assert complete("call GetC") == ["GetCompositeSchedule", "GetConfiguration"]
    assert complete("start ") == ["TAG9"]
    assert complete("stop ") == ["1"]
    assert complete("@") == ["@CP01"]
    assert complete("@CP01 res") == ["reset"]
    assert complete("boot P") == ["Pending"]
    assert complete("tag T Bl") == ["Blocked"]
    assert complete("unlock ") == []


# ---- what is shown ----


def frame(**options):
    fields = {
        "station_id": "CP01",
        "is_from_station": True,
        "kind": CALL,
        "action": "Authorize",
        "message_id": "1",
        "payload": {"idTag": "T"},
        "text": "[...]",
    }
    return Frame(**{**fields, **options})


def test_writes_a_payload_in_words():
    assert payload_text({"a": 1, "b": "x", "c": "x y", "d": [1], "e": ""}) == (
        'a=1 b=x c="x y" d=[1] e=""'
    )


def test_shows_control_characters_instead_of_obeying_them():
    line = line_of(frame(kind=GARBAGE, text="\x1b[2Jboo\n\u202e"))

    assert "\x1b" not in line
    assert "\n" not in line
    assert "\\x1b[2Jboo" in line


def test_cuts_long_lines():
    assert line_of(frame(payload={"idTag": "x" * 99}), 30).endswith("...")
    assert len(line_of(frame(payload={"idTag": "x" * 99}), 30)) == 30


def test_prints_frames_and_violations_in_order():
    out = io.StringIO()
    show = FramePrinter(Console(file=out, width=60))
    show(frame())
    show(frame(violation="it is wrong", payload={"idTag": "\ud800"}))
    show(Note("CP01", "gone", "not connected any more"))

    lines = out.getvalue().splitlines()
    assert lines[0].endswith("CP01 -> Authorize idTag=T")
    assert lines[2].endswith("!! violation: it is wrong")
    assert lines[3].endswith("-- not connected any more")


def test_logs_each_event_as_a_line_of_json():
    out = io.StringIO()
    log = JsonLog(out)
    log(frame(violation="wrong"))
    log(Note("CP01", "closed", "closed with 1000", {"code": 1000}))

    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert rows[0]["direction"] == "in"
    assert rows[0]["violation"] == "wrong"
    assert rows[0]["payload"] == {"idTag": "T"}
    assert (rows[1]["kind"], rows[1]["code"]) == ("closed", 1000)
    assert dict_of(frame(is_from_station=False))["direction"] == "out"


def test_keeps_the_error_of_a_log_that_cannot_be_written():
    class Full(io.StringIO):
        def write(self, _text):
            raise OSError("disk full")

    log = JsonLog(Full())
    log(frame())
    log(frame())

    assert str(log.error) == "disk full"


def test_times_go_on(server, station):
    station.call("Heartbeat", {})

    assert all(a.at_s <= b.at_s for a, b in pairwise(server.history.frames))


# ---- certificates ----


@pytest.mark.parametrize(
    ("words", "kind"),
    [([], "CentralSystemRootCertificate"), (["maker"], "ManufacturerRootCertificate")],
)
def test_installs_a_root_out_of_a_file(pki, words, kind):
    path = pki["csms-root-ecdsa"].pem

    action, payload = call_of("install-cert", [str(path), *words])

    assert action == "InstallCertificate"
    assert payload == {"certificateType": kind, "certificate": path.read_text()}


def test_names_a_root_by_its_hashes(pki):
    for kind in ("rsa", "ecdsa"):
        root = pki[f"csms-root-{kind}"]
        hashes = (
            OCSPRequestBuilder()
            .add_certificate(root.certificate, root.certificate, SHA256())
            .build()
        )

        action, payload = call_of("delete-cert", [str(root.pem)])

        assert action == "DeleteCertificate"
        assert payload["certificateHashData"] == {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": hashes.issuer_name_hash.hex(),
            "issuerKeyHash": hashes.issuer_key_hash.hex(),
            "serialNumber": f"{hashes.serial_number:x}",
        }


def test_builds_the_other_calls_about_certificates(pki):
    chain = pki["client-ecdsa"].chain_pem
    kinds = {"certificateType": "ManufacturerRootCertificate"}

    assert call_of("certs", ["maker"]) == ("GetInstalledCertificateIds", kinds)
    assert call_of("signed", [str(chain)])[1] == {"certificateChain": chain.read_text()}
    assert call_of("xtrigger", ["signchargepointcertificate"]) == (
        "ExtendedTriggerMessage",
        {"requestedMessage": "SignChargePointCertificate"},
    )
    assert call_of("xtrigger", ["MeterValues", "1"])[1]["connectorId"] == 1


@pytest.mark.parametrize(
    ("name", "words", "text"),
    [
        ("install-cert", ["/none.pem"], "/none.pem"),
        ("install-cert", ["x", "v2g"], "must be one of csms, maker"),
        ("delete-cert", [__file__], "no certificate in PEM"),
        ("xtrigger", ["DiagnosticsStatusNotification"], "must be one of"),
    ],
)
def test_says_what_is_wrong_with_a_certificate(name, words, text):
    with pytest.raises(OrderError, match=text):
        call_of(name, words)
