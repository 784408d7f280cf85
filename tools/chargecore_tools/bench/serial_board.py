"""SerialBoard: the bench of the firmware on a board at a serial port, a line per order.

What runs there is stopped without a reset, as every tool does it (device/link.py); at the end the
chip is reset, so that nothing of the bench stays behind.
"""

import ast
import json
import time
from pathlib import Path

from chargecore_tools.bench.errors import OrderRefused
from chargecore_tools.device.errors import EXIT_FAILED, EXIT_NO_BOARD, DeviceError
from chargecore_tools.device.link import BoardLink
from chargecore_tools.sim_process import repository

_SCRIPT = Path(__file__).with_name("on_device_bench.py")
_ANSWER = b"bench> "
_STATE = b"bench! "
_ANSWER_S = 3  # the longest order stands still for half a second
_START_S = 30  # modules are compiled, a file system is read
_BACK_S = 60  # for a board whose supply was away
_ENDED = b"\x04>"  # of the raw REPL, behind what ran


class SerialBoard:
    """Use it with `with`."""

    def __init__(self, port):
        self._port = port
        self._link = None
        self.facts = None
        self.chip = None  # BoardFacts

    def __enter__(self):
        self._open()
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def link(self):
        """Return the BoardLink, for who has to look at files before the bench begins."""
        return self._link

    def begin(self):
        """Start the bench. Errors: DeviceError."""
        link = self._link
        link.exec(_SCRIPT.read_text(encoding="utf-8"))
        link.begin(f"cc_bench({_names_of_main()!r})")
        text = self._line(_STATE, _START_S)
        if text != "up":
            hint = "chargecore provision makes a station of it; the bench wants its station.json"
            raise DeviceError(f"{self._port}: {text}", hint, EXIT_FAILED)
        self.facts = self.ask("hello")

    def close(self):
        """End the bench, with open contactors, and reset the chip."""
        if self._link is not None:
            self._end()
            self._link.__exit__(None, None, None)
            self._link = None

    def ask(self, op, **fields):
        """Send an order. Return the answer. Errors: OrderRefused, DeviceError."""
        try:
            self._link.serial.write(json.dumps({"op": op, **fields}).encode() + b"\n")
        except OSError as error:
            raise self._gone(error) from None
        try:
            answer = json.loads(self._line(_ANSWER, _ANSWER_S))
        except ValueError:
            raise DeviceError(f"{self._port}: an answer that is no JSON") from None
        if not answer.get("ok"):
            raise OrderRefused(str(answer.get("error")))
        return answer

    def wait(self, ms):
        """Let time pass."""
        time.sleep(ms / 1_000)

    def restart(self, is_power):
        """Begin the bench anew; is_power: the supply was away, the port may have been, too."""
        if is_power:
            self._link.restarts = False
            self._link.__exit__(None, None, None)
            self._link = None
            self._reopen()
        else:
            self._end()
        self.begin()

    def _open(self):
        link = BoardLink(self._port)
        link.__enter__()
        try:
            link.stop()
        except BaseException:
            link.restarts = False
            link.__exit__(None, None, None)
            raise
        self._link = link

    def _reopen(self):
        until_s = time.monotonic() + _BACK_S
        while True:
            try:
                self._open()
                return
            except DeviceError:
                if time.monotonic() > until_s:
                    raise
            time.sleep(1)

    def _end(self):
        """Ctrl-C: what runs ends in its `finally`; then the raw REPL listens again."""
        try:
            self._link.interrupt()
        except DeviceError:
            pass  # it is gone, and a board without us has open contactors

    def _line(self, begin, limit_s):
        """Return the rest of the next line that begins so. Errors: DeviceError."""
        serial, line = self._link.serial, b""
        until_s = time.monotonic() + limit_s
        try:
            while time.monotonic() < until_s:
                line += serial.read(1)
                if line.endswith(_ENDED):
                    raise DeviceError(f"{self._port}: the bench has ended: {_text(line)}")
                if line.endswith(b"\n"):
                    if line.startswith(begin):
                        return _text(line[len(begin) :])
                    line = line if b"Traceback" in line else b""
                    line = line if len(line) < 4_000 else b""
        except OSError as error:
            raise self._gone(error) from None
        raise self._gone("no answer")

    def _gone(self, error):
        hint = "its contactors are open: R59; the same command goes on where it was"
        return DeviceError(f"{self._port}: the board is gone ({error})", hint, EXIT_NO_BOARD)


def _names_of_main():
    """Return what firmware/main.py names at its top, but for MicroPython's own modules."""
    tree = ast.parse((repository() / "firmware/main.py").read_text(encoding="utf-8"))
    names = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            names += [alias.asname or alias.name for alias in node.names]
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
    return names


def _text(data):
    return data.decode("utf-8", "replace").replace("\x04", "").strip()
