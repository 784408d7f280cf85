"""Runs in the MicroPython VM as a board: its own littlefs at /, boot.py, main.py, then a REPL.

micropython -i vm_side.py FLASH SIZE_KIB IS_HARD CUT: FLASH is the file that stands for the chip's
flash; IS_HARD "1" after a power-on or reset, "0" after a soft reset, which does not run main.py;
CUT is the number of the flash operation that the supply does not outlive, -1: none.
"""

import os
import sys

import vfs

_BLOCK = 4_096
_ERASED = b"\xff" * _BLOCK


def _end():
    """Nothing runs any more, no `finally` either; the other side decides what comes next."""
    os.system("kill -9 $PPID")


class FlashFile:
    """MicroPython's extended block protocol on a file; the supply can be cut at any operation."""

    def __init__(self, path, size_b, cut_in):
        self._path = path
        try:
            self._file = open(path, "r+b")
            self.is_new = False
        except OSError:
            self._file = open(path, "w+b")
            for _ in range(size_b // _BLOCK):
                self._file.write(_ERASED)
            self.is_new = True
        self._count = size_b // _BLOCK
        self._cut_in = cut_in

    def readblocks(self, block, buf, offset=0):
        self._file.seek(block * _BLOCK + offset)
        self._file.readinto(buf)

    def writeblocks(self, block, buf, offset=None):
        if offset is None:
            self._write(block, _ERASED, 0)
            offset = 0
        self._write(block, buf, offset)

    def ioctl(self, op, arg):
        if op == 4:
            return self._count
        if op == 5:
            return _BLOCK
        if op == 6:
            self._write(arg, _ERASED, 0)
        return 0

    def _write(self, block, buf, offset):
        self._file.seek(block * _BLOCK + offset)
        if self._cut_in == 0:
            self._file.write(memoryview(buf)[: len(buf) // 2])
            os.system("touch " + self._path + ".cut")
            _end()
        self._cut_in -= 1
        self._file.write(buf)


class Machine:
    """The module `machine` of this board, as far as the tools use it."""

    def reset(self):
        _end()


def _mount(path, size_b, cut_in):
    # Making the file system and mounting it are not what is cut.
    flash = FlashFile(path, size_b, -1)
    if flash.is_new:
        vfs.VfsLfs2.mkfs(flash, progsize=256)
    file_system = vfs.VfsLfs2(flash, progsize=256)
    flash._cut_in = cut_in
    vfs.umount("/")
    vfs.mount(file_system, "/")


def _run(name):
    try:
        with open(name) as file:
            code = compile(file.read(), name, "exec")
    except OSError:
        return
    try:
        exec(code, globals())
    except KeyboardInterrupt:
        print("\nTraceback: KeyboardInterrupt")
    except Exception as error:
        sys.print_exception(error)


try:
    _mount(sys.argv[1], int(sys.argv[2]) * 1_024, int(sys.argv[4]))
except BaseException as error:  # or the prompt would be at the files of the PC
    sys.print_exception(error)
    _end()
print("board: console open")  # from here on Ctrl-C is heard
sys.modules["machine"] = Machine()
sys.path[:] = ["", ".frozen", "/lib"]
_is_hard = sys.argv[3] == "1"
_run("boot.py")
if _is_hard:
    _run("main.py")
