"""chargecore flash with esptool, to a chip that speaks the protocol of Espressif's ROM loader."""

import os
import pty

import pytest

from chargecore_tools.device.errors import (
    EXIT_FAILED,
    EXIT_NO_BOARD,
    EXIT_WRONG_BOARD,
    DeviceError,
)
from chargecore_tools.device.target import target_of
from chargecore_tools.flash.esp_image import check_esp_image
from chargecore_tools.flash.image_file import require_micropython
from device_rig.command import chargecore, chargecore_json
from device_rig.images import esp_image
from stand_in.rom_loader import RomLoader

_BOARDS = {"esp32": ("esp32_devkit", 0, 0x1000), "esp32s3": ("esp32s3_devkit", 9, 0)}


def _file(tmp_path, data, name="image.bin"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def _refused(rom, *arguments):
    """Run it; nothing of the chip may have been erased or written. Return what it answered."""
    found = chargecore_json("flash", "--port", rom.port, *arguments)
    assert rom.erased == [] and set(rom.flash) == {0xFF}
    return found


@pytest.mark.parametrize("chip", _BOARDS)
@pytest.mark.parametrize("how", ["", "--slow"], ids=["stub", "ROM"])
def test_identifies_the_chip_writes_and_compares(tmp_path, chip, how):
    board, number, offset = _BOARDS[chip]
    image = esp_image(number, offset)
    path = _file(tmp_path, image)
    with RomLoader(chip, flash_kib=8_192) as rom:
        found = chargecore_json(
            "flash", "--board", board, "--port", rom.port, "--image", path, *([how] if how else [])
        )

    assert found["ok"] and found["version"] == "1.28.0"
    assert bytes(rom.flash[offset : offset + len(image)]) == image
    assert len(rom.erased) == 1 and rom.erased[0][0] == offset  # the file system stays
    assert rom.is_stub == (how == "")
    assert 0x13 in rom.commands  # MD5 over what is on flash


def test_refuses_another_chip_before_anything_is_erased(tmp_path):
    path = _file(tmp_path, esp_image(9, 0))
    with RomLoader("esp32") as rom:
        found = _refused(rom, "--board", "esp32s3_devkit", "--image", path)

    assert found["status"] == EXIT_WRONG_BOARD
    assert "the chip is ESP32, esp32s3_devkit has esp32s3" in found["error"] and found["next"]


def test_refuses_a_wrong_image_without_a_word_to_the_chip(tmp_path):
    path = _file(tmp_path, esp_image(9, 0))
    with RomLoader("esp32") as rom:
        found = _refused(rom, "--board", "esp32_devkit", "--image", path)

    assert found["status"] == EXIT_WRONG_BOARD and "is for esp32s3" in found["error"]
    assert rom.commands == []


def test_looks_into_the_image():
    good = esp_image(0, 0x1000)
    target = target_of("esp32_devkit")
    wrong = {
        "0xE9": b"PK\x03\x04" + good,
        "no partition table": good[:0x6000] + bytes(0x2000),
        "no application": good[:0x9000],
        "is for esp32s3, esp32_devkit": good[:0xF000] + esp_image(9, 0x1000)[0xF000:],
        "too old": esp_image(0, 0x1000, version="1.24.1"),
        "no MicroPython": good.replace(b"MicroPython", b"CircuitStuf"),
        "do not fit": good + bytes(5_000_000),
    }

    check_esp_image("f", good, target)
    assert require_micropython("f", good) == "1.28.0"
    for told, data in wrong.items():
        with pytest.raises(DeviceError) as refused:
            check_esp_image("f", data, target)
            require_micropython("f", data)
        assert told in str(refused.value) and refused.value.hint, told


def test_fails_when_flash_gives_other_bytes_back(tmp_path):
    path = _file(tmp_path, esp_image(0, 0x1000))
    with RomLoader("esp32", flips_a_bit=True) as rom:
        found = chargecore_json(
            "flash", "--board", "esp32_devkit", "--port", rom.port, "--image", path
        )

    assert found["status"] == EXIT_FAILED and "MD5" in found["error"]


def test_says_what_to_do_when_no_loader_answers(tmp_path):
    cable, slave = pty.openpty()
    path = _file(tmp_path, esp_image(0, 0x1000))
    where = ("--port", os.ttyname(slave), "--image", path)
    found = chargecore_json("flash", "--board", "esp32_devkit", *where)
    os.close(cable)
    os.close(slave)

    assert found["status"] == EXIT_NO_BOARD and "hold BOOT" in found["next"]


def test_finds_the_newest_image_by_the_name_of_the_board(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _file(tmp_path, esp_image(0, 0x1000), "ESP32_GENERIC-20251209-v1.28.0.bin")
    _file(tmp_path, esp_image(0, 0x1000, "1.28.1"), "ESP32_GENERIC-20260419-v1.28.1.bin")
    _file(tmp_path, esp_image(0, 0x1000, "1.29.0"), "ESP32_GENERIC-SPIRAM-20260501-v1.29.0.bin")

    found = chargecore_json("flash", "--board", "esp32_devkit", "--check")

    assert found["version"] == "1.28.1" and not found["written"]


def test_says_where_an_image_is_to_be_had(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, error = chargecore("flash", "--board", "esp32s3_devkit", HOME=str(tmp_path))

    assert status == 2 and "micropython.org/download/ESP32_GENERIC_S3" in error
    assert "SPIRAM_OCT" in error
