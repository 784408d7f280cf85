"""chargecore flash for an RP2: the UF2 file is looked at, then copied to the drive of the chip."""

import threading
import time

import pytest

from chargecore_tools.device.errors import EXIT_NO_BOARD, EXIT_WRONG_BOARD, DeviceError
from chargecore_tools.device.target import target_of
from chargecore_tools.flash.uf2 import BLOCK, check_uf2
from chargecore_tools.flash.uf2_drive import find_drive
from device_rig.command import chargecore_json
from device_rig.images import uf2

_RP2040, _RP2350 = 0xE48BFF56, 0xE48BFF59


class Drive:
    """A folder that poses as the drive: it goes away when it has a whole file."""

    def __init__(self, folder, board_id, length):
        folder.mkdir()
        self.folder = folder
        self.file = b""
        self._length = length
        self._info = folder / "INFO_UF2.TXT"
        self._info.write_text(f"UF2 Bootloader v3.0\nModel: RP\nBoard-ID: {board_id}\n")
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self):
        until_s = time.monotonic() + 30
        while time.monotonic() < until_s:
            for path in self.folder.glob("*.uf2"):
                if path.stat().st_size == self._length:
                    self.file = path.read_bytes()
                    self._info.unlink()
                    return
            time.sleep(0.02)

    def join(self):
        self._thread.join()


@pytest.mark.parametrize(
    ("board", "board_id", "family"),
    [("pico_w", "RPI-RP2", _RP2040), ("pico2_w", "RP2350", _RP2350)],
)
def test_copies_the_file_and_waits_for_the_chip(tmp_path, board, board_id, family):
    data = uf2(family, has_absolute_block=family == _RP2350)
    path = tmp_path / "image.uf2"
    path.write_bytes(data)
    drive = Drive(tmp_path / "drive", board_id, len(data))

    found = chargecore_json("flash", "--board", board, "--image", path, "--drive", drive.folder)

    drive.join()
    assert found["written"] and found["version"] == "1.28.0" and drive.file == data


def test_refuses_the_drive_of_another_chip(tmp_path):
    data = uf2(_RP2040)
    path = tmp_path / "image.uf2"
    path.write_bytes(data)
    drive = Drive(tmp_path / "drive", "RP2350", len(data))

    found = chargecore_json("flash", "--board", "pico_w", "--image", path, "--drive", drive.folder)

    assert found["status"] == EXIT_WRONG_BOARD and "rp2350" in found["error"]
    assert list(drive.folder.glob("*.uf2")) == []


def test_says_how_to_get_the_drive(tmp_path, monkeypatch):
    monkeypatch.setattr("chargecore_tools.flash.uf2_drive._mounted", lambda: [])

    with pytest.raises(DeviceError) as refused:
        find_drive(target_of("pico_w"))

    assert refused.value.status == EXIT_NO_BOARD
    assert "BOOTSEL" in refused.value.hint and "picotool" in refused.value.hint


def test_refuses_what_is_no_whole_file_for_the_chip():
    good = uf2(_RP2040)
    wrong = {
        "is for rp2350": uf2(_RP2350),
        "whole number": good[:-1],
        "cut short": good[:-BLOCK],
        "no UF2 block": good[: 3 * BLOCK] + bytes(BLOCK) + good[4 * BLOCK :],
        "family 0x00000007": uf2(7),
        "is missing": good[: 3 * BLOCK] + good[4 * BLOCK :],
        "for none": good.replace(b"\0\x20\0\0", bytes(4)),
        "reaches outside": uf2(_RP2040, blocks=9_000),
    }
    target = target_of("pico_w")

    assert len(check_uf2("f", good, target)) == 40 * 256
    for told, data in wrong.items():
        with pytest.raises(DeviceError) as refused:
            check_uf2("f", data, target)
        assert told in str(refused.value) and refused.value.status == EXIT_WRONG_BOARD, told
