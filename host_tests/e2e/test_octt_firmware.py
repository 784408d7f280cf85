"""Lab cases TC_044: UpdateFirmware with bundles of the real firmware, on the real VM.

The new version is this firmware's own image under another number: it really boots from the flash
folder, and what is broken about a bad one is broken here.
"""

import time
from datetime import timedelta

import pytest
from file_servers import FtpFiles, HttpFiles

from chargecore_tools.bundle import IMAGE_NAME, make_bundle
from chargecore_tools.image.firmware_image import image_of
from chargecore_tools.sim_process import repository

NOTE = "FirmwareStatusNotification"
NEW = "9.9.9"


@pytest.fixture(scope="module")
def image():
    return image_of(repository()).read_bytes()


@pytest.fixture(params=[HttpFiles, FtpFiles], ids=["http", "ftp"])
def files(request, tmp_path):
    yield from _served(request.param, tmp_path)


@pytest.fixture
def http_files(tmp_path):
    yield from _served(HttpFiles, tmp_path)


def _served(kind, tmp_path):
    (tmp_path / "files").mkdir()
    server = kind(tmp_path / "files")
    yield server
    server.close()


def _put(files, data, name="app.bundle"):
    (files.folder / name).write_bytes(data)
    return f"{files.url}/{name}"


def _ask(bench, location, in_s=-10, **more):
    when = (bench.sim.now() + timedelta(seconds=in_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
    payload = {"location": location, "retrieveDate": when, "retries": 0, **more}
    assert bench.call("UpdateFirmware", **payload) == {}


def _told(bench, *statuses, timeout=30):
    """The statuses of the update, in order; connectors may be Unavailable meanwhile."""
    for status in statuses:
        call = bench.next_call(timeout, skips=("Heartbeat", "MeterValues", "StatusNotification"))
        assert (call.action, call.payload) == (NOTE, {"status": status}), call.text


def _boots(bench, version):
    """The station boots that version and tells its statuses."""
    bench.sim.wait_reboot()
    boot = bench.next_call(30, skips=("Heartbeat", "StatusNotification", NOTE))
    while boot.action != "BootNotification":
        boot = bench.next_call(30, skips=("Heartbeat", "StatusNotification", NOTE))
    assert boot.payload.get("firmwareVersion") == version, boot.text
    bench.expect_statuses({0: "Available", 1: "Available"}, timeout=30)


def _old(bench):
    return bench.server.history.calls("CP01", "BootNotification")[0].payload.get("firmwareVersion")


def test_tc_044_1_download_and_install(bench, files, image):
    _ask(bench, _put(files, make_bundle("host", NEW, {IMAGE_NAME: image})))

    _told(bench, "Downloading", "Downloaded", "Installing")
    _boots(bench, NEW)
    _told(bench, "Installed")
    bench.session()
