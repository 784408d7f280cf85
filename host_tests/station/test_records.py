"""Record: byte accessors of the 64-byte layout."""

import unittest

from chargecore.store import records
from chargecore.store.records import Record


class RecordTest(unittest.TestCase):
    def setUp(self):
        self.record = Record()

    def test_returns_what_was_put_when_unsigned(self):
        for value in (0, 1, 255, 256, 65535, 65536, 0x3FFFFFFF):
            with self.subTest(value=value):
                self.record.put_u32(24, value)

                self.assertEqual(self.record.u32(24), value)
        self.record.put_u16(30, 0xABCD)
        self.assertEqual(self.record.u16(30), 0xABCD)
        self.assertEqual(bytes(self.record.buf[30:32]), b"\xcd\xab")

    def test_returns_what_was_put_when_signed(self):
        for value in (0, -1, 1, -128, 0x7FFFFFFF, -0x80000000, -0x40000000, 123456789):
            with self.subTest(value=value):
                self.record.put_i32(24, value)

                self.assertEqual(self.record.i32(24), value)

    def test_has_the_layout_written_down(self):
        record = self.record
        record.clear(records.REC_START, 3)
        record.stamp(0x0201, 0x06050403, -1)
        record.put_u32(records.OFF_TX, 7)
        record.put_u32(records.OFF_REGISTER_WH, 8)
        record.put_text(records.START_ID_LEN, b"TAG", 3)

        expected = b"\x01\x03\x01\x02\x00\x00\x00\x00\x03\x04\x05\x06\xff\xff\xff\xff"
        expected += b"\x07\x00\x00\x00\x08\x00\x00\x00\x03TAG"
        self.assertEqual(bytes(record.buf[:28]), expected)
        self.assertEqual(record.i32(records.OFF_WALL_S), -1)

    def test_is_valid_only_when_sealed_and_unchanged(self):
        record = self.record
        self.assertFalse(record.is_valid())
        record.clear(records.REC_STOP, 1)
        record.seal(42)

        self.assertTrue(record.is_valid())
        self.assertEqual(record.u32(records.OFF_SEQ), 42)
        for at in range(records.RECORD_LEN):
            record.buf[at] ^= 1
            self.assertFalse(record.is_valid())
            record.buf[at] ^= 1

    def test_is_erased_only_when_every_bit_is_set(self):
        blank = Record(bytearray(b"\xff" * 64))
        self.assertTrue(blank.is_erased())
        self.assertFalse(blank.is_valid())
        blank.buf[63] = 0xFE
        self.assertFalse(blank.is_erased())

    def test_cuts_a_text_that_does_not_fit(self):
        self.record.put_text(records.STOP_ID_LEN, b"x" * 30, 30)

        self.assertEqual(self.record.u8(records.STOP_ID_LEN), 20)
        self.assertEqual(self.record.u8(records.STOP_REASON), 0)

    def test_clears_everything_when_reused(self):
        self.record.seal(9)
        self.record.clear(records.REC_METER, 2)

        self.assertEqual(bytes(self.record.buf), b"\x02\x02" + bytes(62))

    def test_copies_all_bytes(self):
        self.record.clear(records.REC_START, 1)
        self.record.seal(5)
        other = Record()

        other.copy_from(self.record)

        self.assertEqual(other.buf, self.record.buf)
        self.assertIsNot(other.buf, self.record.buf)
