"""Starts the simulator from a ROMFS image in RAM: boot_image.py IMAGE OPTIONS.json.

The image stands for the flash of a board: code runs in place there and costs no heap but its
objects. The VM's heap has to be larger by the image, which lies in it: a PC has no mapped flash.
IMAGE.json and IMAGE.functions, beside the image, tell which line of which file and which function
a traceback means.
It is the boot loader, too: firmware/boot_slot.py chooses one of two copies in the flash folder;
IMAGE is the one that the factory has put there, and runs while nothing else does.
Exit status: that of sim_main; 1 when it failed, or when the heap has no room for the firmware; 75
when the next copy is to be booted, also because the one that was tried has failed.
"""

import gc
import io
import json
import os
import sys

import vfs

_REBOOT = 75  # sim_main.REBOOT


def _choose():
    """Return (copy, path of its image, whether it is on trial)."""
    with open(sys.argv[2]) as file:
        root = json.load(file)["state"] + "/flash"
    sys.path.append(__file__.rsplit("/", 3)[0] + "/firmware")
    import boot_slot

    good = boot_slot.read(root)[:1].decode()
    slot = boot_slot.choose(root)
    image = root + "/" + slot + "/image.romfs"
    try:
        os.stat(image)
    except OSError:
        image = sys.argv[1]
    del sys.modules["boot_slot"]
    return slot, image, slot != good


def _mount(path):
    image_buf = bytearray(os.stat(path)[6])
    with open(path, "rb") as file:
        file.readinto(image_buf)
    vfs.mount(vfs.VfsRom(image_buf), "/rom")


gc.threshold(16_384)  # as boot.py does
_slot, _image, _is_trial = _choose()
try:
    _mount(_image)
    sys.path[:] = ["/rom", ".frozen"]
    from boards.host.sim_main import main  # after the image is mounted
except MemoryError:  # to print a text needs no heap
    sys.stderr.write("chargecore sim: the firmware does not fit into this --heap\n")
    sys.exit(_REBOOT if _is_trial else 1)
except Exception as error:
    sys.print_exception(error, sys.stderr)
    sys.exit(_REBOOT if _is_trial else 1)  # a watchdog would reset the chip


def _print_failure(error, image_path):
    from boards.host.traceback_lines import with_files, with_functions

    text = io.StringIO()
    sys.print_exception(error, text)
    with open(image_path + ".functions") as rows:
        told = with_functions(text.getvalue(), rows)
    with open(image_path + ".json") as file:
        spots = json.load(file)
    sys.stderr.write(with_files(told, spots))


try:
    sys.exit(main(sys.argv[2], _slot))
except Exception as error:
    try:
        _print_failure(error, _image.rsplit(".", 1)[0])
    except (MemoryError, OSError):  # then without the lines of the sources
        sys.print_exception(error, sys.stderr)
    if isinstance(error, MemoryError):
        sys.stderr.write("chargecore sim: the firmware ran out of heap: give it a larger --heap\n")
    sys.exit(_REBOOT if _is_trial else 1)
