"""chargecore deploy with the whole firmware, as a user types it."""

import os
import pty
import threading
import tty

import pytest

from chargecore_tools.device.link import BoardLink
from device_rig.command import chargecore, chargecore_json
from stand_in.machine_code import board_folder
from stand_in.stand_in import StandIn


def test_deploys_goes_on_and_goes_back(tmp_path):
    folder = board_folder(tmp_path)
    with StandIn(tmp_path / "flash.bin", size_kib=4_096, heap="1m") as board:
        where = ("--board", folder, "--port", board.port)
        first = chargecore_json("deploy", *where)
        again = chargecore_json("deploy", *where)
        next_one = chargecore_json("deploy", *where, "--version", "2.0")
        assert board.wait_for(b"OSError", 10)  # main.py of a board without station.json
        back = chargecore_json("deploy", *where, "--rollback")

    assert first["copy"] == "a" and not first["is_trial"] and len(first["sent"]) > 200
    assert "main.py" in first["sent"] and "boot.py" in first["sent"]
    assert again["sent"] == again["copied_on_board"] == again["removed"] == []
    assert next_one["copy"] == "b" and next_one["is_trial"] and next_one["sent"] == []
    assert len(next_one["copied_on_board"]) > 200
    # Nobody had confirmed 2.0, so its start was the only one: the other copy is 2.0.
    assert (back["version"], back["from"]) == ("2.0", first["version"])


def test_a_dry_run_writes_nothing(tmp_path):
    folder = board_folder(tmp_path)
    with StandIn(tmp_path / "flash.bin", size_kib=4_096, heap="1m") as board:
        facts = chargecore_json("deploy", "--board", folder, "--port", board.port, "--dry-run")
        with BoardLink(board.port) as link:
            link.stop()
            there = link.sums("/")

    assert len(facts["sent"]) > 200 and there == {}


def test_an_error_says_what_to_do_next(tmp_path):
    status, out, error = chargecore("deploy", "--board", board_folder(tmp_path), "--port", "/no")

    assert status == 3 and out.startswith("0.1.0+")
    assert "no such port" in error and "next: " in error

    status, _, error = chargecore("deploy", "--board", "nope")

    assert status == 2 and "pico_w" in error


@pytest.mark.parametrize(("said", "told"), [(b"", "no answer"), (b"ets Jul 29", "somebody talks")])
def test_says_that_nobody_answers_as_micropython(tmp_path, said, told):
    cable, slave = pty.openpty()
    tty.setraw(slave)
    stop = threading.Event()

    def talk():
        while not stop.wait(0.05):
            os.write(cable, said)

    thread = threading.Thread(target=talk)
    thread.start()
    port = os.ttyname(slave)
    status, _, error = chargecore("deploy", "--board", board_folder(tmp_path), "--port", port)
    stop.set()
    thread.join()
    os.close(cable)
    os.close(slave)

    assert status == 3 and told in error and "next: " in error
