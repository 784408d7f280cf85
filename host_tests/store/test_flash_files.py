"""FlashFiles: erase blocks over plain files."""

import unittest

from chargecore.base.codes import E_IO, OK
from chargecore.store.flash_files import FlashFiles
from fakes.scratch import new_folder


class TestFlashFiles(unittest.TestCase):
    def setUp(self):
        self.folder = new_folder(self)
        self.flash = FlashFiles(self.folder, 256, 3)
        self.addCleanup(self.flash.close)
        self.buf = bytearray(64)

    def read(self, block, offset):
        self.assertEqual(self.flash.read(block, offset, self.buf), OK)
        return bytes(self.buf)

    def again(self):
        """Come back with new objects, as after a boot."""
        self.flash.close()
        self.flash = FlashFiles(self.folder, 256, 3)

    def test_reads_erased_where_nothing_was_programmed(self):
        self.assertEqual(self.read(0, 0), b"\xff" * 64)
        self.assertEqual(self.read(2, 192), b"\xff" * 64)

    def test_returns_what_was_programmed_also_after_a_boot(self):
        self.assertEqual(self.flash.program(1, 64, b"a" * 64), OK)
        self.assertEqual(self.read(1, 64), b"a" * 64)
        self.again()

        self.assertEqual(self.read(1, 0), b"\xff" * 64)
        self.assertEqual(self.read(1, 64), b"a" * 64)
        self.assertEqual(self.read(1, 128), b"\xff" * 64)

    def test_keeps_what_is_there_when_an_earlier_slot_is_programmed_last(self):
        self.flash.program(1, 64, b"a" * 64, False)
        self.flash.program(1, 128, b"b" * 64, False)
        self.flash.program(1, 0, b"h" * 64)
        self.again()

        self.assertEqual(self.read(1, 0), b"h" * 64)
        self.assertEqual(self.read(1, 64), b"a" * 64)
        self.assertEqual(self.read(1, 128), b"b" * 64)

    def test_goes_back_and_forth_between_blocks(self):
        for n in range(12):
            self.flash.program(n % 3, n // 3 * 64, bytes([n]) * 64)
            self.read((n + 1) % 3, 0)
            self.read(n % 3, 0)

        for n in range(12):
            self.assertEqual(self.read(n % 3, n // 3 * 64), bytes([n]) * 64)

    def test_reads_erased_after_an_erase(self):
        self.flash.program(1, 0, b"a" * 64)
        self.read(1, 0)

        self.assertEqual(self.flash.erase(1), OK)

        self.assertEqual(self.read(1, 0), b"\xff" * 64)
        self.assertEqual(self.flash.erases, 1)
        self.assertEqual(self.flash.program(1, 0, b"b" * 64), OK)
        self.assertEqual(self.read(1, 0), b"b" * 64)

    def test_refuses_when_the_folder_cannot_be_made(self):
        flash = FlashFiles(self.folder + "/no/such", 256, 3)

        self.assertEqual(flash.program(0, 0, b"a" * 64), E_IO)
        self.assertEqual(flash.erase(0), E_IO)
        self.assertTrue(flash.errno > 0)
        self.assertEqual(flash.read(0, 0, self.buf), OK)
        self.assertEqual(bytes(self.buf), b"\xff" * 64)

    def test_goes_on_when_a_file_has_failed_once(self):
        self.flash.program(0, 0, b"a" * 64)
        self.flash._write_file.close()  # every use of it fails from now on
        self.flash._write_file = BrokenFile()

        self.assertEqual(self.flash.program(0, 64, b"b" * 64), E_IO)
        self.assertEqual(self.flash.errno, 28)
        self.assertEqual(self.flash.program(0, 128, b"c" * 64), OK)
        self.assertEqual(self.read(0, 0), b"a" * 64)
        self.assertEqual(self.read(0, 128), b"c" * 64)


class BrokenFile:
    """A file on a file system that is full."""

    def seek(self, *_):
        raise OSError(28, "no space")

    def close(self):
        raise OSError(28, "no space")


if __name__ == "__main__":
    unittest.main()
