"""The host's raw flash: what survives, what is spoiled, what is refused."""

import unittest

from boards.host.sim_flash import SimFlash
from chargecore.base.codes import OK
from chargecore.store.records import RECORD_LEN
from fakes.scratch import new_folder, read_bytes, write_bytes

_BLOCK = 1024


class SimFlashTest(unittest.TestCase):
    def setUp(self):
        self.path = new_folder(self) + "/journal.bin"
        self.flash = SimFlash(self.path, _BLOCK, 4)
        self.addCleanup(self.flash.close)
        self.buf = bytearray(RECORD_LEN)

    def test_reads_as_erased_when_it_is_new(self):
        code = self.flash.read(3, _BLOCK - RECORD_LEN, self.buf)

        self.assertEqual(code, OK)
        self.assertEqual(bytes(self.buf), b"\xff" * RECORD_LEN)
        self.assertEqual(len(read_bytes(self.path)), 4 * _BLOCK)

    def test_keeps_what_was_programmed_when_it_is_opened_again(self):
        record = bytes(range(RECORD_LEN))
        self.assertEqual(self.flash.program(1, 2 * RECORD_LEN, record), OK)

        again = SimFlash(self.path, _BLOCK, 4)
        self.addCleanup(again.close)
        again.read(1, 2 * RECORD_LEN, self.buf)

        self.assertEqual(bytes(self.buf), record)
        self.assertEqual(read_bytes(self.path)[: _BLOCK + 2 * RECORD_LEN].count(b"\xff"), 1152)

    def test_erases_one_block_only(self):
        for block in range(4):
            self.flash.program(block, 0, bytes(RECORD_LEN))

        self.assertEqual(self.flash.erase(2), OK)

        for block in range(4):
            self.flash.read(block, 0, self.buf)
            self.assertEqual(self.buf[0], 0xFF if block == 2 else 0)
        self.assertEqual(self.flash.erases, 1)

    def test_spoils_what_was_not_erased(self):
        self.flash.program(0, 0, b"\xf0" * RECORD_LEN)

        self.flash.program(0, 0, b"\x0f" * RECORD_LEN)
        self.flash.read(0, 0, self.buf)

        self.assertEqual(bytes(self.buf), bytes(RECORD_LEN))
        self.assertEqual(self.flash.spoiled, RECORD_LEN)

    def test_fills_up_a_file_that_is_too_short(self):
        path = self.path + ".short"
        write_bytes(path, b"\x00" * 100)

        flash = SimFlash(path, _BLOCK, 4)
        self.addCleanup(flash.close)
        flash.read(0, 64, self.buf)

        self.assertEqual(bytes(self.buf), b"\x00" * 36 + b"\xff" * 28)
        self.assertEqual(len(read_bytes(path)), 4 * _BLOCK)


if __name__ == "__main__":
    unittest.main()
