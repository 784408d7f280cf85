"""Charging profiles on flash: when they are written, and what a boot finds."""

import unittest

from chargecore.base.codes import E_IO, OK
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_FLASH_ERROR, EV_SETTINGS_OLD
from chargecore.station.image_keeper import ImageKeeper
from chargecore.station.profile_slot import PURPOSE_DEFAULT, PURPOSE_TX
from chargecore.store.version_pair import VersionPair
from fakes.clock import FakeClock
from fakes.controller import FakeController
from fakes.profile_world import MIDNIGHT_S, ProfileWorld
from fakes.scratch import new_folder, read_bytes, write_bytes
from fakes.storage import FakeStorage


class OneConnector:
    """What the keeper asks of a connector."""

    def __init__(self):
        self.controller = FakeController()


class ImageKeeperTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.storage = FakeStorage()
        self.connector = OneConnector()
        self.events = EventLog(self.clock, 16)
        self.boot()

    def boot(self):
        self.world = ProfileWorld()
        self.keeper = ImageKeeper(
            self.world.table, self.storage, [self.connector], self.events, EV_SETTINGS_OLD
        )

    def install(self, limit=10, purpose=PURPOSE_DEFAULT):
        self.world.install(purpose, [(0, limit)])

    def run_s(self, duration_s):
        for _ in range(duration_s):
            self.keeper.step(self.clock.advance_ms(1000))

    def limit_ma(self):
        return self.world.limit_ma(1, MIDNIGHT_S)

    def count_events(self, code):
        log = self.events
        return len([n for n in range(log.oldest(), log.total) if log.field(n, 0) == code])

    def test_writes_a_new_profile_in_the_next_pass(self):
        self.install(10)
        self.run_s(1)

        self.boot()

        self.assertEqual(self.limit_ma(), 10_000)

    def test_writes_that_all_were_cleared(self):
        self.install(10)
        self.run_s(1)
        none = -0x40000000
        self.world.table.clear(none, none, none, none)
        self.run_s(1)

        self.boot()

        self.assertEqual(self.world.table.count, 0)

    def test_writes_nothing_for_a_tx_profile(self):
        self.world.start(1, MIDNIGHT_S)
        self.install(10, PURPOSE_TX)
        self.run_s(10)
        self.world.profiles.end_session(1)
        self.run_s(10)

        self.assertEqual(self.keeper.writes, 0)

    def test_waits_for_an_open_contactor_but_not_for_ever(self):
        self.connector.controller.is_energised = True
        self.install(10)

        self.run_s(3599)
        self.assertEqual(self.keeper.writes, 0)
        self.run_s(3)
        self.assertEqual(self.keeper.writes, 1)

        self.install(12)
        self.run_s(60)
        self.connector.controller.is_energised = False
        self.run_s(1)
        self.assertEqual(self.keeper.writes, 2)

    def test_bounds_the_writes_when_a_server_sends_without_end(self):
        for number in range(7200):
            self.install(6 + number % 20)
            self.run_s(1)

        # Ten at once, then one in five minutes.
        self.assertTrue(30 <= self.keeper.writes <= 35, self.keeper.writes)

    def test_tries_again_a_minute_after_flash_has_refused(self):
        self.storage.is_broken = True
        self.install(10)
        self.run_s(50)
        self.assertEqual(self.count_events(EV_FLASH_ERROR), 1)

        self.storage.is_broken = False
        self.run_s(20)
        self.boot()

        self.assertEqual(self.limit_ma(), 10_000)

    def test_flush_writes_at_once_whatever_runs(self):
        self.connector.controller.is_energised = True
        self.install(10)

        self.assertEqual(self.keeper.flush(), OK)
        self.assertEqual(self.keeper.flush(), OK)

        self.assertEqual(self.keeper.writes, 1)

    def test_flush_tells_when_flash_refuses(self):
        self.storage.is_broken = True
        self.install(10)

        self.assertEqual(self.keeper.flush(), E_IO)
        self.assertTrue(self.world.table.has_changed)

    def test_reports_a_damaged_image_and_goes_on_with_the_one_before(self):
        path = new_folder(self) + "/profiles"
        self.storage = VersionPair(path)
        self.boot()
        for limit in (10, 12):
            self.install(limit)
            self.run_s(1)
        whole = read_bytes(path + ".b")
        write_bytes(path + ".b", whole[:-1])

        self.storage = VersionPair(path)
        self.boot()

        self.assertEqual(self.limit_ma(), 10_000)
        self.assertEqual(self.count_events(EV_SETTINGS_OLD), 1)
