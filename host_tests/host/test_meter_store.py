"""The meter's own memory."""

import os
import random
import unittest

from boards.host.meter_store import MeterStore


class MeterStoreTest(unittest.TestCase):
    def setUp(self):
        self.path = "/tmp/chargecore_meter_{}.txt".format(random.getrandbits(30))
        self.addCleanup(self.remove)

    def remove(self):
        try:
            os.remove(self.path)
        except OSError:
            pass

    def test_is_zero_when_nothing_was_kept(self):
        self.assertEqual(MeterStore(self.path).load(), 0)

    def test_keeps_the_register_without_being_closed(self):
        first = MeterStore(self.path)
        first.load()
        first.save(123_456_789)
        first.save(987)

        self.assertEqual(MeterStore(self.path).load(), 987)

    def test_is_zero_when_the_file_holds_something_else(self):
        with open(self.path, "w") as file:
            file.write("garbage")

        self.assertEqual(MeterStore(self.path).load(), 0)
