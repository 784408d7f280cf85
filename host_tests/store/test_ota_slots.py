"""The OTA slots of an ESP32, on partitions that remember, behind the protocol of app_slots."""

import hashlib
import unittest

from boards.esp32.ota_slots import OtaSlots
from chargecore.base.codes import E_BUSY, E_CORRUPT, E_IO, OK
from chargecore.store.bundle_writer import REFUSED_FLASH, BundleWriter

BLOCK = 4096
IMAGE = b"\xe9" + bytes([n * 7 % 251 for n in range(9_000)])


class FakePartition:
    """One of two partitions of 16 KiB; `chip` boots what set_boot() names."""

    def __init__(self, chip, label):
        self._chip = chip
        self._label = label
        self.blocks = {}
        self.is_broken = False

    def info(self):
        return (0, 16, 0x10000, 4 * BLOCK, self._label, False)

    def get_next_update(self):
        return self._chip.other(self)

    def writeblocks(self, number, buf):
        if self.is_broken:
            raise OSError(5, "flash")
        self.blocks[number] = bytes(buf)

    def readblocks(self, number, buf):
        buf[:] = self.blocks.get(number, b"\xff" * BLOCK)

    def set_boot(self):
        self._chip.next = self


class FakeChip:
    """esp32.Partition and the boot loader: a slot that is not confirmed is booted once."""

    RUNNING = 1

    def __init__(self):
        self.slots = (FakePartition(self, "ota_0"), FakePartition(self, "ota_1"))
        self.good = self.running = self.slots[0]
        self.next = None
        self.notes = {}

    def __call__(self, which):
        return self.running

    def other(self, partition):
        return self.slots[1] if partition is self.slots[0] else self.slots[0]

    def mark_app_valid_cancel_rollback(self):
        self.good = self.running

    def reset(self):
        self.running = self.next or self.good
        self.next = None

    def set_blob(self, key, value):
        self.notes[key] = bytes(value)

    def get_blob(self, key, buf):
        if key not in self.notes:
            raise OSError(-0x1102, "not found")
        buf[: len(self.notes[key])] = self.notes[key]
        return len(self.notes[key])

    def commit(self):
        pass


def bundle(image=IMAGE, version=b"3.1"):
    """Return a bundle of one image."""
    body = b"CCBUNDLE\x01" + bytes((5, len(version), 1)) + b"esp32" + version
    body += bytes((7, len(image) & 255, len(image) >> 8, 0, 0))
    body += hashlib.sha256(image).digest() + b"app.bin" + image
    return body + hashlib.sha256(body).digest()


class OtaSlotsTest(unittest.TestCase):
    def setUp(self):
        self.chip = FakeChip()
        self.boot()

    def boot(self):
        self.chip.reset()
        self.slots = OtaSlots(self.chip, self.chip, b"esp32")
        self.files = self.slots.files()
        self.writer = BundleWriter(self.slots, self.files)

    def write(self, data):
        self.assertEqual(self.files.prepare(), OK)
        self.writer.begin()
        for at in range(0, len(data), 1000):
            part = bytearray(data[at : at + 1000])
            self.writer.take(part, 0, len(part))
        self.writer.end()
        return self.writer.refused

    def check(self):
        code = E_BUSY
        while code == E_BUSY:
            code = self.files.check(bytearray(64))
        return code

    def install(self):
        self.assertEqual(self.write(bundle()), 0)
        self.assertEqual(self.check(), OK)
        self.assertEqual(self.slots.activate(), OK)

    def test_writes_the_image_and_tries_it_once(self):
        self.install()
        self.assertTrue(self.slots.is_other_next)
        blocks = self.chip.slots[1].blocks
        self.assertEqual(b"".join([blocks[n] for n in range(3)])[: len(IMAGE)], IMAGE)

        self.boot()
        self.assertEqual((self.slots.running, self.slots.version), (1, b"3.1"))
        self.assertTrue(self.slots.is_trial)
        self.assertEqual(self.slots.activate(), E_BUSY)
        self.boot()
        self.assertEqual((self.slots.running, self.slots.version), (0, b""))
        self.assertFalse(self.slots.is_trial)

    def test_stays_with_what_was_confirmed(self):
        self.install()
        self.boot()
        self.assertEqual(self.slots.confirm(), OK)
        self.boot()

        self.assertEqual(self.slots.running, 1)
        self.assertFalse(self.slots.is_trial)

    def test_refuses_what_is_no_image_or_too_large(self):
        for image in (b"no image" * 10, b"\xe9" * (5 * BLOCK)):
            with self.subTest(length=len(image)):
                self.assertTrue(self.write(bundle(image)) != 0)
                self.assertEqual(self.check(), E_CORRUPT)

    def test_tells_when_flash_refuses(self):
        self.chip.slots[1].is_broken = True

        self.assertEqual(self.write(bundle()), REFUSED_FLASH)
        self.assertEqual(self.slots.failed(OSError(5)), E_IO)

    def test_finds_what_flash_has_changed(self):
        self.write(bundle())
        self.chip.slots[1].blocks[1] = b"\x00" * BLOCK

        self.assertEqual(self.check(), E_CORRUPT)


if __name__ == "__main__":
    unittest.main()
