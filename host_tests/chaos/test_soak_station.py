"""SoakStation: the simulator as the soak starts it, cuts it off and starts it again."""

import pytest

from chargecore_tools.csms.server import Server
from chargecore_tools.soak.soak_settings import HEAP, SETTINGS
from chargecore_tools.soak.soak_station import SoakStation, StationFailed

SPEED = 60


def made(folder, url="ws://127.0.0.1:9/ocpp", heap=HEAP):
    return SoakStation("CP07", url, folder, 1, SETTINGS, SPEED, heap)


def test_goes_on_with_flash_meter_and_time_after_a_kill(tmp_path):
    with Server() as server:
        station = made(tmp_path, server.url)
        server.clock = station
        station.start()
        try:
            server.history.wait_call("CP07", "BootNotification")
            station.kill()
            dark_ms = station.now_ms()
            assert station.now_ms() == dark_ms

            station.start()

            assert station.boots == 2
            assert station.now_ms() >= dark_ms + 1000
            assert station.do("status")["station"]["boots"] == 1
            assert "boot number 2" in station.log_path.read_text()
        finally:
            station.kill()


def test_says_how_the_simulator_ended_when_it_does_not_come_up(tmp_path):
    station = made(tmp_path, heap="1k")

    with pytest.raises(StationFailed, match="CP07: the simulator ended with status"):
        station.start()


def test_says_so_when_the_simulator_is_gone(tmp_path):
    station = made(tmp_path)
    station.start()
    station._process.kill()

    with pytest.raises(StationFailed, match="status -9"):
        station.do("status")
    station.kill()
