"""scaled(): single precision floats as whole numbers."""

import struct
import unittest

from chargecore.meters.float32 import NO_NUMBER, scaled


def of(value, scale):
    return scaled(struct.pack(">f", value), 0, scale)


class Float32Test(unittest.TestCase):
    def test_rounds_to_the_nearest(self):
        cases = (
            (230.04, 10, 2_300),
            (230.06, 10, 2_301),
            (1.234, 1000, 1_234),
            (16.0, 1000, 16_000),
        )
        cases += (0.0004, 1000, 0), (0.0006, 1000, 1), (49.98, 100, 4_998), (-5.6, 1, -6)
        cases += (16_777.215, 1000, 16_777_215), (1e-30, 1000, 0), (0.0, 1, 0), (-0.0, 1, 0)
        for value, scale, expected in cases:
            self.assertEqual(of(value, scale), expected, value)

    def test_is_no_number_beyond_the_range(self):
        for bits in (b"\x7f\x80\x00\x00", b"\xff\x80\x00\x00", b"\x7f\xc0\x00\x00"):
            self.assertEqual(scaled(bits, 0, 1), NO_NUMBER)
        for value, scale in ((2.0**30, 1), (-(2.0**30), 1), (1.1e6, 1000), (1e38, 1)):
            self.assertEqual(of(value, scale), NO_NUMBER)

    def test_reaches_to_the_ends_of_the_range(self):
        self.assertEqual(of(2.0**30 - 64, 1), (1 << 30) - 64)
        self.assertEqual(of(-(2.0**30) + 64, 1), 64 - (1 << 30))
        self.assertEqual(of(1_073_741.0, 1000), 1_073_741_000)

    def test_reads_at_any_place(self):
        self.assertEqual(scaled(b"\x00\x00\x00" + struct.pack(">f", 2.5), 3, 1000), 2_500)
