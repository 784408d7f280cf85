"""The rows of the settings follow the profiles that are loaded."""

import unittest

from chargecore.ocpp16 import keys, keys_local_list, keys_security
from chargecore.ocpp16.key_table import rows_of
from chargecore.station.config import StationConfig
from chargecore.store.settings import key_id

PROFILES = ((b"LocalAuthListManagement", keys_local_list.TABLE),)


class KeyTableTest(unittest.TestCase):
    def setUp(self):
        self.config = StationConfig()
        self.config.has_security = False

    def keys(self, presets=None):
        rows = rows_of(self.config, presets)
        return [rows.name(row) for row in range(rows.count)]

    def test_has_the_keys_of_core_alone_when_nothing_else_is_loaded(self):
        self.config.profiles = b"Core"

        self.assertEqual(self.keys(), [row[0] for row in keys.TABLE])

    def test_adds_the_keys_of_a_profile_that_is_loaded(self):
        for name, rows in PROFILES:
            with self.subTest(profile=name):
                self.config.profiles = b"Core," + name
                found = self.keys()
                self.assertEqual(len(found), len(keys.TABLE) + len(rows))
                for row in rows:
                    self.assertIn(row[0], found)

    def test_adds_the_keys_of_security_when_it_is_loaded(self):
        self.config.profiles = b"Core"
        self.config.has_security = True
        found = self.keys()

        self.assertEqual(len(found), len(keys.TABLE) + len(keys_security.TABLE))
        for row in keys_security.TABLE:
            with self.subTest(key=row[0]):
                self.assertIn(row[0], found)
                if row[5] is not None:
                    self.assertEqual(getattr(self.config, row[6]), row[5])

    def test_declares_each_key_once_in_alphabetical_order(self):
        self.config.profiles = b",".join([b"Core"] + [row[0] for row in PROFILES])
        self.config.has_security = True
        found = [key.lower() for key in self.keys()]

        self.assertEqual(found, sorted(found))
        self.assertEqual(len({key_id(key) for key in self.keys()}), len(found))

    def test_every_key_starts_with_the_default_of_the_station(self):
        for _, rows in PROFILES:
            for row in rows:
                with self.subTest(key=row[0]):
                    if row[5] is not None:
                        self.assertEqual(getattr(self.config, row[6]), row[5])

    def test_follows_the_profiles_that_the_maker_presets(self):
        self.assertEqual(
            self.keys({"SupportedFeatureProfiles": "Core"}), [r[0] for r in keys.TABLE]
        )
        self.assertEqual(self.config.profiles, b"Core")


if __name__ == "__main__":
    unittest.main()
