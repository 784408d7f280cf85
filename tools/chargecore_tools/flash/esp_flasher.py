"""EspFlasher: writes an image with esptool; asks the chip who it is before anything is erased."""

import sys

import serial
from esptool.cmds import attach_flash, detect_chip, reset_chip, run_stub, write_flash
from esptool.logger import log
from esptool.util import FatalError

from chargecore_tools.device.errors import EXIT_NO_BOARD, EXIT_WRONG_BOARD, DeviceError
from chargecore_tools.flash.esp_image import OFFSETS

_ATTEMPTS = 3
_BY_HAND = (
    "hold BOOT, press and let go EN (RESET), let go BOOT, and run it again with --by-hand; "
    "is the port the right one (--port)?"
)


class EspFlasher:
    """One port, one image. by_hand: the user has put the chip into its loader."""

    def __init__(self, port, target, by_hand=False, has_stub=True, is_quiet=False):
        self._port = port
        self._target = target
        self._before = "no-reset" if by_hand else "default-reset"
        self._has_stub = has_stub
        log.set_verbosity("silent" if is_quiet or not sys.stderr.isatty() else "compact")

    def write(self, data, erase=False):
        """Write and compare by MD5 what is on flash. Errors: DeviceError."""
        esp = self._connect()
        try:
            self._require_chip(esp)
            if self._has_stub:
                esp = run_stub(esp)
            attach_flash(esp)
            write_flash(esp, [(OFFSETS[self._target.chip], data)], erase_all=erase)
            reset_chip(esp, "hard-reset")
        except (FatalError, OSError) as error:
            raise DeviceError(
                f"{self._port}: {error}",
                "the chip has no whole image now, or the old one: run it again; "
                "a slower cable wants --slow",
            ) from None
        finally:
            esp._port.close()

    def _connect(self):
        try:
            return detect_chip(self._port, connect_mode=self._before, connect_attempts=_ATTEMPTS)
        except serial.SerialException as error:
            raise _port_error(self._port, error) from None
        except (FatalError, OSError) as error:
            text = str(error).split("\n")[0]
            if "busy" in text or "could not open" in text or "doesn't exist" in text:
                raise _port_error(self._port, text) from None
            raise DeviceError(f"{self._port}: {text}", _BY_HAND, EXIT_NO_BOARD) from None

    def _require_chip(self, esp):
        chip = esp.CHIP_NAME.lower().replace("-", "")
        if chip != self._target.chip:
            raise DeviceError(
                f"{self._port}: the chip is {esp.CHIP_NAME}, {self._target.name} has "
                f"{self._target.chip}; nothing was erased",
                "--board names the board that is plugged in",
                EXIT_WRONG_BOARD,
            )


def _port_error(port, error):
    return DeviceError(
        f"{port}: not there or busy ({error})",
        "plug the board in; close the program that has the port open",
        EXIT_NO_BOARD,
    )
