"""Starts the simulator from a ROMFS image in RAM: boot_image.py IMAGE OPTIONS.json.

The image stands for the flash of a board: code runs in place there and costs no heap but its
objects. The VM's heap has to be larger by the image, which lies in it: a PC has no mapped flash.
IMAGE.json, beside the image, tells which line of which file a traceback means.
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

from boards.host.sim_main import main  # noqa: E402  after the image is mounted


def _print_failure(error, spots_path):
    from boards.host.traceback_lines import with_files

    text = io.StringIO()
    sys.print_exception(error, text)
    with open(spots_path) as file:
        spots = json.load(file)
    sys.stderr.write(with_files(text.getvalue(), spots))


try:
    sys.exit(main(sys.argv[2]))
except Exception as error:
    _print_failure(error, sys.argv[1].rsplit(".", 1)[0] + ".json")
    sys.exit(1)
