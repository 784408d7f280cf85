"""BoardLink: one board at a serial port, through mpremote's transport.

Stops what runs there without a reset, so that a watchdog that has been started can be fed.
"""

import ast
import base64
import errno
import hashlib
import struct
import termios
import time
from pathlib import Path

import serial
from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from chargecore_tools.device.board_facts import QUESTION, BoardFacts
from chargecore_tools.device.errors import EXIT_NO_BOARD, DeviceError

_ON_DEVICE = Path(__file__).with_name("on_device.py")
_READ_S = 5  # longest silence in the middle of an exchange
_ANSWER_S = 20  # the longest that a board is silent while it works: an erase, a large hash
_PART_B = 768  # per round trip: 1 KiB of base64
_STOP_TRIES = 4
_TRY_S = 1.5
_RAW_REPL = b"raw REPL; CTRL-B to exit\r\n"
_PERMISSION = "add yourself to the group of the port (dialout), or run as who may use it"


class BoardLink:
    """Open it with `with`: the port is given back, and what ran runs again, whatever happens."""

    def __init__(self, port):
        self.port = port
        self._transport = None
        self.restarts = False  # what was stopped starts again when the link is closed

    def __enter__(self):
        try:
            self._transport = SerialTransport(self.port, timeout=_READ_S)
        except (TransportError, OSError) as error:
            raise _no_port(self.port, error) from None
        return self

    def __exit__(self, *_):
        if self.restarts:
            self.restart()
        try:
            if self._transport.in_raw_repl:
                self._transport.exit_raw_repl()
            self._transport.close()
        except (OSError, TransportError):  # pyserial's exceptions are OSErrors
            self._transport.serial.close()  # it was unplugged, or has restarted

    @property
    def serial(self):
        """Return the pyserial port, for who reads what the board prints."""
        return self._transport.serial

    def stop(self):
        """Stop what runs and load the tools' own functions. Errors: DeviceError."""
        # One at a time: a second one could come into the `finally` that opens the contactors.
        heard = self._to_raw_repl(b"\r\x03")
        if heard is None:
            self.restarts = True
            self.exec(_ON_DEVICE.read_text(encoding="utf-8"))
            return
        talks = bool(heard.strip(b"\x00\xff\r\n"))
        raise DeviceError(
            f"{self.port}: somebody talks, but not MicroPython's prompt"
            if talks
            else f"{self.port}: no answer",
            "a station in production does not listen to Ctrl-C: the service way in is in the "
            "README.md of its board; no MicroPython on it: chargecore flash",
            EXIT_NO_BOARD,
        )

    def _to_raw_repl(self, keys):
        """Press keys until the raw REPL listens. Return None, or what was heard in its place."""
        transport = self._transport
        transport.serial.timeout = 0.2
        for attempt in range(_STOP_TRIES):
            try:
                transport.serial.write(keys)
                time.sleep(0.1 * (attempt + 1))
                transport.serial.reset_input_buffer()
                transport.serial.write(b"\r\x01")
                heard = self._heard(_RAW_REPL)
            except (OSError, termios.error) as error:
                raise _gone(self.port, error) from None
            if heard.endswith(_RAW_REPL):
                transport.in_raw_repl = True
                transport.serial.timeout = _READ_S
                return None
        return heard

    def _heard(self, ending):
        """Return what is heard until the ending, for _TRY_S at most whoever talks."""
        heard = b""
        until_s = time.monotonic() + _TRY_S
        while not heard.endswith(ending) and time.monotonic() < until_s:
            heard += self.serial.read(1)
        return heard

    def exec(self, code, timeout_s=_ANSWER_S):
        """Run code on the board. Return what it printed. Errors: DeviceError, OSError of it."""
        try:
            out, error = self._transport.exec_raw(code, timeout=timeout_s)
        except (TransportError, OSError, struct.error) as lost:  # SerialException is an OSError
            raise _gone(self.port, lost) from None
        if error:
            raise _told(error.decode("utf-8", "replace"))
        return out.decode("utf-8", "replace")

    def begin(self, code):
        """Start code that goes on until interrupt(); `serial` brings what it prints."""
        try:
            self._transport.exec_raw_no_follow(code)
        except (TransportError, OSError) as lost:
            raise _gone(self.port, lost) from None
        self.serial.timeout = 0.2

    def interrupt(self):
        """End what begin() has started. Errors: DeviceError."""
        # One Ctrl-C, not two: the second could end the `finally` that the first one leads to.
        if self._to_raw_repl(b"\x03") is not None:
            raise _gone(self.port, "it does not end")

    def facts(self):
        """Ask the board what it is."""
        try:
            return BoardFacts(*ast.literal_eval(self.exec(QUESTION).strip()))
        except (SyntaxError, ValueError, TypeError):
            raise DeviceError(f"{self.port}: what answers there is not MicroPython") from None

    # ---- files ----

    def sums(self, folder):
        """Return {path: (bytes, SHA-256 in hex)} of all files below, read from flash."""
        found = {}
        for line in self.exec(f"cc_sums({folder!r})").splitlines():
            size, digest, path = line.split(" ", 2)
            found[path] = int(size), digest
        return found

    def read(self, path):
        """Return the bytes of a file, None when it is not there."""
        try:
            lines = self.exec(f"cc_read({path!r})").splitlines()
            return b"".join(map(base64.b64decode, lines))
        except FileNotFoundError:
            return None

    def write(self, path, data, on_part=None):
        """Write a file and compare what is on flash then. Errors: DeviceError, OSError."""
        self.exec(f"cc_open({path!r})")
        for at in range(0, len(data), _PART_B):
            part = data[at : at + _PART_B]
            self.exec(f"cc_write({base64.b64encode(part).decode()!r})")
            if on_part is not None:
                on_part(len(part))
        self._compare(path, self.exec(f"cc_close({path!r})"), hashlib.sha256(data).hexdigest())

    def copy(self, source, path, digest):
        """Copy a file on the board. Errors: DeviceError when it is another one then."""
        self._compare(path, self.exec(f"cc_copy({source!r}, {path!r})"), digest)

    def _compare(self, path, found, wanted):
        if found.strip() != wanted:
            raise DeviceError(
                f"{path}: flash gives other bytes back than were written",
                "try again; when it stays so the flash is worn or the supply too weak",
            )

    def replace(self, path, data):
        """Write a small file beside and rename it: the old or the new one, whatever happens."""
        self.write(path + ".new", data)
        self.exec(f"os.rename({path + '.new'!r}, {path!r})")

    def remove(self, paths):
        """Remove files; those that are not there count as removed."""
        for path in paths:
            self.exec(f"cc_remove({path!r})")

    def restart(self):
        """Reset the chip: boot.py and main.py run next. Nothing is asked of it any more."""
        self.restarts = False
        code = "import machine\nmachine.reset()"
        try:
            self._transport.exec_raw_no_follow(code)
            time.sleep(0.2)
        except (TransportError, OSError):
            pass  # a port of USB goes with the chip
        self._transport.in_raw_repl = False


def _told(error):
    """Return the exception for a traceback from the board."""
    last = error.strip().splitlines()[-1] if error.strip() else "unknown"
    if "ENOENT" in last:
        return FileNotFoundError(last)
    if "ENOSPC" in last or last == "OSError: 28":
        return DeviceError(
            "the file system of the board is full",
            "remove what is not needed (chargecore shell), or use an image with a larger one",
        )
    if last.startswith("MemoryError"):
        return DeviceError(
            "the board has too little heap for this", "reset it and try again before it runs"
        )
    return DeviceError(f"the board says: {last}")


def _gone(port, error):
    return DeviceError(
        f"{port}: the board is gone ({error})",
        "plug it in again and repeat the command: what was there before still runs",
        EXIT_NO_BOARD,
    )


def _no_port(port, error):
    """mpremote says only that it failed: open the port once more, to hear why."""
    try:
        serial.Serial(port, exclusive=True).close()
    except OSError as why:
        error = why
    code = getattr(error, "errno", None)
    if code == errno.ENOENT:
        return DeviceError(f"{port}: no such port", "is the board plugged in?", EXIT_NO_BOARD)
    if code in (errno.EACCES, errno.EPERM):
        return DeviceError(f"{port}: not allowed", _PERMISSION, EXIT_NO_BOARD)
    return DeviceError(
        f"{port}: busy, or no serial port ({error})",
        "close the program that has it open: a terminal, an editor, chargecore monitor",
        EXIT_NO_BOARD,
    )
