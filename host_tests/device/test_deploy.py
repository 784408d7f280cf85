"""chargecore deploy, through mpremote, to the real MicroPython VM with its own littlefs."""

import ast
import re
import shutil

import pytest

from chargecore_tools.deploy.application import application_of
from chargecore_tools.deploy.board_copies import read_copies
from chargecore_tools.device.errors import EXIT_NO_BOARD, EXIT_WRONG_BOARD, DeviceError
from chargecore_tools.device.link import BoardLink
from chargecore_tools.device.target import target_of
from device_rig.small_firmware import SmallFirmware
from stand_in.stand_in import StandIn

_RUNS = re.compile(rb"app: (\d) board: (\d)")
_SIZE_KIB = 256
_CUTS = 24  # per kind, spread over the whole deployment


def boots(flash):
    """Return (version of the application, of the board's modules) that a power-on brings."""
    with StandIn(flash, size_kib=_SIZE_KIB) as board:
        assert board.wait_for(b"board: outputs safe"), bytes(board.printed)
        assert board.wait_for(b"app: "), bytes(board.printed)
        assert board.wait_for(b">>>"), bytes(board.printed)
        return tuple(map(int, _RUNS.search(board.printed).groups()))


@pytest.fixture
def firmware(tmp_path):
    return SmallFirmware(tmp_path)


@pytest.fixture
def flash(tmp_path):
    return tmp_path / "flash.bin"


def test_files_arrive_with_their_hashes_and_run(firmware, flash):
    with StandIn(flash, size_kib=_SIZE_KIB) as board:
        plan = firmware.deploy(board.port, 1)
        assert board.wait_for(b"app: 1 board: 1")
        with BoardLink(board.port) as link:
            link.stop()
            copies = read_copies(link, ["/boot.py", "/board.mpy"])

    application = firmware.application(1)
    assert plan.letter == "a" and sorted(plan.send) == sorted(application.copy)
    assert {path: row[0] for path, row in copies.sums["a"].items()} == {
        path: len(data) for path, data in application.copy.items()
    }
    assert copies.manifests["a"][0] == len(application.manifest) and copies.versions["a"] == "1"
    assert copies.marks == "a-" and set(copies.root_sums) == {"/boot.py", "/board.mpy"}


def test_copies_nothing_the_second_time(firmware, flash):
    with StandIn(flash, size_kib=_SIZE_KIB) as board:
        firmware.deploy(board.port, 1)
        assert board.wait_for(b"app: 1 board: 1")
        received = board.received

        plan = firmware.deploy(board.port, 1)

        assert plan.is_empty
        assert board.received - received < 8_000  # the questions alone


def test_sends_only_what_changed_and_tries_it_beside_the_old_copy(firmware, flash):
    with StandIn(flash, size_kib=_SIZE_KIB) as board:
        firmware.deploy(board.port, 1)
        assert board.wait_for(b"app: 1 board: 1")

        plan = firmware.deploy(board.port, 2)

        assert board.wait_for(b"app: 2 board: 2")
    assert plan.letter == "b" and plan.marks == "ab"
    assert sorted(plan.send) == ["chargecore/base/number.mpy", "chargecore/base/only_2.mpy"]
    assert sorted(plan.move) == ["chargecore/base/same.mpy", "main.py"]
    assert list(plan.root) == ["board.mpy"]
    assert boots(flash)[0] == 1  # nobody confirmed it: the next boot goes back


def test_removes_what_the_copy_does_not_want_any_more(firmware, flash):
    with StandIn(flash, size_kib=_SIZE_KIB) as board:
        for number in (1, 2, 3):
            firmware.deploy(board.port, number)
            assert board.wait_for(b"app: %d board: %d" % (number, number))
        with BoardLink(board.port) as link:
            link.stop()
            copies = read_copies(link, [])

    assert sorted(copies.sums["b"]) == sorted(firmware.application(3).copy)


@pytest.fixture(scope="module")
def one_version(tmp_path_factory):
    """A flash with version 1, and how much a deployment of version 2 costs."""
    folder = tmp_path_factory.mktemp("one")
    firmware, flash = SmallFirmware(folder), folder / "flash.bin"
    with StandIn(flash, size_kib=_SIZE_KIB) as board:
        firmware.deploy(board.port, 1)
        assert board.wait_for(b"app: 1 board: 1")
    shutil.copy(flash, folder / "one.bin")
    with StandIn(flash, size_kib=_SIZE_KIB) as board:
        firmware.deploy(board.port, 2)
        assert board.wait_for(b"app: 2 board: 2")
        received = board.received
    return firmware, folder / "one.bin", received


def _deploy_until_cut(firmware, flash, **cut):
    with StandIn(flash, size_kib=_SIZE_KIB, **cut) as board:
        try:
            firmware.deploy(board.port, 2, restart=False)
        except DeviceError as error:
            assert error.status == EXIT_NO_BOARD
        return board.wait_for_end(0.1)


def test_boots_all_of_the_old_or_all_of_the_new_when_the_cable_is_cut(one_version, tmp_path):
    firmware, one, received = one_version
    found = []
    for number in range(_CUTS):
        flash = tmp_path / "cut.bin"
        shutil.copy(one, flash)
        _deploy_until_cut(firmware, flash, cut_at_byte=50 + received * number // _CUTS)
        found.append(boots(flash))

    assert set(found) <= {(1, 1), (2, 2)}, found
    assert found[0] == (1, 1) and found == sorted(found), found


def test_boots_all_of_the_old_or_all_of_the_new_when_the_supply_is_cut(one_version, tmp_path):
    firmware, one, _ = one_version
    flash = tmp_path / "cut.bin"
    found = []
    operation = 0
    is_cut = True
    while is_cut:
        shutil.copy(one, flash)
        is_cut = _deploy_until_cut(firmware, flash, cut_at_operation=operation)
        found.append(boots(flash))
        operation += 1

    assert set(found) == {(1, 1), (2, 2)}, found
    assert found == sorted(found) and len(found) > 30, found


def test_a_cut_deployment_is_finished_by_the_next_one(one_version, tmp_path):
    firmware, one, received = one_version
    flash = tmp_path / "cut.bin"
    shutil.copy(one, flash)
    assert _deploy_until_cut(firmware, flash, cut_at_byte=received * 2 // 3)

    with StandIn(flash, size_kib=_SIZE_KIB) as board:
        firmware.deploy(board.port, 2)

        assert board.wait_for(b"app: 2 board: 2")


def test_refuses_a_board_with_other_machine_code_before_anything_is_written(firmware, flash):
    facts = firmware.board / "target.toml"
    with StandIn(flash, size_kib=_SIZE_KIB) as board:
        text = facts.read_text()
        facts.write_text(re.sub('architecture = "\\w+"', 'architecture = "armv6m"', text))

        with pytest.raises(DeviceError) as refused:
            firmware.deploy(board.port, 1)
        with BoardLink(board.port) as link:
            link.stop()
            there = link.sums("/")

    assert refused.value.status == EXIT_WRONG_BOARD and "armv6m" in str(refused.value)
    assert there == {}


def test_refuses_a_file_system_that_is_too_small(firmware, flash):
    with StandIn(flash, size_kib=40) as board:
        with pytest.raises(DeviceError) as refused:
            firmware.deploy(board.port, 1)

    assert "no space" in str(refused.value) and refused.value.hint


def test_says_that_a_port_is_busy(firmware, flash):
    with StandIn(flash, size_kib=_SIZE_KIB) as board, BoardLink(board.port):
        with pytest.raises(DeviceError) as refused:
            firmware.deploy(board.port, 1)

    assert "busy" in str(refused.value) and refused.value.status == EXIT_NO_BOARD


def test_says_that_there_is_no_such_port(firmware):
    with pytest.raises(DeviceError) as refused:
        firmware.deploy("/dev/ttyNOSUCH", 1)

    assert "no such port" in str(refused.value) and refused.value.status == EXIT_NO_BOARD


@pytest.mark.parametrize(
    "name", ["esp32_devkit", "esp32s3_devkit", "wt32_eth01", "pico_w", "pico2_w"]
)
def test_every_board_deploys_with_all_that_it_imports(name):
    target = target_of(name)

    application = application_of(target)

    assert {"boot.py", "boot_slot.mpy", "board.mpy"} <= set(application.root)
    assert f"boards/{name}/pins.mpy" in application.root
    assert "boards/shared/chip_board.mpy" in application.root
    assert "main.py" in application.copy and len(application.copy) > 200
    # boot.py imports board before a copy is chosen: nothing of chargecore can be there.
    tree = ast.parse((target.folder / "board.py").read_text())
    tops = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert not [top for top in tops if top.startswith("chargecore")], tops
