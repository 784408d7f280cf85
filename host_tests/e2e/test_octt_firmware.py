"""Lab cases TC_044: UpdateFirmware with bundles of the real firmware, on the real VM.

The new version is this firmware's own image under another number: it really boots from the flash
folder, and what is broken about a bad one is broken here.
"""

import shutil
import time
from datetime import timedelta

import pytest
from file_servers import FtpFiles, HttpFiles

from chargecore_tools.bundle import IMAGE_NAME, make_bundle
from chargecore_tools.image.firmware_image import image_of
from chargecore_tools.sim_process import repository

NOTE = "FirmwareStatusNotification"
NEW = "9.9.9"
PLAIN = {"security": False}  # with the whitepaper only signed firmware is installed (L01.FR.20)


@pytest.fixture
def bench(bench_factory):
    return bench_factory(station=PLAIN).booted()


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


def _boots(bench, version, *told):
    """The station boots that version and tells its statuses, those of the update among them."""
    bench.sim.wait_reboot()
    boot = bench.next_call(30, skips=("Heartbeat", "StatusNotification", NOTE))
    while boot.action != "BootNotification":
        boot = bench.next_call(30, skips=("Heartbeat", "StatusNotification", NOTE))
    assert boot.payload.get("firmwareVersion") == version, boot.text
    available = [("StatusNotification", {"connectorId": n, "status": "Available"}) for n in (0, 1)]
    bench.expect_any(*available, *[(NOTE, {"status": status}) for status in told], timeout=30)


def _old(bench):
    return bench.server.history.calls("CP01", "BootNotification")[0].payload.get("firmwareVersion")


def test_tc_044_1_download_and_install(bench, files, image):
    _ask(bench, _put(files, make_bundle("host", NEW, {IMAGE_NAME: image})))

    _told(bench, "Downloading", "Downloaded", "Installing")
    _boots(bench, NEW, "Installed")
    bench.session()


@pytest.mark.parametrize("location", ["ftp://127.0.0.1:9/no", "https://127.0.0.1:9/no"])
def test_tc_044_2_download_failed(bench, location):
    _ask(bench, location)

    _told(bench, "Downloading", "DownloadFailed")
    assert bench.count("BootNotification") == 1
    bench.session()


@pytest.mark.parametrize("fault", ["checksum", "garbage", "cut", "target", "image"])
def test_tc_044_3_installation_failed(bench, http_files, image, fault):
    good = make_bundle("host", NEW, {IMAGE_NAME: image})
    data = {
        "checksum": good[:5000] + bytes((good[5000] ^ 1,)) + good[5001:],
        "garbage": image,
        "cut": good[:-40_000],
        "target": make_bundle("esp32", NEW, {IMAGE_NAME: image}),
        "image": good[:-1] + bytes((good[-1] ^ 1,)),
    }[fault]
    _ask(bench, _put(http_files, data))

    _told(bench, "Downloading", "Downloaded", "Installing", "InstallationFailed")
    bench.wait_event("bundle refused")
    bench.wait_sim(lambda s: s["connectors"][0]["status"] == "Available", "Available")
    assert bench.count("BootNotification") == 1


def test_a_download_that_is_cut_off_goes_on_where_it_was(bench, http_files, image):
    http_files.cut_after_b = 100_000
    bundle = make_bundle("host", NEW, {IMAGE_NAME: image})
    _ask(bench, _put(http_files, bundle), retries=1, retryInterval=5)

    _told(bench, "Downloading", "Downloaded", "Installing")
    assert [row[2] for row in http_files.requests] == [None, "bytes=100000-"]
    _boots(bench, NEW, "Installed")


def test_a_download_that_is_cut_off_has_failed_when_there_are_no_retries(bench, http_files, image):
    http_files.cut_after_b = 100_000
    _ask(bench, _put(http_files, make_bundle("host", NEW, {IMAGE_NAME: image})))

    _told(bench, "Downloading", "DownloadFailed")


def test_a_server_that_stalls_is_not_waited_for(bench, http_files, image):
    http_files.stall_after_b = 50_000
    _ask(bench, _put(http_files, make_bundle("host", NEW, {IMAGE_NAME: image})))

    _told(bench, "Downloading", "DownloadFailed")
    bench.wait_event("file transfer failed: 6")
    bench.session()


@pytest.mark.parametrize("fault", ["no image", "empty image", "raises at import"])
def test_falls_back_when_the_new_version_does_not_come_up(bench, http_files, fault):
    data = {
        "no image": b"this is no ROMFS",
        "empty image": _romfs({"main": "x = 1\n"}),
        "raises at import": _romfs({"boards/host/sim_main": "raise ValueError('broken')\n"}),
    }[fault]
    old = _old(bench)
    _ask(bench, _put(http_files, make_bundle("host", NEW, {IMAGE_NAME: data})))

    _told(bench, "Downloading", "Downloaded", "Installing")
    _boots(bench, old, "InstallationFailed")
    bench.session()


def _image_with_a_change(folder, path, old, new):
    """Return the image of this repository's firmware with one line changed."""
    root = repository()
    for name in ("firmware", "boards"):
        shutil.copytree(root / name, folder / name)
    (root / "build").mkdir(exist_ok=True)
    (folder / "build").symlink_to(root / "build")  # kept there under a hash of its sources
    source = folder / path
    text = source.read_text(encoding="utf-8")
    assert text.count(old) == 1
    source.write_text(text.replace(old, new), encoding="utf-8")
    return image_of(folder).read_bytes()


def test_falls_back_when_the_new_version_fails_its_self_test(bench, http_files, tmp_path):
    data = _image_with_a_change(
        tmp_path / "changed",
        "firmware/chargecore/safety/self_test.py",
        "self._pilot_stage == _DONE\n",
        "self._pilot_stage == 99\n",
    )
    old = _old(bench)
    _ask(bench, _put(http_files, make_bundle("host", NEW, {IMAGE_NAME: data})))
    _told(bench, "Downloading", "Downloaded", "Installing")
    bench.sim.wait_reboot()
    boot = bench.next_call(30, skips=("Heartbeat", "StatusNotification", NOTE))
    assert boot.payload["firmwareVersion"] == NEW

    bench.ctl("speed", factor=100)  # until it starts again
    bench.sim.wait_reboot(60)  # nothing is offered meanwhile; after 300 s it is given up
    boot = bench.next_call(30, skips=("Heartbeat", "StatusNotification", NOTE))
    assert boot.payload.get("firmwareVersion") == old
    _told(bench, "InstallationFailed")
    bench.wait_sim(lambda s: s["connectors"][0]["status"] == "Available", "Available")
    bench.session()


def _romfs(sources):
    """Return an image of {module: text}."""
    import tempfile
    from pathlib import Path

    from chargecore_tools.image.firmware_image import _romfs as pack
    from chargecore_tools.image.firmware_image import compile_file

    files = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, text) in enumerate(sources.items()):
            source, out = Path(folder) / f"m{number}.py", Path(folder) / f"m{number}.mpy"
            source.write_text(text, encoding="utf-8")
            compile_file(source, out)
            files[name] = out.read_bytes()
    return pack(files)


def test_falls_back_when_the_supply_fails_before_the_new_version_has_proven_itself(
    bench, http_files, image
):
    old = _old(bench)
    _ask(bench, _put(http_files, make_bundle("host", NEW, {IMAGE_NAME: image})))
    _told(bench, "Downloading", "Downloaded", "Installing")
    _boots(bench, NEW)
    bench.sim.kill()
    bench.sim.start()

    assert bench.expect("BootNotification", 30).payload.get("firmwareVersion") == old
    _told(bench, "InstallationFailed")


def test_waits_for_a_session_and_keeps_the_free_connector_out_of_use(
    bench_factory, http_files, image
):
    bench = bench_factory(connectors=2, station=PLAIN).booted()
    start = bench.charging(connector=1)
    _ask(bench, _put(http_files, make_bundle("host", NEW, {IMAGE_NAME: image})))
    bench.expect(NOTE, status="Downloading")
    bench.expect_any(
        (NOTE, {"status": "Downloaded"}),
        ("StatusNotification", {"connectorId": 2, "status": "Unavailable"}),
        timeout=30,
    )
    bench.quiet(NOTE, 20)
    assert bench.sim_status()["contactor"] == "closed"

    bench.swipe("TAG1")
    stop = bench.next_call(10, skips=("StatusNotification", NOTE))
    assert (stop.action, stop["transactionId"]) == (
        "StopTransaction",
        start.answer["transactionId"],
    )
    bench.sim.wait_reboot()
    boot = bench.next_call(30, skips=("Heartbeat", "StatusNotification", "MeterValues", NOTE))
    assert boot.payload.get("firmwareVersion") == NEW
    bench.expect_statuses(dict.fromkeys(range(3), "Available"), timeout=30)
    _told(bench, "Installed")


@pytest.mark.parametrize("after", ["Downloading", "Downloaded", "Installing"])
def test_a_power_cut_at_any_stage_leaves_a_working_version(bench, http_files, image, after):
    _ask(bench, _put(http_files, make_bundle("host", NEW, {IMAGE_NAME: image})))
    told = bench.expect(NOTE)
    while told["status"] != after:
        told = bench.next_call(30, skips=("Heartbeat", "StatusNotification"))
    bench.sim.kill()
    bench.sim.start()

    end_s = time.monotonic() + 60
    while _statuses(bench)[-1] not in ("Installed", "InstallationFailed"):
        bench.sim.follow_reboot()
        assert time.monotonic() < end_s, _statuses(bench)
        time.sleep(0.02)
    boots = bench.server.history.calls("CP01", "BootNotification")
    assert boots[-1].payload.get("firmwareVersion") == NEW
    assert _statuses(bench)[-1] == "Installed"


def _statuses(bench):
    return [call["status"] for call in bench.server.history.calls("CP01", NOTE)]


def test_waits_for_the_date_also_over_a_power_cut(bench, http_files, image):
    _ask(bench, _put(http_files, make_bundle("host", NEW, {IMAGE_NAME: image})), in_s=60)
    bench.quiet(NOTE, 20)
    bench.sim.kill()
    bench.sim.start()
    bench.expect("BootNotification", 30)
    bench.expect_statuses({0: "Available", 1: "Available"}, timeout=30)

    _told(bench, "Downloading", "Downloaded", "Installing")


def test_takes_the_newest_request_until_it_is_being_installed(bench, http_files, image):
    http_files.stall_after_b = 1_000
    _ask(bench, _put(http_files, b"x" * 5_000, "stalls"))
    bench.expect(NOTE, status="Downloading")
    http_files.serve_again()
    _ask(bench, _put(http_files, make_bundle("host", NEW, {IMAGE_NAME: image})))

    _told(bench, "Downloading", "Downloaded", "Installing")
    _boots(bench, NEW, "Installed")
