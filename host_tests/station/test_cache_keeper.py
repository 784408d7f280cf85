"""The authorization cache on flash: when it is written, and what a cut leaves of it."""

import unittest

from chargecore.base.codes import E_IO, OK
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_CARDS_OLD, EV_FLASH_ERROR
from chargecore.station.auth_cache import NO_EXPIRY, TAG_ACCEPTED, TAG_UNKNOWN, AuthCache
from chargecore.station.cache_keeper import CacheKeeper
from chargecore.station.config import StationConfig
from chargecore.station.station import RESET_SOFT
from chargecore.store.version_pair import VersionPair
from fakes.clock import FakeClock
from fakes.controller import FakeController
from fakes.core_world import CoreWorld, Flash
from fakes.scratch import new_folder, read_bytes, write_bytes
from fakes.station_world import tag
from fakes.storage import FakeStorage


class OneConnector:
    """What the keeper asks of a connector."""

    def __init__(self):
        self.controller = FakeController()


class KeeperTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.storage = FakeStorage()
        self.connector = OneConnector()
        self.config = StationConfig()
        self.events = EventLog(self.clock, 16)
        self.boot()

    def boot(self):
        self.cache = AuthCache(20)
        self.keeper = CacheKeeper(
            self.cache, self.storage, [self.connector], self.config, self.events
        )

    def put(self, text):
        self.cache.put(tag(text), TAG_ACCEPTED, NO_EXPIRY, tag(""), 0)

    def run_s(self, duration_s):
        for _ in range(duration_s):
            self.keeper.step(self.clock.advance_ms(1000))

    def knows(self, text):
        return self.cache.status(tag(text), 0) == TAG_ACCEPTED

    def count_events(self, code):
        log = self.events
        return len([n for n in range(log.oldest(), log.total) if log.field(n, 0) == code])

    def test_writes_a_new_tag_in_the_next_pass(self):
        self.put("A")
        self.run_s(1)

        self.boot()

        self.assertTrue(self.knows("A"))
        self.assertEqual(len(self.storage.images), 1)

    def test_writes_nothing_when_nothing_new_was_said(self):
        self.put("A")
        self.run_s(1)

        self.put("A")
        self.cache.status(tag("A"), 0)
        self.run_s(100)

        self.assertEqual(self.keeper.writes, 1)

    def test_waits_for_an_open_contactor_but_not_for_ever(self):
        self.connector.controller.is_energised = True
        self.put("A")

        self.run_s(3599)
        self.assertEqual(self.keeper.writes, 0)
        self.run_s(3)
        self.assertEqual(self.keeper.writes, 1)

        self.put("B")
        self.run_s(60)
        self.connector.controller.is_energised = False
        self.run_s(1)
        self.assertEqual(self.keeper.writes, 2)

    def test_bounds_the_writes_when_card_follows_card(self):
        for number in range(7200):
            self.put("T%d" % (number // 2))
            self.run_s(1)

        # Ten at once, then one in five minutes.
        self.assertTrue(30 <= self.keeper.writes <= 35, self.keeper.writes)

    def test_tries_again_a_minute_after_flash_has_refused(self):
        self.storage.is_broken = True
        self.put("A")
        self.run_s(50)
        self.assertEqual(self.count_events(EV_FLASH_ERROR), 1)

        self.storage.is_broken = False
        self.run_s(20)
        self.boot()

        self.assertTrue(self.knows("A"))

    def test_flush_writes_at_once_whatever_runs(self):
        self.connector.controller.is_energised = True
        self.put("A")
        self.run_s(1)

        self.assertEqual(self.keeper.flush(), OK)
        self.assertEqual(self.keeper.flush(), OK)

        self.assertEqual(self.keeper.writes, 1)

    def test_clear_leaves_no_version_with_a_tag(self):
        self.put("A")
        self.run_s(1)

        self.assertEqual(self.keeper.clear(), OK)

        self.assertEqual([len(image) for image in self.storage.images[-2:]], [4, 4])
        self.boot()
        self.assertTrue(self.cache.is_empty)

    def test_clear_says_so_when_flash_refuses_and_goes_on_trying(self):
        self.put("A")
        self.run_s(1)
        self.storage.is_broken = True

        self.assertEqual(self.keeper.clear(), E_IO)
        self.assertTrue(self.cache.is_empty)

        self.storage.is_broken = False
        self.run_s(62)
        self.boot()
        self.assertTrue(self.cache.is_empty)

    def test_forgets_everything_when_the_cache_is_switched_off(self):
        self.put("A")
        self.run_s(1)

        self.config.authorization_cache_enabled = False
        self.run_s(1)
        self.config.authorization_cache_enabled = True
        self.boot()

        self.assertTrue(self.cache.is_empty)

    def test_forgets_what_a_boot_with_the_cache_off_finds_on_flash(self):
        self.put("A")
        self.run_s(1)
        self.config.authorization_cache_enabled = False
        self.boot()

        self.run_s(1)

        self.assertTrue(self.cache.is_empty)
        self.assertEqual(len(self.storage.images[-1]), 4)

    def test_works_across_the_tick_wrap(self):
        self.connector.controller.is_energised = True
        self.put("A")
        self.run_s(5)  # the clock starts 1.5 s below the wrap
        self.connector.controller.is_energised = False

        self.run_s(1)

        self.assertEqual(self.keeper.writes, 1)


class CutTest(unittest.TestCase):
    """On real files: every length a file can have when the supply fails while it is written."""

    def setUp(self):
        self.path = new_folder(self) + "/cards"
        self.clock = FakeClock()

    def boot(self):
        self.cache = AuthCache(8)
        self.events = EventLog(self.clock, 16)
        pair = VersionPair(self.path)
        self.keeper = CacheKeeper(self.cache, pair, [], StationConfig(), self.events)

    def put(self, text):
        self.cache.put(tag(text), TAG_ACCEPTED, NO_EXPIRY, tag("FAMILY"), 0)
        self.keeper.step(self.clock.advance_ms(50))

    def test_a_cut_at_any_byte_loses_the_newest_tag_only(self):
        self.boot()
        self.put("A")
        self.put("B")
        self.put("C")
        newest = max(
            (read_bytes(self.path + suffix)[4], self.path + suffix) for suffix in (".a", ".b")
        )[1]
        whole = read_bytes(newest)

        for length in range(len(whole) + 1):
            write_bytes(newest, whole[:length])
            self.boot()
            known = [text for text in "ABC" if self.cache.find(tag(text)) >= 0]
            self.assertEqual(known, ["A", "B", "C"] if length == len(whole) else ["A", "B"])
            is_told = self.events.total == 1 and self.events.field(0, 0) == EV_CARDS_OLD
            self.assertEqual(is_told, length < len(whole))

    def test_a_flipped_bit_is_found(self):
        self.boot()
        self.put("A")
        whole = read_bytes(self.path + ".a")

        for at in range(0, len(whole), 5):
            broken = bytearray(whole)
            broken[at] ^= 0x10
            write_bytes(self.path + ".a", bytes(broken))
            self.boot()
            self.assertEqual(self.cache.status(tag("A"), 0), TAG_UNKNOWN)
            self.assertEqual(self.events.total, 1)


class StationTest(unittest.TestCase):
    """In a whole station: a second world on the same flash is the station after a cut."""

    def remember(self, world, text="TAG1"):
        world.authorizer.remember(tag(text), TAG_ACCEPTED, NO_EXPIRY, tag("FAMILY"))

    def test_starts_offline_with_a_tag_of_the_boot_before_the_cut(self):
        flash = Flash()
        world = CoreWorld(flash=flash)
        self.remember(world)
        world.run_ms(100)

        again = CoreWorld(flash=flash, boot_number=8)
        again.link.is_known = True
        again.controller.plug()
        again.run_ms(100)
        again.swipe("tag1")

        self.assertTrue(again.connector.transaction.is_active)
        self.assertEqual(again.connector.transaction.parent.text(), "FAMILY")

    def test_is_on_flash_before_the_restart_of_a_reset(self):
        flash = Flash()
        world = CoreWorld(flash=flash)
        for number in range(10):
            self.remember(world, "T%d" % number)
            world.run_ms(50)
        self.remember(world, "LAST")
        world.station.request_reset(RESET_SOFT, world.time.ticks_ms())

        world.run_ms(200)

        self.assertTrue(world.station.is_reset_due)
        again = CoreWorld(flash=flash, boot_number=8)
        self.assertTrue(again.cache.find(tag("LAST")) >= 0)


if __name__ == "__main__":
    unittest.main()
