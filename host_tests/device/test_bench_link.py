"""chargecore bench over a serial port: the stand-in's VM runs the bench of the firmware."""

import time

import pytest

from chargecore_tools.bench import serial_board
from chargecore_tools.bench.errors import OrderRefused
from chargecore_tools.bench.serial_board import SerialBoard
from chargecore_tools.device.errors import DeviceError
from device_rig.command import chargecore_json

_FIRST = ("--id", "CP01", "--csms", "ws://127.0.0.1:1/ocpp", "--meter", "simulated")
# A car simulator in C hangs at the board from the start.
_WITH_CAR = """
cc_plain = cc_board
def cc_board():
    cc_made = cc_plain()
    cc_plant = cc_made.plants[0]
    cc_plant.car.is_plugged = True
    cc_plant.car.force("C")
    cc_plant.pilot_changed()
    return cc_made
"""


def _until(bench, has_come, limit_s, keep=None):
    until_s = time.monotonic() + limit_s
    while True:
        if keep is not None:
            keep()
        seen = bench.ask("measure")
        if has_come(seen) or time.monotonic() > until_s:
            return seen
        time.sleep(0.1)


def test_the_same_orders_over_the_cable(station, tmp_path, monkeypatch):
    with SerialBoard(station.port) as bench, pytest.raises(DeviceError, match="station.json"):
        bench.begin()
    chargecore_json("provision", *station.where, *_FIRST, "--console", "open")
    assert station.wait_for(b"self-test")
    script = tmp_path / "script.py"
    script.write_text(serial_board._SCRIPT.read_text() + _WITH_CAR)
    monkeypatch.setattr(serial_board, "_SCRIPT", script)

    with SerialBoard(station.port) as bench:
        starts = station.starts
        bench.begin()
        assert (bench.facts["id"], bench.facts["protocol"]) == ("CP01", 1)
        bench.ask("pilot", mode="f")
        bench.wait(300)
        assert bench.ask("measure")["pilot_low_mv"] == -12_000
        with pytest.raises(OrderRefused, match="mode auto first"):
            bench.ask("permit", ms=1_000)

        bench.ask("pilot", mode="auto")
        bench.ask("lock")
        seen = _until(bench, _is_closed, 20, lambda: bench.ask("permit", ms=1_000))
        assert _is_closed(seen), seen
        seen = _until(bench, lambda seen: not seen["driven"], 4)  # nobody asks any more
        assert (seen["driven"], seen["open_reason"]) == (0, "OPEN_BENCH")

        seen = _until(bench, _is_closed, 20, lambda: bench.ask("permit", ms=10_000))
        assert _is_closed(seen), seen
        mark = len(station.printed)
        bench.restart(False)  # Ctrl-C while it is closed
        # That it opens then is in host_tests/bench/test_run.py: here the plant is made anew.
        assert b"KeyboardInterrupt" in station.printed[mark:], bytes(station.printed[mark:])
        assert bench.ask("measure")["feedback"] == 0
        assert station.starts == starts  # no reset was needed
    assert station.wait_for(b"self-test")  # the station runs again


def _is_closed(seen):
    return bool(seen["driven"] and seen["feedback"])
