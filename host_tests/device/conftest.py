"""A board with the whole firmware on it, deployed once, and a server for it."""

import shutil

import pytest

from device_rig.command import chargecore_json
from stand_in.machine_code import board_folder
from stand_in.stand_in import StandIn

SIZE_KIB = 4_096


@pytest.fixture(scope="session")
def deployed(tmp_path_factory):
    """Return (folder of the board, flash with the firmware and no station.json)."""
    folder = tmp_path_factory.mktemp("deployed")
    board, flash = board_folder(folder), folder / "flash.bin"
    with StandIn(flash, size_kib=SIZE_KIB, heap="2m") as stand_in:
        found = chargecore_json("deploy", "--board", board, "--port", stand_in.port)
        assert found["ok"], found
        assert stand_in.wait_for(b"station.json: it is missing")
    return board, flash


@pytest.fixture
def station(deployed, tmp_path):
    """Give a board with the firmware; `where` are the options that lead to it."""
    board, flash = deployed
    own = tmp_path / "flash.bin"
    shutil.copy(flash, own)
    with StandIn(own, size_kib=SIZE_KIB, heap="2m") as stand_in:
        stand_in.where = ("--board", board, "--port", stand_in.port)
        yield stand_in
