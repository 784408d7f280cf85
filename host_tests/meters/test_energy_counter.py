"""EnergyCounter: what a cut of the supply and bad flash leave of the register."""

import unittest

from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_FLASH_ERROR, EV_SETTINGS_OLD
from chargecore.meters.energy_counter import EnergyCounter
from chargecore.store.version_pair import VersionPair
from fakes.clock import FakeClock
from fakes.scratch import new_folder, read_bytes, write_bytes
from fakes.storage import FakeStorage


class EnergyCounterTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 16)
        self.storage = FakeStorage()
        self.make()

    def make(self, per_wh=1_000):
        self.counter = EnergyCounter(self.storage, self.clock, self.events, per_wh)

    def add(self, units, ms=0):
        now_ms = self.clock.advance_ms(ms)
        self.counter.add(units, now_ms)
        self.counter.keep(now_ms)

    def event_codes(self):
        log = self.events
        return [log.field(n, 0) for n in range(log.oldest(), log.total)]

    def test_begins_at_zero_without_a_file(self):
        self.assertEqual(self.counter.register_wh, 0)
        self.assertEqual(self.event_codes(), [])

    def test_carries_the_rest_over_a_restart(self):
        self.add(5_900)
        self.counter.commit()
        self.make()
        self.add(100)

        self.assertEqual(self.counter.register_wh, 6)

    def test_keeps_whole_wh_when_the_unit_has_changed(self):
        self.add(5_900)
        self.counter.commit()
        self.make(10)

        self.assertEqual(self.counter.register_wh, 5)
        self.add(9)
        self.assertTrue(5 <= self.counter.register_wh <= 6)

    def test_counts_on_from_what_the_records_know_but_never_back(self):
        self.add(5_000)
        self.counter.raise_to(1_200)
        self.counter.raise_to(7)
        self.add(1_000)
        for _ in range(10):
            self.add(0, 1_000)
        self.make()

        self.assertEqual(self.counter.register_wh, 1_201)

    def test_keeps_the_largest_register(self):
        self.counter.register_wh = (1 << 30) - 1
        self.add(1)
        self.counter.commit()
        self.make()

        self.assertEqual(self.counter.register_wh, (1 << 30) - 1)

    def test_does_not_save_before_the_energy_rests(self):
        self.add(5_000)
        for _ in range(9):
            self.add(0, 1_000)
        first = len(self.storage.images)
        self.add(0, 1_000)

        self.assertEqual((first, len(self.storage.images)), (0, 1))

    def test_saves_every_five_minutes_while_energy_flows(self):
        for _ in range(3_600):
            self.add(1_000, 1_000)

        self.assertEqual(len(self.storage.images), 12)

    def test_saves_at_most_every_10_s_however_energy_comes(self):
        for _ in range(10):
            self.add(1_000, 10_000)
            self.add(0, 9_999)

        self.assertTrue(len(self.storage.images) <= 10)

    def test_saves_nothing_while_nothing_flows(self):
        for _ in range(500):
            self.add(0, 1_000_000)
        self.add(10)
        self.add(0, 10_000)

        self.assertEqual(len(self.storage.images), 1)

    def test_tells_and_tries_again_when_flash_refuses(self):
        self.storage.is_broken = True
        self.add(5_000)
        for _ in range(25):
            self.add(0, 1_000)

        self.assertEqual(self.event_codes(), [EV_FLASH_ERROR] * 2)
        self.storage.is_broken = False
        self.add(0, 10_000)
        self.make()
        self.assertEqual(self.counter.register_wh, 5)

    def test_ignores_an_image_that_is_none(self):
        for image in (b"", b"\x01\x02", b"\xff" * 8, b"\x00" * 7 + b"\x40"):
            self.storage.images = [image]
            self.make()
            self.assertEqual(self.counter.register_wh, 0)


class TornWriteTest(unittest.TestCase):
    def setUp(self):
        self.path = new_folder(self) + "/meter_1"
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 16)

    def make(self):
        return EnergyCounter(VersionPair(self.path), self.clock, self.events, 1)

    def test_returns_to_the_version_before_when_a_write_was_torn(self):
        for _ in range(2):
            counter = self.make()
            counter.add(100, self.clock.ticks_ms())
            counter.commit()
        whole = read_bytes(self.path + ".b")
        for length in (0, 5, 13, 14, 18, len(whole) - 1):
            write_bytes(self.path + ".b", whole[:length])
            self.assertEqual(self.make().register_wh, 100, length)
            self.assertEqual(self.events.field(self.events.total - 1, 0), EV_SETTINGS_OLD)
        write_bytes(self.path + ".b", whole)
        self.assertEqual(self.make().register_wh, 200)
