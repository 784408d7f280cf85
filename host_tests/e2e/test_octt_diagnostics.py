"""Lab cases TC_045: GetDiagnostics against real file servers, on the real VM."""

import pytest
from file_servers import FtpFiles, HttpFiles

NOTE = "DiagnosticsStatusNotification"


@pytest.fixture(params=[HttpFiles, FtpFiles], ids=["http", "ftp"])
def files(request, tmp_path):
    folder = tmp_path / "files"
    (folder / "up").mkdir(parents=True)
    server = request.param(folder)
    yield server
    server.close()


@pytest.fixture
def http_files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    server = HttpFiles(folder)
    yield server
    server.close()


def _brought(files, name):
    found = list(files.folder.rglob(name))
    assert len(found) == 1, found
    return found[0].read_text(encoding="utf-8")


def test_tc_045_1_get_diagnostics(bench, files):
    answer = bench.call("GetDiagnostics", location=f"{files.url}/up/")

    bench.expect(NOTE, status="Uploading")
    bench.expect(NOTE, status="Uploaded")
    text = _brought(files, answer["fileName"])
    for part in (
        "id=CP01",
        "OPEN_BOOT",
        "[scheduler]",
        "connection: worst_ms",
        "HeartbeatInterval",
    ):
        assert part in text
    assert "boot number 1" in text
    assert text.endswith(" \n")


@pytest.mark.parametrize(
    "location", ["ftp://127.0.0.1:9/nothing", "http://127.0.0.1:9/x", "https://127.0.0.1:9/x"]
)
def test_tc_045_2_get_diagnostics_upload_failed(bench, location):
    answer = bench.call("GetDiagnostics", location=location, retries=0)

    assert answer["fileName"]
    bench.expect(NOTE, status="Uploading")
    bench.expect(NOTE, status="UploadFailed")
    bench.quiet(NOTE, 10)
    bench.wait_event("file transfer failed: 4")  # nobody there
    bench.session()


def test_tries_again_as_often_as_it_is_told(bench, http_files):
    http_files.takes_put = True
    http_files.folder.rmdir()
    bench.call("GetDiagnostics", location=f"{http_files.url}/up", retries=2, retryInterval=5)
    bench.expect(NOTE, status="Uploading")
    bench.quiet(NOTE, 4)
    http_files.folder.mkdir()

    bench.expect(NOTE, status="Uploaded")
    assert len(http_files.requests) >= 2


def test_posts_where_put_is_not_allowed(bench, http_files):
    http_files.takes_put = False
    bench.call("GetDiagnostics", location=f"{http_files.url}/upload")

    bench.expect(NOTE, status="Uploading")
    bench.expect(NOTE, status="Uploaded")
    assert [row[0] for row in http_files.requests] == ["PUT", "POST"]
    assert (http_files.folder / "upload").read_text(encoding="utf-8").startswith("[station]")


def test_a_session_goes_on_while_a_report_is_brought(bench, files):
    bench.charging()
    answer = bench.call("GetDiagnostics", location=f"{files.url}/up/")
    bench.expect(NOTE, status="Uploading")
    bench.expect(NOTE, status="Uploaded")

    assert bench.sim_status()["contactor"] == "closed"
    assert "status=2" in _brought(files, answer["fileName"])
    bench.swipe("TAG1")
    bench.stopped()
