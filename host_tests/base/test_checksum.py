"""CRC-16/CCITT-FALSE: check values as binascii.crc_hqx gives them."""

import unittest

from chargecore.base.checksum import crc16

_VECTORS = (
    (b"123456789", 0x29B1),  # the check value every catalogue of CRCs gives for this one
    (b"", 0xFFFF),
    (b"\x00", 0xE1F0),
    (b"A", 0xB915),
    (b"\xff\xff", 0x0000),
)


class TestCrc16(unittest.TestCase):
    def test_gives_the_known_values(self):
        for data, crc in _VECTORS:
            with self.subTest(data=data):
                self.assertEqual(crc16(data, 0, len(data)), crc)

    def test_covers_only_the_given_range(self):
        self.assertEqual(crc16(bytearray(b"xx123456789yy"), 2, 11), 0x29B1)

    def test_is_0_over_data_followed_by_its_own_crc(self):
        data = bytearray(b"a record\x00\x00")
        crc = crc16(data, 0, 8)
        data[8] = crc >> 8
        data[9] = crc & 0xFF

        self.assertEqual(crc16(data, 0, 10), 0)

    def test_changes_with_every_single_bit(self):
        data = bytearray(range(62))
        crc = crc16(data, 0, 62)
        for bit in range(62 * 8):
            data[bit >> 3] ^= 1 << (bit & 7)
            self.assertNotEqual(crc16(data, 0, 62), crc)
            data[bit >> 3] ^= 1 << (bit & 7)
