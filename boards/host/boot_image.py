"""Starts the simulator from a ROMFS image in RAM: boot_image.py IMAGE OPTIONS.json.

The image stands for the flash of a board: code runs in place there and costs no heap but its
objects. The VM's heap has to be larger by the image, which lies in it: a PC has no mapped flash.
"""

import os
import sys

import vfs


def _mount(path):
    image_buf = bytearray(os.stat(path)[6])
    with open(path, "rb") as file:
        file.readinto(image_buf)
    vfs.mount(vfs.VfsRom(image_buf), "/rom")


_mount(sys.argv[1])
sys.path[:] = ["/rom", ".frozen"]

from boards.host.sim_main import main  # noqa: E402  after the image is mounted

sys.exit(main(sys.argv[2]))
