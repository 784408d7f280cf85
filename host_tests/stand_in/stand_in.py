"""StandIn: a board behind a pty: the real MicroPython VM with its own littlefs.

The raw REPL, raw paste included, is MicroPython's own. This side is what the VM lacks of a board:
the cable, the supply, resets, and line ends.
"""

import os
import pty
import select
import signal
import termios
import threading
import time
import tty
from pathlib import Path

from chargecore_tools.sim_process import micropython

_VM_SIDE = Path(__file__).with_name("vm_side.py")
_TICK_S = 0.05
_PATIENCE_S = 0.5
_ENTER_RAW = b"\x01"
_LOCKED = b"board: console locked\r\n"
_OPEN = b"board: console open\r\n"


class StandIn:
    """Use it with `with`; `port` is what a host opens. `flash` outlives it: a file.

    cut_at_byte: the supply fails when so many bytes have come through the cable; cut_at_operation:
    when flash is to be written for the nth time. It stays dead then, as a board unplugged.
    """

    def __init__(self, flash, cut_at_byte=-1, cut_at_operation=-1, size_kib=1_536, heap="256k"):
        self._flash = str(flash)
        self._cut_at_byte = cut_at_byte
        self._cut_at_operation = cut_at_operation
        self._size_kib = size_kib
        self._heap = heap
        self._pid = 0
        self._vm = -1  # our end of the VM's terminal
        self._is_raw = False  # the host has asked for the raw REPL and not left it
        self._is_over = False
        self._is_locked = False  # a station in production: Ctrl-C is not heard
        self.received = 0  # bytes from the host
        self.starts = 0  # of the VM
        self.is_dead = False
        self._is_pressed = False  # the reset button
        self.printed = bytearray()  # everything the board said
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._cable, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(self._cable, False)
        self.port = os.ttyname(slave)
        self._slave = slave  # kept open: the cable stays when a host closes the port
        self._start(True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over = True
        self._thread.join()
        if not self.is_dead:
            self._die()

    def wait_for(self, text, limit_s=20):
        """Return whether the board prints text within limit_s."""
        until_s = time.monotonic() + limit_s
        while text not in self.printed:
            if time.monotonic() > until_s:
                return False
            time.sleep(0.01)
        return True

    def press_reset(self):
        """Press the reset button."""
        self._is_pressed = True

    def wait_for_end(self, limit_s):
        """Return whether the supply fails within limit_s."""
        self._thread.join(limit_s)
        return self.is_dead

    def _start(self, is_hard):
        arguments = [self._flash, str(self._size_kib), "1" if is_hard else "0"]
        arguments.append(str(self._cut_at_operation))
        command = [micropython(), "-X", f"heapsize={self._heap}", "-i", str(_VM_SIDE)]
        self._pid, self._vm = pty.fork()
        if self._pid == 0:
            mode = termios.tcgetattr(0)
            mode[0] = mode[1] = 0
            mode[3] = termios.ISIG  # Ctrl-C while code runs, as on a board; no echo, no lines
            mode[6][termios.VMIN] = 1
            mode[6][termios.VTIME] = 0
            mode[6][termios.VINTR] = b"\x03"
            for key in (termios.VQUIT, termios.VSUSP):
                mode[6][key] = b"\x00"
            termios.tcsetattr(0, termios.TCSANOW, mode)
            os.execv(command[0], command + arguments)
        self.starts += 1
        # Ctrl-C is not heard before the flash is mounted: the prompt would be at the PC's files.
        self.printed += _LOCKED
        self._is_locked = True

    def _kill(self):
        if self._pid:
            try:
                os.kill(self._pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            os.waitpid(self._pid, 0)
            os.close(self._vm)
            self._pid = 0

    def _serve(self):
        while not self._is_over and not self.is_dead:
            if self._is_pressed:
                self._is_pressed = self._is_raw = False
                self._kill()
                self._start(True)
            ready, _, _ = select.select([self._cable, self._vm], [], [], _TICK_S)
            if self._vm in ready:
                self._from_vm()
            if self._cable in ready and not self.is_dead:
                self._from_host()

    def _from_host(self):
        data = os.read(self._cable, 256)
        left = self._cut_at_byte - self.received
        self.received += len(data)
        if 0 <= left < len(data):
            os.write(self._vm, data[:left])
            self._die()
            return
        if (
            data == b"\x04"
            and self._is_raw
            and self.printed.endswith(b"raw REPL; CTRL-B to exit\r\n>")
        ):
            self._say(b"OK\r\nMPY: soft reboot\r\n")
            self._kill()
            self._start(False)
            os.write(self._vm, _ENTER_RAW)
            return
        if b"\x01" in data and not self._is_raw:
            self._is_raw = True
        if self._is_locked:
            data = data.replace(b"\x03", b"")
        os.write(self._vm, data)
        if data.endswith(b"\x02"):
            self._is_raw = False

    def _from_vm(self):
        try:
            data = os.read(self._vm, 4_096)
        except OSError:  # the process has ended
            data = b""
        if data:
            self._say(data)
        elif os.path.exists(self._flash + ".cut"):
            os.remove(self._flash + ".cut")
            self._die()
        else:
            self._kill()
            self._is_raw = False
            self._start(True)

    def _say(self, data):
        """Boards end lines with CR LF."""
        text = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self.printed += text
        self._is_locked = self.printed.rfind(_LOCKED) > self.printed.rfind(_OPEN)
        until_s = time.monotonic() + _PATIENCE_S
        while text and time.monotonic() < until_s:
            if select.select([], [self._cable], [], _TICK_S)[1]:
                text = text[os.write(self._cable, text) :]
        # Nobody reads: what is left is lost, as with USB.

    def _die(self):
        """The supply is gone; who has the port open finds that it is."""
        self.is_dead = True
        self._kill()
        os.close(self._slave)
        os.close(self._cable)
