"""Secrets stay inside: planted passwords and keys, then everything that leaves is searched.

A session with errors of every kind: wrong messages, a server that is not there, files that
cannot be moved, an update that is refused. What leaves are frames, what the station prints, the
answers of the control socket, and the files it brings.
"""

import base64
import json
import time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from file_servers import FtpFiles, HttpFiles

PASSWORD = b"MARKER-password1"  # 16 bytes, as AuthorizationKey wants them
NEW_PASSWORD = b"MARKER-password-2"
WIFI = "MARKER-wifi-password"
URL_USER, URL_PASSWORD = "MARKER-user", "MARKER-url-password"


def _forms_of_key(sample):
    """Return a private key in every form in which it could leave."""
    numbers = sample.key.private_numbers()
    raw = numbers.private_value.to_bytes(32, "big")
    der = sample.key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    lines = [line for line in sample.key_pem.read_text().splitlines() if "-----" not in line]
    texts = [raw.hex(), base64.b64encode(raw).decode()[:40], der.hex()]
    return [*lines, *texts, base64.b64encode(der).decode()[:60], raw.decode("latin-1")]


def _markers(sample):
    """Return every text that must not leave."""
    markers = [WIFI, URL_USER, URL_PASSWORD, *_forms_of_key(sample)]
    for password in (PASSWORD, NEW_PASSWORD):
        encoded = base64.b64encode(password).decode().rstrip("=")
        markers += [password.decode(), password.hex(), encoded[:-1]]
        markers.append(base64.b64encode(b"CP01:" + password).decode().rstrip("=")[:-1])
    return markers


def _is_in(text, markers):
    """Return the markers that stand in a text, upper or lower case, escaped or not."""
    folded = text.casefold()
    return [marker for marker in markers if marker.casefold() in folded]


@pytest.fixture
def http_files(tmp_path):
    folder = tmp_path / "http"
    (folder / "up").mkdir(parents=True)
    server = HttpFiles(folder)
    yield server
    server.close()


@pytest.fixture
def ftp_files(tmp_path):
    folder = tmp_path / "ftp"
    (folder / "up").mkdir(parents=True)
    server = FtpFiles(folder)
    yield server
    server.close()


class Exit:
    """All that has left the station, by where it left."""

    def __init__(self, bench, printed_path, folders):
        self._bench = bench
        self._printed_path = printed_path
        self._folders = folders
        self._replies = []

    def ask(self, cmd, **fields):
        """Ask the control socket; the reply counts."""
        self._replies.append(json.dumps(self._bench.sim.client.ask(cmd, **fields)))

    def texts(self):
        """Return (where, text) of everything."""
        frames = [frame for frame in self._bench.server.history.frames if frame.is_from_station]
        found = [("frames", frame.text) for frame in frames]
        found += [("control socket", reply) for reply in self._replies]
        found.append(("printed", self._printed_path.read_text(encoding="latin-1")))
        for folder in self._folders:
            for path in folder.rglob("*"):
                if path.is_file():
                    found.append((path.name, path.name + path.read_text(encoding="latin-1")))
        return found


@pytest.fixture
def guarded(bench_factory, pki, tmp_path, http_files, ftp_files):
    """A station full of secrets, and its Exit."""
    client = pki["client-ecdsa"]
    station = {
        "auth_key": PASSWORD.hex(),
        "wifi": {"ssid": "net", "password": WIFI},
        "client_certificate": client.chain_pem.read_text(),
        "client_key": client.key_pem.read_text(),
        "manufacturer_root_ca": pki["manufacturer-root-ecdsa"].pem.read_text(),
    }
    printed_path = tmp_path / "printed"
    with printed_path.open("wb") as output:
        bench = bench_factory(station=station, output=output).booted()
        bench.tolerated.append("answers nothing that was asked")
        yield bench, Exit(bench, printed_path, (http_files.folder, ftp_files.folder))


def _say_it_all(bench, exit_, files):
    """Ask for everything that the station tells by itself."""
    bench.call("GetConfiguration")
    bench.call("GetConfiguration", key=["AuthorizationKey", "CpoName", "NoSuchKey"])
    for kind in ("DiagnosticsLog", "SecurityLog"):
        log = {"remoteLocation": f"{files.url}/up/"}
        answer = bench.call("GetLog", logType=kind, requestId=1, log=log)
        _wait_for_file(files, answer["filename"])
    _wait_for_file(files, bench.call("GetDiagnostics", location=f"{files.url}/up/")["fileName"])
    bench.settled()
    exit_.ask("status", collect=True)
    exit_.ask("events", since=bench.ctl("events", since=1_000_000)["total"] - 10)


def _wait_for_file(files, name):
    """Wait until the station has brought it, all of it: its last line is blank."""
    end_s = time.monotonic() + 30
    while not any(path.read_bytes().endswith(b" \n") for path in files.folder.rglob(name)):
        assert time.monotonic() < end_s, [path.name for path in files.folder.rglob("*")]
        time.sleep(0.02)


def _with_password(url):
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{URL_USER}:{URL_PASSWORD}@{rest}"


def _move_files_in_vain(bench, files):
    """Name the user and password of URLs that cannot be used."""
    for url in (_with_password(files.url) + "/missing/x", _with_password("http://127.0.0.1:9/x")):
        log = {"remoteLocation": url}
        bench.call("GetLog", logType="SecurityLog", requestId=2, log=log, retries=0)
        bench.wait_call("LogStatusNotification", 30, requestId=2)
        bench.call("GetDiagnostics", location=url, retries=0)
        bench.quiet("BootNotification", 10)
    firmware = {
        "location": _with_password("http://127.0.0.1:9/x"),
        "retrieveDateTime": "2026-01-01T00:00:00Z",
        "signingCertificate": "none",
        "signature": "none",
    }
    bench.call("SignedUpdateFirmware", 30, requestId=3, firmware=firmware)


def _send_wrong_messages(bench, key):
    """Quote secrets in messages that are answered with a CALLERROR, or cannot be read."""
    texts = [PASSWORD.hex(), WIFI, key.key_pem.read_text()]
    for number, text in enumerate(texts):
        for payload in (
            {"key": "AuthorizationKey", "value": [text]},
            {"key": "AuthorizationKey", "value": text, "more": text},
            {text: text},
        ):
            raw = json.dumps([2, f"w{number}", "ChangeConfiguration", payload])
            bench.server.send_text("CP01", raw)
        bench.server.send_text("CP01", json.dumps([2, f"x{number}", text[:30], {"a": text}]))
        bench.server.send_text("CP01", '[2,"y","ChangeConfiguration",{"key":"' + text[:40])
    bench.settled()


def test_no_secret_leaves_the_station_whatever_goes_wrong(guarded, pki, http_files, ftp_files):
    bench, exit_ = guarded
    client = pki["client-ecdsa"]
    bench.session()
    _send_wrong_messages(bench, client)
    for value in (NEW_PASSWORD.hex()[:-1], "x" * 33, "SHORT", NEW_PASSWORD.hex()):
        bench.call("ChangeConfiguration", key="AuthorizationKey", value=value)
    bench.wait_connections(2, 30)
    bench.settled()
    _move_files_in_vain(bench, http_files)
    bench.ctl("network", up=False)
    bench.wait_sim(lambda status: not status["station"]["connected"], "a lost connection")
    bench.ctl("network", up=True)
    bench.wait_connections(3, 30)
    _say_it_all(bench, exit_, http_files)
    _say_it_all(bench, exit_, ftp_files)
    bench.sim.kill()
    bench.sim.start()
    bench.wait_connections(4, 30)
    bench.settled()
    _say_it_all(bench, exit_, http_files)

    texts = exit_.texts()
    assert {where for where, _text in texts} >= {"frames", "control socket", "printed"}
    assert len(texts) > 100
    assert sum(len(text) for where, text in texts if where == "printed") > 1_000
    leaks = [(where, found) for where, text in texts if (found := _is_in(text, _markers(client)))]
    assert leaks == []


def test_the_search_finds_what_is_planted(pki):
    """It could fail: each marker is found where it stands."""
    markers = _markers(pki["client-ecdsa"])
    assert len(markers) > 12
    for marker in markers:
        assert len(marker) >= 8
        assert _is_in(f"before {marker.upper()} behind", markers), marker
    assert _is_in("nothing at all", markers) == []
