"""The `chargecore` command: help, wrong options, exit statuses, scripts, signals."""

import json
import signal
import socket
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from chargecore_tools.csms.cli import boots_of
from chargecore_tools.csms.rules import Rules, RulesError, read_tags
from chargecore_tools.main import app
from fakes.ocpp_station import OcppStation

_LIMIT_S = 20
_COMMAND = [sys.executable, "-m", "chargecore_tools.main"]


def invoke(*arguments):
    """Run a command that ends by itself. Return (exit status, all of its output)."""
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})
    return result.exit_code, result.output


class Csms:
    """`chargecore csms` as a process on a free port; `url` once it is up."""

    def __init__(self, *options, stdin=subprocess.PIPE):
        self.process = subprocess.Popen(
            [*_COMMAND, "csms", "--port", "0", *options],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        stream = self.process.stderr if "-" in options else self.process.stdout
        self.banner = stream.readline()
        self.url = self.banner.split()[-1].rsplit("/", 1)[0]

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.process.kill()
        self.process.communicate()

    def type(self, text):
        """Write to its standard input."""
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def end(self):
        """Type quit and wait. Return (exit status, output, errors)."""
        out, err = self.process.communicate("quit\n", timeout=_LIMIT_S)
        return self.process.returncode, out, err


# ---- help and wrong options ----


@pytest.mark.parametrize("command", ["run", "sim", "csms", "soak"])
def test_help_shows_an_example(command):
    status, text = invoke(command, "--help")

    assert status == 0
    assert f"Example: chargecore {command}" in text


def test_help_of_csms_says_that_it_is_for_development():
    text = invoke("csms", "--help")[1]

    assert "DEVELOPMENT server" in text
    assert "not for the field" in " ".join(text.split())


def test_shows_its_version():
    assert invoke("--version")[1].startswith("chargecore ")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["nonsense"], "nonsense"),
        (["csms", "--nonsense"], "nonsense"),
        (["csms", "--port", "70000"], "65535"),
        (["csms", "--boot", "Maybe"], "Accepted, Pending, Rejected"),
        (["csms", "--boot", "Pending:x"], "STATUS:SECONDS"),
        (["csms", "--tags", "/nowhere/tags.json"], "/nowhere/tags.json"),
        (["csms", "--json", "/nowhere/log"], "/nowhere/log"),
        (["sim"], "--csms"),
        (["sim", "--csms", "http://x", "--id", "A"], "ws://"),
        (["sim", "--csms", "ws://x"], "--id"),
        (["sim", "--csms", "ws://x", "--id", "A", "--connectors", "0"], "--connectors 0"),
        (["sim", "--csms", "ws://x", "--id", "A", "--control", "x"], "HOST:PORT"),
        (["sim", "--csms", "ws://x", "--id", "A", "--heap", "much"], "--heap much"),
        (["sim", "--csms", "ws://x", "--id", "A", "--heap", "5000m"], "--heap 5000m"),
        (["sim", "--csms", "wss://", "--id", "A"], "wss://"),
        (["sim", "--csms", "ws://x", "--id", "A", "--root-ca", "/nowhere/r.pem"], "--root-ca"),
        (["sim", "--csms", "ws://x", "--id", "A", "--client-key", "/nowhere/k"], "--client-key"),
        (["run", "--security-profile", "4"], "3"),
        (["csms", "--security-profile", "2"], "needs --tls-cert"),
        (["csms", "--pki", "/nowhere"], "no PKI"),
        (["sim", "--csms", "ws://x", "--id", "A", "--vm", "pypy"], "--vm pypy"),
        (["sim", "--csms", "ws://x", "--id", "A", "--speed", "0"], "--speed 0"),
        (["sim", "--station", "/nowhere/s.json"], "/nowhere/s.json"),
        (["sim", "--csms", "ws://x", "--id", "A", "--config", "/nowhere/c"], "/nowhere/c"),
        (["run", "--vm", "pypy"], "--vm pypy"),
        (["run", "--heap", "much"], "--heap much"),
        (["run", "--amps", "2"], "8"),
        (["run", "--speed", "0"], "1"),
    ],
)
def test_ends_with_2_and_says_why_when_options_are_wrong(arguments, text):
    status, output = invoke(*arguments)

    assert status == 2
    assert text in output


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("{", "not JSON"),
        ("[]", "one JSON object"),
        ('{"T": "Maybe"}', "status must be one of"),
        ('{"T": 5}', "must be a status or an object"),
        ('{"T": {"status": 5}}', "'status' must be a text"),
        ('{"T": {"extra": "x"}}', "'extra'"),
        ('{"xxxxxxxxxxxxxxxxxxxxx": "Accepted"}', "1..20 characters"),
    ],
)
def test_refuses_a_file_of_tags_that_is_wrong(tmp_path, content, text):
    path = tmp_path / "tags.json"
    path.write_text(content)

    with pytest.raises(RulesError) as error:
        Rules(tags=read_tags(path))
    assert text in str(error.value)


def test_reads_the_answers_to_boots():
    assert boots_of("Pending:20, Accepted") == [("Pending", 20), ("Accepted", 300)]


# ---- csms as a process ----


def test_csms_ends_with_3_when_the_port_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, output = invoke("csms", "--port", str(taken.getsockname()[1]))

    assert status == 3
    assert "cannot listen" in output


def test_csms_runs_a_script_and_ends_with_0():
    with Csms("--boot", "Accepted:77") as csms, OcppStation(csms.url) as station:
        assert "development server" in csms.banner
        row = {"key": "K", "readonly": False, "value": "\x1b[2J\ud800"}
        station.answers["GetConfiguration"] = {"configurationKey": [row]}
        station.answers["Reset"] = {"status": "Accepted"}
        assert station.boot()["interval"] == 77
        csms.type("wait BootNotification\nget K\nreset hard\n")
        out, _err = csms.process.communicate(timeout=_LIMIT_S)
        status = csms.process.returncode

    assert status == 0
    assert station.asked[-1] == ("Reset", {"type": "Hard"})
    assert "CP01: K = \\x1b[2J\\xd800" in out
    assert "-> BootNotification chargePointVendor=v" in out
    assert "CP01: status=Accepted" in out


def test_csms_ends_with_1_when_a_command_of_its_script_failed():
    with Csms() as csms:
        csms.type("nonsense\nquit\nledger\n")
        status, out, _err = csms.end()

    assert status == 1
    assert "error: 'nonsense': no such command" in out
    assert "transactions" not in out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_csms_without_script_serves_until_it_is_stopped(number):
    with Csms(stdin=subprocess.DEVNULL) as csms, OcppStation(csms.url) as station:
        assert station.boot()["status"] == "Accepted"
        csms.process.send_signal(number)

        assert csms.process.wait(_LIMIT_S) == 0
        assert station.close_code == 1001


def test_csms_logs_to_a_file(tmp_path):
    path = tmp_path / "log.jsonl"
    with Csms("--json", str(path), "--quiet") as csms, OcppStation(csms.url) as station:
        station.boot()
        station.send("garbage")
        station.call("Heartbeat", {})
        status, out, _err = csms.end()

    assert (status, out) == (0, "")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    frames = [row for row in rows if row["event"] == "frame"]
    assert [row["direction"] for row in frames] == ["in", "out", "in", "in", "out"]
    assert frames[2]["text"] == "garbage"
    assert frames[2]["violation"].startswith("not JSON")


def test_csms_logs_nothing_but_json_to_standard_output():
    with Csms("--json", "-") as csms, OcppStation(csms.url) as station:
        station.boot()
        status, out, err = csms.end()

    assert status == 0
    assert [json.loads(line)["event"] for line in out.splitlines()][:2] == ["note", "frame"]
    assert "-> BootNotification" in err


def test_csms_asks_for_the_password_and_refuses_the_unbooted_when_strict():
    with Csms("--password", "secret", "--strict") as csms:
        with OcppStation(csms.url, password="secret") as station:
            assert station.call("Heartbeat", {})[2] == "SecurityError"
