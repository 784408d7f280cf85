"""Starts the simulator from a ROMFS image in RAM: boot_image.py IMAGE OPTIONS.json.

The image stands for the flash of a board: code runs in place there and costs no heap but its
objects. The VM's heap has to be larger by the image, which lies in it: a PC has no mapped flash.
IMAGE.json and IMAGE.functions, beside the image, tell which line of which file and which function
a traceback means.
Exit status: that of sim_main; 1 when it failed, or when the heap has no room for the firmware.
"""

import gc
import io
import json
import os
import sys

import vfs


def _mount(path):
    image_buf = bytearray(os.stat(path)[6])
    with open(path, "rb") as file:
        file.readinto(image_buf)
    vfs.mount(vfs.VfsRom(image_buf), "/rom")


gc.threshold(16_384)  # as boot.py does
_mount(sys.argv[1])
sys.path[:] = ["/rom", ".frozen"]

try:
    from boards.host.sim_main import main  # after the image is mounted
except MemoryError:  # to print a text needs no heap
    sys.stderr.write("chargecore sim: the firmware does not fit into this --heap\n")
    sys.exit(1)


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
    sys.exit(main(sys.argv[2]))
except Exception as error:
    try:
        _print_failure(error, sys.argv[1].rsplit(".", 1)[0])
    except MemoryError:  # then without the lines of the sources
        sys.print_exception(error, sys.stderr)
    if isinstance(error, MemoryError):
        sys.stderr.write("chargecore sim: the firmware ran out of heap: give it a larger --heap\n")
    sys.exit(1)
