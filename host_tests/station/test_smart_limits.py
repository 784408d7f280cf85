"""Charging profiles at the connectors: sessions, pauses, setting, flash."""

import unittest

from chargecore.base.clock import QUALITY_CSMS
from chargecore.base.codes import E_IO, OK
from chargecore.base.events import EV_FLASH_ERROR, EV_PROFILES_OLD
from chargecore.station.auth_cache import TAG_UNKNOWN
from chargecore.station.profile_slot import (
    KIND_ABSOLUTE,
    KIND_RELATIVE,
    NOT_GIVEN,
    PURPOSE_DEFAULT,
    PURPOSE_MAX,
    PURPOSE_TX,
    TX_NONE,
    TX_PENDING,
    UNIT_A,
)
from chargecore.station.smart_limits import SmartLimits
from chargecore.station.statuses import CHARGING, SUSPENDED_EVSE
from chargecore.store.version_pair import VersionPair
from fakes.core_world import CoreWorld, tag
from fakes.profile_world import MIDNIGHT_S
from fakes.scratch import new_folder, read_bytes, write_bytes

NO_TIMES = (NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN)


class SmartWorld(CoreWorld):
    """Two connectors, the time known, profiles in the RAM of the test."""

    def __init__(self, flash=None, storage=None):
        super().__init__({"connectors": 2}, flash)
        self.storage = storage or self.flash.pair("profiles")
        self.clock.set_wall(MIDNIGHT_S, 0, QUALITY_CSMS)
        parts = self.storage, self.config, self.clock, self.events
        questions = self.authorizer.questions
        self.smart = SmartLimits(self.connectors, questions, *parts)
        self.station.smart = self.smart
        self.table = self.smart.table
        self.run_ms(200)

    def install(self, periods, purpose=PURPOSE_DEFAULT, kind=KIND_ABSOLUTE, **more):
        """Install a profile for connector 1, or 0; periods: (start, A). Return the code."""
        connector_id = more.get("connector", 0 if purpose == PURPOSE_MAX else 1)
        level = more.get("level", 0)
        profile_id = more.get("profile_id", 10 * purpose + level)
        self.table.draft.begin(connector_id, purpose, level, profile_id, kind, UNIT_A)
        self.table.draft.set_times(*NO_TIMES)
        for start_s, amps in periods:
            self.table.draft.add_period(start_s, amps * 10, 0)
        tx = self.connector.transaction.number if self.connector.transaction.is_active else TX_NONE
        return self.table.install(more.get("tx", tx), self.clock.wall_s())

    def start(self, connector_idx=0):
        """Begin a session whose car does not ask yet."""
        self.controllers[connector_idx].plug()
        self.run_ms(100)
        self.accept("TAG1", connector_idx)
        self.run_ms(200)

    def charge(self, connector_idx=0):
        """Begin a session whose car draws."""
        self.start(connector_idx)
        self.controllers[connector_idx].charge()
        self.run_ms(200)

    def offers(self):
        """Return what both connectors may offer, in A."""
        return [connector.limit_ma // 1000 for connector in self.connectors]


class LimitTest(unittest.TestCase):
    def setUp(self):
        self.world = SmartWorld()

    def offer(self):
        return self.world.controller.limit_ma

    def test_the_least_of_hardware_site_and_profile_counts(self):
        world = self.world
        world.charge()
        found = [self.offer()]
        world.install([(0, 40)])
        world.run_ms(200)
        found.append(self.offer())
        world.install([(0, 20)])
        world.run_ms(200)
        found.append(self.offer())
        world.station.set_site_limit_ma(12_000)
        world.run_ms(200)
        found.append(self.offer())

        self.assertEqual(found, [32_000, 32_000, 20_000, 12_000])

    def test_a_profile_set_during_a_transaction_acts_at_once_and_so_does_its_end(self):
        """E 3.8, C12: TxDefaultProfile; C17: within a second, no new transaction."""
        world = self.world
        world.charge()
        number = world.connector.transaction.number
        world.install([(0, 10)])
        world.run_ms(100)
        during = self.offer()
        world.table.clear(20, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN)
        world.run_ms(100)

        self.assertEqual((during, self.offer()), (10_000, 32_000))
        self.assertEqual(world.connector.transaction.number, number)

    def test_less_than_6_a_is_a_pause(self):
        """C11, C17."""
        world = self.world
        world.charge()
        world.run_ms(8_000)
        world.install([(0, 5)])
        world.run_ms(1_000)
        paused = world.connector.status.status, world.connector.transaction.is_active
        world.install([(0, 6)])
        world.run_ms(200)

        self.assertEqual(paused, (SUSPENDED_EVSE, True))
        self.assertEqual(world.connector.status.status, CHARGING)
        self.assertEqual(self.offer(), 6_000)

    def test_connectors_share_the_maximum_and_an_idle_one_counts_itself_in(self):
        """C6: and the site limit likewise, so that no session begins with a step too high."""
        world = self.world
        world.install([(0, 24)], PURPOSE_MAX)
        world.run_ms(100)
        found = [world.offers()]
        world.charge(0)
        found.append(world.offers())
        world.charge(1)
        found.append(world.offers())
        world.table.clear(NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN)
        world.station.set_site_limit_ma(20_000)
        world.run_ms(100)
        found.append(world.offers())

        self.assertEqual(found, [[24, 24], [24, 12], [12, 12], [10, 10]])

    def test_an_idle_connector_has_its_share_of_the_site_limit(self):
        world = self.world
        world.station.set_site_limit_ma(20_000)
        world.charge(0)

        self.assertEqual(world.offers(), [20, 10])

    def test_knows_what_one_connector_may_draw_at_most(self):
        self.world.config.max_current_ma = 16_000
        self.world.run_ms(100)

        self.assertEqual(self.world.station.most_ma, 16_000)

    # ---- where Relative begins (C7) ----

    def test_a_relative_schedule_begins_when_the_power_path_is_closed(self):
        world = self.world
        world.install([(0, 16), (60, 8)], kind=KIND_RELATIVE)
        world.start()
        world.run_ms(200_000, 1_000)
        asleep = self.offer()
        world.controller.charge()
        world.run_ms(58_000, 1_000)
        before = self.offer()
        world.run_ms(4_000, 1_000)

        self.assertEqual((asleep, before, self.offer()), (16_000, 16_000, 8_000))

    def test_a_relative_schedule_goes_on_when_the_car_pauses(self):
        world = self.world
        world.install([(0, 16), (60, 8)], kind=KIND_RELATIVE)
        world.charge()
        world.controller.rest()
        world.run_ms(30_000, 1_000)
        world.controller.charge()
        world.run_ms(32_000, 1_000)

        self.assertEqual(self.offer(), 8_000)

    def test_a_relative_schedule_that_begins_with_a_pause_begins_with_the_transaction(self):
        world = self.world
        world.install([(0, 0), (60, 16)], kind=KIND_RELATIVE)
        world.start()
        world.run_ms(30_000, 1_000)
        paused = world.connector.status.status
        world.run_ms(32_000, 1_000)

        self.assertEqual((paused, self.offer()), (SUSPENDED_EVSE, 16_000))

    # ---- the setting (C5, TC_066) ----

    def test_the_setting_acts_at_once(self):
        world = self.world
        world.charge()
        world.install([(0, 10)])
        draft = world.table.draft
        draft.begin(1, PURPOSE_TX, 0, 1, KIND_ABSOLUTE, UNIT_A)
        draft.set_times(NOT_GIVEN, 1, NOT_GIVEN, NOT_GIVEN)
        draft.add_period(0, 160, 0)
        world.table.install(world.connector.transaction.number, MIDNIGHT_S)
        world.run_ms(5_000)
        with_default = self.offer()
        world.config.tx_default_after_tx_profile = False
        world.run_ms(100)

        self.assertEqual((with_default, self.offer()), (10_000, 32_000))


class SessionTest(unittest.TestCase):
    """C13, R5: whom a TxProfile belongs to."""

    def setUp(self):
        self.world = SmartWorld()

    def bring(self, amps=8, connector_id=1):
        """Install the TxProfile of a remote start on that connector."""
        code = self.world.install([(0, amps)], PURPOSE_TX, tx=TX_PENDING, connector=0)
        self.assertEqual(code, OK)
        self.world.smart.await_start(connector_id)

    def remote_start(self):
        """Try a remote start on connector 1, whose profile it brings."""
        started_on = self.world.station.start_remotely(1, tag("TAG1"))
        if started_on:
            self.bring(8, started_on)
        return started_on

    def test_it_ends_with_its_transaction(self):
        world = self.world
        world.charge()
        self.assertEqual(world.install([(0, 8)], PURPOSE_TX), OK)
        world.run_ms(100)
        during = world.controller.limit_ma
        world.connector.stop(1, None)
        world.run_ms(500)

        self.assertEqual((during, world.table.count), (8_000, 0))

    def test_that_of_a_remote_start_waits_for_its_transaction(self):
        world = self.world
        world.config.authorize_remote_tx_requests = False
        started_on = self.remote_start()
        world.run_ms(5_000)
        waiting = world.table.count
        world.controller.plug()
        world.run_ms(500)

        self.assertEqual((started_on, waiting), (1, 1))
        self.assertTrue(world.connector.transaction.is_active)
        self.assertEqual(world.controller.limit_ma, 8_000)
        self.assertEqual(world.connectors[1].limit_ma, 32_000)

    def test_it_goes_when_the_cable_does_not_come(self):
        world = self.world
        world.config.authorize_remote_tx_requests = False
        world.config.connection_timeout_s = 10
        self.remote_start()
        world.run_ms(11_000)

        self.assertEqual(world.table.count, 0)

    def test_it_goes_when_the_tag_is_refused(self):
        world = self.world
        world.link.is_online = True
        self.remote_start()
        question = world.authorizer.next_question()
        question.state = 2
        world.run_ms(1_000)
        asking = world.table.count
        world.authorizer.answered(question, TAG_UNKNOWN)
        world.run_ms(100)

        self.assertEqual((asking, world.table.count), (1, 0))

    def test_it_stays_when_it_comes_at_the_very_end_of_the_transaction_before(self):
        world = self.world
        world.config.authorize_remote_tx_requests = False
        world.charge()
        world.connector.stop(1, None)
        while world.connector.transaction.is_active:
            world.step()
        self.remote_start()
        world.run_ms(500)

        self.assertTrue(world.connector.transaction.is_active)
        self.assertEqual(world.controller.limit_ma, 8_000)

    def test_none_starts_while_a_reset_is_due(self):
        self.world.station.reset_kind = 1

        self.assertEqual(self.remote_start(), 0)


class FlashTest(unittest.TestCase):
    """E 3.37: what was accepted is on flash, and nothing else is written."""

    def setUp(self):
        self.world = SmartWorld()

    def boot(self):
        """Cut the power and start again."""
        storage = self.world.storage
        self.world = SmartWorld(self.world.flash, storage)

    def limit_ma(self):
        return self.world.smart.limit_ma(self.world.connector)

    def count_events(self, code):
        return self.world.event_codes().count(code)

    def test_a_profile_is_there_again_after_a_power_cut(self):  # E 3.37
        self.world.install([(0, 10)])
        self.assertEqual(self.world.smart.keep(), OK)

        self.boot()

        self.assertEqual(self.limit_ma(), 10_000)

    def test_what_was_cleared_stays_away(self):
        self.world.install([(0, 10)])
        self.world.smart.keep()
        self.world.table.clear(20, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN)
        self.world.smart.keep()

        self.boot()

        self.assertEqual(self.world.table.count, 0)

    def test_writes_nothing_for_a_tx_profile(self):
        self.world.charge()
        self.world.install([(0, 8)], PURPOSE_TX)
        self.world.smart.keep()
        self.world.connector.stop(1, None)
        self.world.run_ms(1_000)
        self.world.smart.keep()

        self.assertEqual(self.world.storage.images, [])

    def test_writes_nothing_for_a_profile_that_is_sent_again(self):
        for _ in range(3):
            self.world.install([(0, 10)])
            self.world.smart.keep()
        self.assertEqual(len(self.world.storage.images), 1)
        self.world.install([(0, 11)])
        self.world.smart.keep()

        self.assertEqual(len(self.world.storage.images), 2)

    def test_takes_a_profile_back_when_flash_refuses(self):
        self.world.install([(0, 10)])
        self.world.smart.keep()
        self.world.storage.is_broken = True
        self.world.install([(0, 6)])

        self.assertEqual(self.world.smart.keep(), E_IO)
        self.assertEqual(self.limit_ma(), 10_000)
        self.assertEqual(self.count_events(EV_FLASH_ERROR), 1)

    def test_keeps_what_was_cleared_when_flash_refuses(self):
        self.world.install([(0, 10)])
        self.world.install([(0, 8)], level=1)
        self.world.smart.keep()
        self.world.storage.is_broken = True
        self.world.table.clear(NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN)

        self.assertEqual(self.world.smart.keep(), E_IO)
        self.assertEqual((self.world.table.count, self.limit_ma()), (2, 8_000))

    def test_both_profiles_that_one_has_replaced_come_back(self):
        """C3: one with its id, one with its purpose and level."""
        self.world.install([(0, 10)], profile_id=1)
        self.world.install([(0, 8)], level=1, profile_id=2)
        self.world.smart.keep()
        self.world.install([(0, 6)], level=1, profile_id=1)
        alone = self.world.table.count
        self.world.smart.keep()
        self.world.smart.take_back()

        self.boot()

        self.assertEqual((alone, self.world.table.count), (1, 2))
        self.assertEqual(self.limit_ma(), 8_000)
        self.world.table.clear(2, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN)
        self.world.run_ms(100)
        self.assertEqual(self.limit_ma(), 10_000)

    def test_reports_a_damaged_image_and_goes_on_with_the_one_before(self):
        path = new_folder(self) + "/profiles"
        self.world = SmartWorld(None, VersionPair(path))
        for amps in (10, 12):
            self.world.install([(0, amps)])
            self.world.smart.keep()
        whole = read_bytes(path + ".b")
        write_bytes(path + ".b", whole[:-1])

        self.world = SmartWorld(None, VersionPair(path))

        self.assertEqual(self.limit_ma(), 10_000)
        self.assertEqual(self.count_events(EV_PROFILES_OLD), 1)

    def test_begins_without_profiles_and_without_a_word(self):
        self.assertEqual(self.world.table.count, 0)
        self.assertEqual(self.count_events(EV_PROFILES_OLD), 0)


if __name__ == "__main__":
    unittest.main()
