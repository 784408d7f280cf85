"""The commands of README.md, "Flash a board", run as they stand there, against the stand-ins.

Only the line that names board, port, server and meter is another one; and the port is first that
of the chip's ROM loader, then that of MicroPython, as one port is on a desk.
"""

import json
import os
import pty
import re
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from device_rig.images import esp_image
from stand_in.machine_code import board_folder
from stand_in.rom_loader import RomLoader
from stand_in.stand_in import StandIn

_README = Path(__file__).resolve().parents[2] / "README.md"
_BIN = str(Path(sys.executable).parent)
_LIMIT_S = 60
_AGAIN_S = 10  # a second Ctrl-C sooner may hit the end of a slow interpreter


def _commands():
    text = _README.read_text(encoding="utf-8")
    section = text[text.index("## Flash a board") :]
    return re.search(r"```\n(.*?)```", section, re.DOTALL)[1].splitlines()


class Terminal:
    """A shell command at a terminal of its own."""

    def __init__(self, line, folder, environment):
        self.heard = b""
        path = _BIN + os.pathsep + os.environ["PATH"]
        self._pid, self._end = pty.fork()
        if self._pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # what runs in the background ignores it
            os.chdir(folder)
            os.environ.update(environment, PATH=path, NO_COLOR="1", COLUMNS="200")
            os.execv("/bin/sh", ["sh", "-c", "exec " + line])

    def wait_for(self, text):
        until_s = time.monotonic() + _LIMIT_S
        while text not in self.heard:
            assert time.monotonic() < until_s, self.heard
            assert self._read(), (text, self.heard)

    def type(self, text):
        os.write(self._end, text)

    def interrupt(self):
        """Press Ctrl-C until the command has ended, as people do. Return its exit status."""
        until_s = time.monotonic() + _LIMIT_S
        while True:
            if b"stopped" not in self.heard:  # once more would end it in the middle of its end
                os.kill(self._pid, signal.SIGINT)
            again_s = time.monotonic() + 2
            while time.monotonic() < again_s:
                if select.select([self._end], [], [], 0.2)[0] and not self._read():
                    return self.status()
            assert time.monotonic() < until_s, self.heard

    def status(self):
        while self._read():
            pass
        os.close(self._end)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def _read(self):
        """Return False when the command has ended."""
        if not select.select([self._end], [], [], _LIMIT_S)[0]:
            return False
        try:
            data = os.read(self._end, 4_096)
        except OSError:
            return False
        self.heard += data
        return bool(data)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for_boot(log, process):
    """Wait until the server has accepted the station CP01."""
    until_s = time.monotonic() + _LIMIT_S
    while time.monotonic() < until_s:
        assert process.poll() is None
        text = log.read_text() if log.exists() else ""
        if "BootNotification" in text and "Accepted" in text and "CP01" in text:
            return
        time.sleep(0.1)
    raise AssertionError(text)


def test_a_new_user_comes_from_an_empty_chip_to_a_station_at_its_server(tmp_path):
    names, flash, deploy, provision, bench, monitor = _commands()
    chosen = dict(word.split("=", 1) for word in shlex.split(names)[1:])
    assert set(chosen) == {"CHARGECORE_BOARD", "CHARGECORE_PORT", "CSMS", "METER"}
    port, log = _free_port(), tmp_path / "log.jsonl"
    (tmp_path / shlex.split(flash)[-1]).write_bytes(esp_image(9, 0))
    server = subprocess.Popen(
        [_BIN + "/chargecore", "csms", "--port", str(port), "--json", str(log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        with RomLoader("esp32s3", flash_kib=8_192) as rom:
            at_rom = Terminal(flash, tmp_path, dict(chosen, CHARGECORE_PORT=rom.port))
            assert at_rom.status() == 0, at_rom.heard
        assert b"done: written and compared" in at_rom.heard
        with StandIn(tmp_path / "flash.bin", size_kib=4_096, heap="2m") as board:
            own = {
                "CHARGECORE_BOARD": str(board_folder(tmp_path)),
                "CHARGECORE_PORT": board.port,
                "CSMS": f"ws://127.0.0.1:{port}/ocpp",
                "METER": "simulated",
            }
            _deploy_and_provision(board, tmp_path, own, deploy, provision)
            _wait_for_boot(log, server)
            _begin_bench(tmp_path, own, bench)
            last = Terminal(monitor, tmp_path, own)
            last.wait_for(b"listening at")
            server.kill()
            last.wait_for(b"connection lost")
            assert last.interrupt() == 130, last.heard
    finally:
        server.kill()
        server.communicate()
    sent = [json.loads(line) for line in log.read_text().splitlines()]
    assert "secret at home" not in str(sent)


def _begin_bench(folder, own, bench):
    """Begin the walk-through and leave it at its first step: the board has no wires."""
    walk = Terminal(bench, folder, own)
    walk.wait_for(b"Your name")
    walk.type(b"A. Tester\n")
    walk.wait_for(b"No mains is connected")
    walk.type(b"y\n")
    walk.wait_for(b"Step 1")
    walk.wait_for(b"how long was it high")
    walk.type(b"\x04")
    assert walk.status() == 1, walk.heard
    assert "A. Tester" in (folder / "bench" / "bench.html").read_text(encoding="utf-8")


def _deploy_and_provision(board, folder, own, deploy, provision):
    first = Terminal(deploy, folder, own)
    assert first.status() == 0, first.heard
    assert b"next: chargecore provision" in first.heard
    assert board.wait_for(b"station.json: it is missing")

    second = Terminal(provision, folder, own)
    second.wait_for(b"Wi-Fi password")
    second.type(b"secret at home\n")
    assert second.status() == 0, second.heard
    assert b"next: chargecore monitor" in second.heard
    assert b"secret at home" not in second.heard
