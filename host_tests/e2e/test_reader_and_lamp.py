"""The fields `reader` and `lamp` of station.json, on the real firmware in the VM."""

import json
import subprocess
import sys

import pytest
from octt import INVALID_TAG, TAG
from sim_station import HEAP

from chargecore_tools.sim_client import SimRefused

_GREEN, _BLUE, _RED, _DARK = [0, 255, 0], [0, 0, 255], [255, 0, 0], [0, 0, 0]


def wait_lamp(bench, colour):
    """Wait until the lamp of connector 1 shows that colour."""
    bench.wait_sim(lambda now: now["connectors"][0]["lamp"] == colour, f"the colour {colour}")


def test_the_lamp_follows_a_session(bench_factory):
    bench = bench_factory(speed=2).booted()
    wait_lamp(bench, _GREEN)
    bench.plug()
    bench.expect_status(1, "Preparing")
    wait_lamp(bench, _DARK)  # it blinks
    wait_lamp(bench, _BLUE)
    bench.swipe(TAG)
    bench.expect("Authorize", idTag=TAG)
    wait_lamp(bench, _GREEN)  # accepted
    bench.started()
    wait_lamp(bench, _BLUE)
    bench.swipe(TAG)
    bench.stopped(reason="Local")
    bench.unplug()
    bench.expect_status(1, "Available")
    wait_lamp(bench, _GREEN)


def test_the_lamp_shows_that_a_card_was_refused(bench_factory):
    bench = bench_factory(speed=2).booted()

    bench.swipe(INVALID_TAG)

    bench.expect("Authorize", idTag=INVALID_TAG)
    wait_lamp(bench, _RED)
    wait_lamp(bench, _GREEN)


def test_a_silent_reader_is_told_to_the_server(bench_factory):
    bench = bench_factory().booted()

    bench.ctl("fault", connector=1, kind="reader_silent", active=True)
    told = bench.expect_status(0, "Available")
    assert told["errorCode"] == "ReaderFailure"
    with pytest.raises(SimRefused):
        bench.swipe(TAG)

    bench.ctl("fault", connector=1, kind="reader_silent", active=False)
    told = bench.expect_status(0, "Available")
    assert told["errorCode"] == "NoError"
    bench.authorized()


def test_a_station_without_a_reader_and_a_lamp_is_started_by_the_server(bench_factory):
    bench = bench_factory(station={"reader": None, "lamp": None}).booted()

    with pytest.raises(SimRefused):
        bench.swipe(TAG)
    bench.charging()
    assert bench.sim_status()["lamp"] == _DARK
    bench.unplug()
    bench.stopped(reason="EVDisconnected")
    bench.expect_status(1, "Available")


@pytest.mark.parametrize(
    ("field", "value"),
    [("reader", "rc522"), ("reader", "pn532"), ("reader", 5), ("lamp", "neon"), ("lamp", "rgb")],
)
def test_the_station_names_the_field_that_it_refuses(tmp_path, field, value):
    """pn532 and rgb are known, but this board has nothing of that kind."""
    station = tmp_path / "station.json"
    station.write_text(json.dumps({field: value}), encoding="utf-8")
    arguments = ["--csms", "ws://127.0.0.1:9/x", "--id", "CP01", "--heap", HEAP]
    arguments += ["--state", str(tmp_path), "--station", str(station)]

    ended = subprocess.run(
        [sys.executable, "-m", "chargecore_tools.main", "sim", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert ended.returncode == 1
    assert f"the station refuses its settings: {field}" in ended.stdout + ended.stderr
