"""What `chargecore deploy` puts onto each board boots there: compiled, on littlefs, in the VM."""

import json
import platform
import subprocess
from pathlib import Path

import pytest

from chargecore_tools.deploy.application import application_of
from chargecore_tools.device.target import target_of
from chargecore_tools.sim_process import micropython
from fakes.board_bench import BOARDS, station_of

_SCRIPT = Path(__file__).with_name("deployed_vm.py")
_ARCHITECTURES = {"x86_64": "x64", "AMD64": "x64", "arm64": "aarch64"}
_LIMIT_S = 120


def put(folder, files):
    """Write {path: bytes} below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@pytest.fixture(scope="module", params=BOARDS)
def boots(request, tmp_path_factory):
    """Deploy to a board that is a folder, boot it six times. Return what each boot told."""
    folder = tmp_path_factory.mktemp(request.param)
    target = target_of(request.param)
    application = application_of(target, architecture=_ARCHITECTURES[platform.machine()])
    put(folder, application.root)
    put(folder / "app" / "a", application.copy)
    put(folder / "app" / "a", {"manifest": application.manifest})
    put(folder, {"station.json": json.dumps(station_of(request.param)).encode()})
    command = [micropython(), "-X", "heapsize=8m", str(_SCRIPT), str(folder), request.param]

    done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S)

    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_runs_the_copy_and_resets_the_chip_when_it_is_told_to(boots):
    for boot in (boots[0], boots[3]):
        assert boot["ended"] == "reset"
        assert boot["copy"] == "/app/a"
        assert boot["console"] == []
        assert boot["interrupts"] == [-1, 3]  # locked while it runs


def test_outputs_are_safe_before_anything_else(boots):
    assert all(boot["safe"] and boot["safe"][0][1] == 0 for boot in boots)


def test_says_what_is_wrong_with_the_station_file(boots):
    for boot, what in ((boots[1], "it is missing"), (boots[2], "it is not valid JSON")):
        assert boot["ended"] == "reset"
        assert boot["console"][0].startswith("chargecore: set-up page: no use, ")
        assert boot["console"][1].startswith(f"chargecore: station.json: {what}")
        assert len(boot["console"]) == 61
        assert -1 not in boot["interrupts"]


def test_makes_the_label_of_its_set_up_page_and_asks_the_pilot_before_it_opens(boots):
    console = boots[5]["console"]

    assert console[0].startswith("chargecore: set-up page: network chargecore-")
    assert console[1] == "chargecore: set-up page: stays closed while a car may be plugged"
    assert console[2].startswith("chargecore: station.json: field id")


def test_runs_no_station_for_service(boots):
    assert boots[4]["ended"] == "returned"
    assert boots[4]["console"][0].startswith("chargecore: service")
    assert -1 not in boots[4]["interrupts"]
