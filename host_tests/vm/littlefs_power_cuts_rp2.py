"""The journal on littlefs as in littlefs_power_cuts.py, with the program size of RP2."""

import unittest

import littlefs_power_cuts


class TestOutboxOnLittlefsOfRp2(littlefs_power_cuts.TestOutboxOnLittlefs):
    prog_size = 256


if __name__ == "__main__":
    unittest.main()
