"""station.json as the set-up page writes it, on the real littlefs, the supply cut at any write.

Run by test_littlefs_on_vm.py. After any cut there is the old file or the new one, whole.
"""

import os
import unittest

from littlefs_power_cuts import _ROOT, LittlefsCase

from boards.shared.station_file import read
from chargecore.setup import setup_file

_PATH = _ROOT + "/station.json"
_CERTIFICATE = "-----BEGIN CERTIFICATE-----\n" + "QUJD" * 150
_OLD = {"id": "OLD", "csms_url": "ws://old/", "connectors": [{"meter": "s0"}]}
_NEW = {"id": "NEW", "csms_root_ca": _CERTIFICATE, "connectors": [{"meter": "s0"}]}


class TestStationFileOnLittlefs(LittlefsCase):
    def test_is_the_old_or_the_new_one_when_the_power_is_cut_at_any_write(self):
        self.format()
        setup_file.write(_PATH, _OLD)
        self.unmount()
        start = self.device.image()
        self.mount()
        before = self.device.operations
        setup_file.write(_PATH, _NEW)
        operations = self.device.operations - before
        self.unmount()
        self.assertTrue(operations > 3, operations)

        found = [self.found_after_cut(start, after) for after in range(operations + 1)]

        self.assertEqual(found[0], "OLD")
        self.assertEqual(found[-1], "NEW")
        self.assertEqual(found, sorted(found, reverse=True))  # once it is new it stays that

    def found_after_cut(self, start, after):
        """Return the identity that the next boot reads."""
        self.device.restore()
        self.device.load(start)
        self.mount()
        self.device.cut(after)
        try:
            setup_file.write(_PATH, _NEW)
        except OSError:
            pass
        self.unmount()
        self.device.restore()
        self.mount()
        station, trouble = read(_PATH)
        self.assertIsNone(trouble)
        wanted = _NEW if station["id"] == "NEW" else _OLD
        self.assertEqual(station, wanted)
        setup_file.write(_PATH, _NEW)  # what the cut has left is in nobody's way
        self.assertEqual(os.listdir(_ROOT), ["station.json"])
        self.unmount()
        return station["id"]


if __name__ == "__main__":
    unittest.main()
