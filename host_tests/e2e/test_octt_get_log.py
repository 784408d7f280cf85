"""Lab case TC_079: GetLog against real file servers, on the real VM; both logs, and what fails."""

import pytest
from file_servers import FtpFiles, HttpFiles

NOTE = "LogStatusNotification"
REQUEST = 7


@pytest.fixture(params=[HttpFiles, FtpFiles], ids=["http", "ftp"])
def files(request, tmp_path):
    yield from _served(request.param, tmp_path)


@pytest.fixture
def http_files(tmp_path):
    yield from _served(HttpFiles, tmp_path)


def _served(kind, tmp_path):
    folder = tmp_path / "files"
    (folder / "up").mkdir(parents=True)
    server = kind(folder)
    yield server
    server.close()


def _ask(bench, location, log_type="SecurityLog", request=REQUEST, **more):
    log = {"remoteLocation": location}
    return bench.call("GetLog", logType=log_type, requestId=request, log=log, **more)


def _told(bench, *statuses, request=REQUEST):
    for status in statuses:
        assert bench.expect(NOTE, 30).payload == {"status": status, "requestId": request}


def _brought(files, name):
    found = list(files.folder.rglob(name))
    assert len(found) == 1, found
    return found[0].read_text(encoding="utf-8")


def test_tc_079_get_security_log(bench, files):
    bench.ctl("security_event", type="TamperDetectionActivated", info="lid open")
    answer = _ask(bench, f"{files.url}/up/")

    assert answer["status"] == "Accepted"
    _told(bench, "Uploading", "Uploaded")
    text = _brought(files, answer["filename"])
    for part in ("StartupOfTheDevice", "SettingSystemTime", "TamperDetectionActivated: lid open"):
        assert part in text
    bench.session()


def test_brings_the_diagnostics_log(bench, files):
    answer = _ask(bench, f"{files.url}/up/", "DiagnosticsLog")

    assert answer["status"] == "Accepted"
    _told(bench, "Uploading", "Uploaded")
    assert "HeartbeatInterval" in _brought(files, answer["filename"])


def test_a_log_gives_its_heap_back(bench, http_files):
    """The first one may leave names behind, which stay; no other leaves anything."""

    def round_trip():
        _ask(bench, f"{http_files.url}/up/", "DiagnosticsLog")
        _told(bench, "Uploading", "Uploaded")
        bench.settled()
        return bench.ctl("status", collect=True)["station"]["heap_free_b"]

    round_trip()
    before_b = round_trip()
    free_b = [round_trip() for _ in range(3)]

    # One of them may have been measured before the last answer had left.
    assert max(free_b[-2:]) >= before_b, (before_b, free_b)


def test_has_the_events_of_former_boots(bench, http_files):
    bench.ctl("security_event", type="TamperDetectionActivated", info="before")
    bench.wait_call("SecurityEventNotification", techInfo="before")
    bench.settled()
    bench.sim.kill()
    bench.sim.start()
    bench.expect("BootNotification", 30)
    bench.expect_statuses({0: "Available", 1: "Available"}, timeout=30)
    answer = _ask(bench, f"{http_files.url}/up/")

    _told(bench, "Uploading", "Uploaded")
    text = _brought(http_files, answer["filename"])
    assert text.count("StartupOfTheDevice") == 2
    assert "TamperDetectionActivated: before" in text


@pytest.mark.parametrize(
    "location, status",
    [
        ("http://127.0.0.1:9/x", "UploadFailure"),
        ("gopher://127.0.0.1/x", "BadMessage"),
        ("no address at all", "BadMessage"),
    ],
)
def test_tells_why_it_failed(bench, location, status):
    answer = _ask(bench, location, retries=0)

    assert answer["status"] == "Accepted"
    _told(bench, "Uploading", status)
    bench.quiet(NOTE, 10)


def test_a_second_request_ends_the_first(bench, http_files):
    first = _ask(bench, "http://127.0.0.1:9/x", retries=5, retryInterval=60)
    assert first["status"] == "Accepted"
    _told(bench, "Uploading")
    answer = _ask(bench, f"{http_files.url}/up/", request=8)

    assert answer["status"] == "AcceptedCanceled"
    _told(bench, "Uploading", "Uploaded", request=8)
    bench.quiet(NOTE, 120)


def test_a_trigger_brings_the_status(bench):
    """W11, N01.FR.12."""
    message = {"requestedMessage": "LogStatusNotification"}
    assert bench.call("ExtendedTriggerMessage", **message) == {"status": "Accepted"}
    assert bench.expect(NOTE).payload == {"status": "Idle"}
    _ask(bench, "http://127.0.0.1:9/x", retries=5, retryInterval=60)
    _told(bench, "Uploading")
    bench.call("ExtendedTriggerMessage", **message)
    _told(bench, "Uploading")
