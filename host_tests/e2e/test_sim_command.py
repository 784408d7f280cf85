"""`chargecore sim` as a user starts it, against the reference server."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
from sim_station import HEAP

from chargecore_tools.csms.server import Server
from chargecore_tools.sim_client import SimClient

_END_S = 10


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Command:
    """The command as a process; `lines` are what it printed up to the start line."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chargecore_tools.main", "sim", "--heap", HEAP, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    def end(self, number=signal.SIGTERM):
        """End it with a signal. Return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(_END_S)
        finally:
            self.process.kill()
            self.process.stdout.close()


@pytest.fixture
def server():
    with Server() as running:
        yield running


@pytest.fixture
def started():
    """Start commands that are ended with the test."""
    commands = []

    def start(*arguments):
        commands.append(Command(*arguments))
        return commands[-1]

    yield start
    for command in commands:
        command.end(signal.SIGKILL)


def test_runs_against_a_server_with_the_control_port_that_was_asked_for(server, started, tmp_path):
    port = _free_port()
    url = f"ws://127.0.0.1:{server.port}/x"
    command = started(
        "--csms", url, "--id", "CP 01", "--control", f"127.0.0.1:{port}", "--state", str(tmp_path)
    )
    banner = command.process.stdout.readline()
    client = SimClient("127.0.0.1", port)

    server.wait_connected("CP 01")
    status = client.wait_for(lambda now: now["station"]["registration"] == "Accepted", "a boot")

    assert banner.startswith("station CP 01 up") and f"127.0.0.1:{port}" in banner
    assert len(status["connectors"]) == 1
    assert client.ask("swipe", id_tag="")["error"].startswith("field 'id_tag'")
    assert command.end() == 0


def test_obeys_its_options(server, started, tmp_path):
    station = tmp_path / "station.json"
    station.write_text(json.dumps({"vendor": "Acme", "model": "Box", "cable": "tethered"}))
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"HeartbeatInterval": "77", "SomethingElse": "1"}))
    command = started(
        *("--csms", server.url, "--id", "CP01", "--station", str(station)),
        *("--config", str(config), "--connectors", "3", "--speed", "20", "--json"),
    )
    facts = json.loads(command.process.stdout.readline())

    _place, boot = server.history.wait_call("CP01", "BootNotification")
    server.history.wait(lambda: len(server.station("CP01").statuses) == 4, 10, "four statuses")

    assert (boot["chargePointVendor"], boot["chargePointModel"]) == ("Acme", "Box")
    assert (facts["connectors"], facts["id"], facts["speed"]) == (3, "CP01", 20)
    host, port = re.fullmatch(r"(.+):(\d+)", facts["control"]).groups()
    assert len(SimClient(host, int(port)).do("status")["connectors"]) == 3
    rows = server.call("CP01", "GetConfiguration")["configurationKey"]
    values = {row["key"]: row["value"] for row in rows}
    assert values["NumberOfConnectors"] == "3"
    assert "SomethingElse" not in values
    assert server.call("CP01", "UnlockConnector", {"connectorId": 1})["status"] == "NotSupported"


def test_is_gone_with_the_process_that_was_killed(server, started):
    port = _free_port()
    command = started("--csms", server.url, "--id", "CP01", "--control", f"127.0.0.1:{port}")
    server.wait_connected("CP01")

    command.process.kill()

    server.history.wait(lambda: not server.is_connected("CP01"), _END_S, "the end")
    _wait_refused(port)


def _wait_refused(port):
    end_s = time.monotonic() + _END_S
    while time.monotonic() < end_s:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.02)
    raise AssertionError("the control port still answers")


def test_says_that_the_control_port_is_taken(server, started):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = started("--csms", server.url, "--id", "CP01", "--control", f"127.0.0.1:{port}")
        output = command.process.stdout.read()

        assert command.process.wait(_END_S) == 2
        assert f"127.0.0.1:{port}" in output


@pytest.mark.parametrize("heap", ["1k", "110k"])  # too little to import, too little to boot
def test_asks_for_a_larger_heap_when_the_firmware_has_no_room(tmp_path, heap):
    arguments = ("--csms", "ws://127.0.0.1:9/x", "--id", "CP01", "--state", str(tmp_path))
    command = Command(*arguments, "--heap", heap)

    output = command.process.stdout.read()

    assert command.end() == 1
    assert output.splitlines()[-1].startswith("chargecore sim: the firmware")
    assert "--heap" in output.splitlines()[-1]


def test_says_in_the_event_log_that_a_value_of_the_config_was_refused(server, started, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"HeartbeatInterval": "often"}))
    command = started(*("--csms", server.url, "--id", "CP01", "--config", str(config), "--json"))
    control = json.loads(command.process.stdout.readline())["control"]

    rows = SimClient("127.0.0.1", int(control.rpartition(":")[2])).do("events")["events"]

    assert any("1 values of the maker's settings refused" in row["text"] for row in rows)
