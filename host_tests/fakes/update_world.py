"""UpdateWorld: an Ocpp16World with two copies of its application, and bundles for it."""

import hashlib
import os

import boot_slot

from chargecore.store.app_slots import AppSlots
from fakes.ocpp16_world import Ocpp16World

URL = "http://files.example/app.bundle"


def bundle(version=b"2.0", data=b"M\x06" * 500):
    """Return a bundle of one file."""
    body = b"CCBUNDLE\x01" + bytes((4, len(version), 1)) + b"host" + version
    body += bytes((5, len(data) & 255, len(data) >> 8, 0, 0))
    body += hashlib.sha256(data).digest() + b"x.mpy" + data
    return body + hashlib.sha256(body).digest()


def empty(root):
    """Remove what updates have written."""
    for name in ("a", "b"):
        try:
            for entry in os.listdir(root + "/" + name):
                os.remove(root + "/" + name + "/" + entry)
            os.rmdir(root + "/" + name)
        except OSError:
            pass


class UpdateWorld(Ocpp16World):
    """A station with two copies of its application in `root`."""

    def __init__(self, root, flash=None, boot_number=7, stalls=False, station=None):
        self.root = root
        self.stalls = stalls
        super().__init__(station or {"connectors": 2, "security": False}, flash, boot_number)

    def _before_build(self):
        running = boot_slot.choose(self.root)
        self.slots = self.core.slots = AppSlots(self.root, running, b"host", self.stalls)
