"""FormerAccess: what it remembers over a boot, and what it makes of damaged flash."""

import unittest

from chargecore.base.codes import E_IO, OK
from chargecore.base.event_log import EventLog
from chargecore.store.former_access import NONE, FormerAccess
from fakes.clock import FakeClock
from fakes.storage import FakeStorage

KEY = b"4f43415f4f4354545f61646d696e5f746573"


class FormerAccessTest(unittest.TestCase):
    def setUp(self):
        self.storage = FakeStorage()
        self.events = EventLog(FakeClock(), 8)
        self.former = FormerAccess(self.storage, self.events)

    def again(self):
        """Return what the next boot finds."""
        former = FormerAccess(self.storage, self.events)
        former.load()
        return former.profile, former.key

    def test_is_empty_at_first(self):
        self.assertEqual(self.again(), (NONE, None))

    def test_remembers_profile_and_password(self):
        for profile, key in ((0, None), (1, KEY), (NONE, KEY), (2, b""), (NONE, None)):
            with self.subTest(profile=profile, key=key):
                self.assertEqual(self.former.keep(profile, key), OK)
                self.assertEqual(self.again(), (profile, key))

    def test_keeps_what_it_had_when_flash_refuses(self):
        self.former.keep(1, KEY)
        self.storage.is_broken = True

        self.assertEqual(self.former.keep(2, None), E_IO)
        self.assertEqual((self.former.profile, self.former.key), (1, KEY))
        self.assertEqual(self.events.total, 1)

    def test_has_nothing_when_flash_is_damaged(self):
        self.former.keep(1, KEY)
        for image in (b"", b"\x02", b"\x02\x01\xff" + b"4" * 40, b"\x02\x01\x05444"):
            with self.subTest(image=image):
                self.storage.images = [image]
                self.assertEqual(self.again(), (NONE, None))


if __name__ == "__main__":
    unittest.main()
