"""SafetyMemory: what outlives a reset, and when it is written."""

import unittest
from array import array

from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_FLASH_ERROR, EV_SAFETY_MEMORY_OLD
from chargecore.store.safety_memory import SafetyMemory
from chargecore.store.version_pair import VersionPair
from fakes.clock import FakeClock
from fakes.scratch import new_folder, read_bytes, write_bytes
from fakes.storage import FakeStorage

_WELDED = 11
_NONE = -1


class FakeLatch:
    """Counters and a kept reason, in the test's hand."""

    def __init__(self, count):
        self.counts = array("H", [0] * count)
        self.reason = _NONE

    def kept_reason(self):
        return self.reason


class FakeContactor:
    is_closed = False
    closings = 0


class FakeLock:
    """An Interlock as far as SafetyMemory knows it; remembers what it was given back."""

    def __init__(self, count=8):
        self.latch = FakeLatch(count)
        self.contactor = FakeContactor()
        self.restored = []

    def restore(self, reason, is_power_cycle):
        self.restored.append((reason, is_power_cycle))
        self.latch.reason = reason


class SafetyMemoryTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 16)
        self.pair = FakeStorage()
        self.boot()

    def boot(self, locks=2, counts=8, is_power_cycle=False):
        self.locks = [FakeLock(counts) for _ in range(locks)]
        self.memory = SafetyMemory(self.pair, self.locks, self.events, self.clock)
        self.memory.load(is_power_cycle)

    def run_s(self, seconds):
        for _ in range(seconds):
            self.memory.poll(self.clock.advance_ms(1_000))

    def saves(self):
        return len(self.pair.images)

    def test_writes_nothing_while_nothing_changes(self):
        self.run_s(5_000)

        self.assertEqual(self.saves(), 0)

    def test_gives_a_permanent_fault_back_to_its_connector(self):  # R52
        self.locks[1].latch.reason = _WELDED
        self.run_s(1)

        self.boot()

        self.assertEqual([lock.restored for lock in self.locks], [[], [(_WELDED, False)]])
        self.run_s(100)
        self.assertEqual(self.saves(), 1)

    def test_says_that_the_supply_was_off(self):
        self.locks[0].latch.reason = 0
        self.run_s(1)

        self.boot(is_power_cycle=True)

        self.assertEqual(self.locks[0].restored, [(0, True)])

    def test_forgets_a_fault_that_is_cleared(self):
        self.locks[0].latch.reason = _WELDED
        self.run_s(1)
        self.boot(is_power_cycle=True)
        self.locks[0].latch.reason = _NONE
        self.run_s(1)

        self.boot()

        self.assertEqual(self.locks[0].restored, [])

    def test_goes_on_counting_after_a_boot(self):  # R53
        self.locks[0].contactor.closings = 70_000
        self.locks[0].latch.counts[0] = 3
        self.locks[1].latch.counts[7] = 0xFFFF
        self.run_s(1)

        self.boot()
        self.assertEqual(list(self.locks[0].latch.counts), [3, 0, 0, 0, 0, 0, 0, 0])
        self.assertEqual(self.locks[1].latch.counts[7], 0xFFFF)
        self.assertEqual(self.memory.closings(0), 70_000)
        self.locks[0].contactor.closings = 2

        self.assertEqual(self.memory.closings(0), 70_002)
        self.assertEqual(self.memory.closings(1), 0)

    def test_writes_only_while_every_contactor_is_open(self):
        self.locks[0].latch.reason = _WELDED
        self.locks[1].contactor.is_closed = True
        self.run_s(10_000)
        self.memory.flush(self.clock.ticks_ms())
        self.assertEqual(self.saves(), 0)

        self.locks[1].contactor.is_closed = False
        self.run_s(1)

        self.assertEqual(self.saves(), 1)

    def test_writes_closings_at_most_every_ten_minutes(self):
        for _ in range(3_600):
            self.locks[0].contactor.closings += 1
            self.run_s(1)

        self.assertEqual(self.saves(), 6)

    def test_writes_faults_at_most_every_five_seconds(self):
        for _ in range(60):
            self.locks[0].latch.counts[0] += 1
            self.run_s(1)

        self.assertEqual(self.saves(), 12)

    def test_writes_at_once_before_a_restart(self):
        self.locks[0].contactor.closings = 1
        self.run_s(1)
        self.locks[0].contactor.closings = 2

        self.memory.flush(self.clock.ticks_ms())
        self.memory.flush(self.clock.ticks_ms())

        self.assertEqual(self.saves(), 2)

    def test_tries_again_when_flash_refuses(self):
        self.pair.is_broken = True
        self.locks[0].latch.reason = _WELDED
        self.run_s(10)
        self.assertEqual(self.events.field(0, 0), EV_FLASH_ERROR)
        self.assertEqual(self.events.total, 2)
        self.pair.is_broken = False
        self.run_s(10)

        self.assertEqual(self.saves(), 1)

    def test_writes_again_after_weeks_without_a_change(self):
        self.locks[0].contactor.closings = 1
        self.run_s(1)
        for _ in range(60):
            self.memory.poll(self.clock.advance_ms(40_000_000))
        self.locks[0].contactor.closings = 2

        self.run_s(1)

        self.assertEqual(self.saves(), 2)

    # ---- other builds, other stations ----

    def test_gives_the_counters_of_a_newer_build_back_as_they_came(self):
        self.boot(counts=10)
        self.locks[1].latch.counts[9] = 77
        self.run_s(1)
        self.boot(counts=8)
        self.locks[0].latch.counts[0] = 5
        self.run_s(1)

        self.boot(counts=10)

        self.assertEqual(self.locks[1].latch.counts[9], 77)
        self.assertEqual(self.locks[0].latch.counts[0], 5)

    def test_has_zeros_where_an_older_build_had_no_counter(self):
        self.boot(counts=3)
        self.locks[1].latch.counts[2] = 7
        self.run_s(1)

        self.boot(counts=8)

        self.assertEqual(list(self.locks[1].latch.counts), [0, 0, 7, 0, 0, 0, 0, 0])

    def test_keeps_what_belongs_to_the_connectors_that_are_left(self):
        self.boot(locks=2)
        self.locks[0].latch.reason = _WELDED
        self.locks[0].latch.counts[1] = 4
        self.locks[1].latch.counts[1] = 9
        self.run_s(1)

        for locks in (3, 1):
            self.boot(locks=locks)
            self.assertEqual(self.locks[0].restored, [(_WELDED, False)])
            self.assertEqual(self.locks[0].latch.counts[1], 4)
            self.locks[0].contactor.closings = 1
            self.run_s(1)

    # ---- cuts and damage ----

    def test_has_the_version_before_when_the_last_write_was_torn_anywhere(self):
        folder = new_folder(self)
        for reason in (_NONE, _WELDED):
            self.pair = VersionPair(folder + "/safety")
            self.boot()
            self.locks[0].latch.reason = reason
            self.locks[0].contactor.closings += 1
            self.run_s(1)
        whole = read_bytes(folder + "/safety.b")
        for length in range(len(whole)):
            write_bytes(folder + "/safety.b", whole[:length])
            self.pair = VersionPair(folder + "/safety")
            self.boot()
            self.assertEqual(self.memory.closings(0), 1)
            self.assertEqual(self.locks[0].restored, [])

        write_bytes(folder + "/safety.b", whole)
        self.boot()
        self.assertEqual(self.locks[0].restored, [(_WELDED, False)])

    def test_says_so_and_starts_anew_when_both_versions_are_damaged(self):
        folder = new_folder(self)
        write_bytes(folder + "/safety.a", b"broken")
        self.pair = VersionPair(folder + "/safety")

        self.boot()

        self.assertEqual(self.events.field(0, 0), EV_SAFETY_MEMORY_OLD)
        self.assertEqual(self.memory.closings(0), 0)

    def test_does_not_trust_an_image_that_is_too_short_for_its_connectors(self):
        self.pair.images.append(bytes([9, 0, _WELDED + 1, 0, 0, 0, 0]))

        self.boot()

        self.assertEqual([lock.restored for lock in self.locks], [[], []])
