"""`chargecore cert run`, `cases`, `settings`: wrong use, lab.yaml, one run on simulators."""

import ftplib
import io
import json
import socket
import urllib.request

import pytest
from typer.testing import CliRunner

from chargecore_tools.cert.errors import CertError
from chargecore_tools.cert.file_server import FileServer
from chargecore_tools.cert.lab_settings import SETTINGS, LabSettings
from chargecore_tools.main import app

_CASES = ("TC_003_CS", "TC_012_CS", "TC_019_CS")


def _cert(*words):
    return CliRunner().invoke(app, ["cert", *map(str, words)])


def test_lists_the_cases_for_people_and_programs():
    shown = _cert("cases")
    listed = json.loads(_cert("cases", "--json").stdout)

    assert shown.exit_code == 0
    assert "  TC_003_CS      Regular Charging Session - Plugin First\n" in shown.stdout
    assert "when local_authorization" in shown.stdout
    assert {"TC_001_CS", "TC_087_CS"} & {row["case"] for row in listed}


def test_the_settings_that_are_written_can_be_read(tmp_path):
    path = tmp_path / "lab.yaml"

    assert _cert("settings", "--out", path).exit_code == 0
    again = _cert("settings", "--out", path)

    assert again.exit_code == 2
    assert "is there already" in again.stderr
    read = LabSettings(path)
    assert {name: read.get(name) for name in SETTINGS} == {
        name: row[0] for name, row in SETTINGS.items()
    }
    assert "password" not in read.public()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("identity: CP07\nspead: 3\n", ":2: 'spead' is no setting: identity,"),
        ("heartbeat_s: soon\n", ":1: 'heartbeat_s' must be a number of seconds"),
        ("socket: 1\n", ":1: 'socket' must be true or false"),
        ("speed: 0\n", ":1: 'speed' must be 0.01..200"),
        ("connector: 1.5\n", ":1: 'connector' must be a whole number"),
        ("features: {wings: true}\n", ":1: feature 'wings': true or false for one of socket"),
        ("ignore: DataTransfer\n", ":1: 'ignore' must be a list"),
        ("- a\n", ": must be a map of settings"),
        ("a: [\n", ":2: no YAML"),
    ],
)
def test_a_wrong_lab_yaml_is_refused_with_its_line(tmp_path, text, what):
    path = tmp_path / "lab.yaml"
    path.write_text(text)

    with pytest.raises(CertError) as caught:
        LabSettings(path)

    assert f"{path}{what}" in str(caught.value)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([], "who acts at the station?"),
        (["--sim", "--jobs", "9"], "--jobs 9: must be 1..8"),
        (["--sim", "--like", "toaster"], "--like toaster: must be one of socket, tethered"),
        (["--jobs", "2", "--ask"], "--jobs: only with --sim"),
        (["--sim", "--case", "TC_999"], "--case TC_999: `chargecore cert cases` lists them"),
        (["--sim", "--profile", "Corr"], "--profile Corr: must be one of "),
        (["--sim", "--security-profile", "4"], "--security-profile: must be 0..3"),
        (["--ask", "--security-profile", "2"], "security profile 2 needs `password`"),
        (["--control", "here"], "--control here: must be HOST:PORT"),
        (["--rig-command", "'"], "--rig-command: No closing quotation"),
        (["--sim", "--settings", "/nothing.yaml"], "/nothing.yaml: No such file"),
        (["--sim", "--station", "/nothing.json"], "--station /nothing.json: No such file"),
        (["--sim", "--cases", "/nothing"], "no case is of these ids and profiles"),
        (["--sim", "--speed", "1000"], "'speed' must be 0.01..200"),
    ],
)
def test_wrong_use_is_refused(tmp_path, words, what):
    done = _cert("run", "--out", tmp_path / "out", *words)

    assert done.exit_code == 2, done.output
    assert done.stderr.startswith("chargecore cert run: ")
    assert what in done.stderr


def test_a_port_that_is_taken_and_a_station_that_never_comes(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        where = ["--host", "127.0.0.1", "--out", tmp_path, "--ask", "--wait-s", "0.1"]
        taken = _cert("run", *where, "--port", port)
    alone = _cert("run", *where, "--port", "0")

    assert taken.exit_code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in taken.stderr
    assert alone.exit_code == 3
    assert "CP01 never came within 0.1 s" in alone.stderr


def test_some_cases_on_a_simulator(tmp_path):
    """The whole way, once: two simulators, three cases, all reports."""
    words = [word for case in _CASES for word in ("--case", case)]

    done = _cert("run", "--sim", "--jobs", "2", "--json", "--out", tmp_path, *words)

    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(row["case"] for row in lines[:-1]) == sorted(_CASES)
    assert lines[-1]["counts"] == {"pass": 3}
    report = json.loads((tmp_path / "report.json").read_text())
    assert [row["case"] for row in report["results"]] == list(_CASES)
    assert report["sut"]["boot"]["chargePointVendor"] == "chargecore"
    assert report["sut"]["configuration"]["NumberOfConnectors"]["value"] == "2"
    assert all((tmp_path / name).stat().st_size for name in ("report.html", "junit.xml"))


def test_files_are_fetched_and_brought_over_http_and_ftp(tmp_path):
    files = FileServer(tmp_path / "files", "127.0.0.1", LabSettings())
    files.wait_until = lambda has_come, _within_s: has_come()
    try:
        names = files.names()
        files.offer("a.txt", "hello")
        assert urllib.request.urlopen(f"{names['http']}/a.txt").read() == b"hello"
        part = urllib.request.Request(f"{names['http']}/a.txt", headers={"Range": "bytes=2-"})
        assert urllib.request.urlopen(part).read() == b"llo"

        put = urllib.request.Request(f"{names['http']}/x/../log.txt", b"log", method="PUT")
        assert urllib.request.urlopen(put).status == 201
        assert files.received(1, "log.txt") == {"name": "log.txt", "size": 3}

        host, port = names["ftp"].rpartition("@")[2].split(":")
        ftp = ftplib.FTP()
        ftp.connect(host, int(port))
        ftp.login("station", "station")
        ftp.storbinary("STOR diagnostics.txt", io.BytesIO(b"1234"))
        ftp.quit()
        assert files.received(1, "diagnostics.txt")["size"] == 4

        files.refuse(True)
        with pytest.raises(OSError):
            urllib.request.urlopen(put)
        files.reset()
        assert list((tmp_path / "files").iterdir()) == []
    finally:
        files.close()
