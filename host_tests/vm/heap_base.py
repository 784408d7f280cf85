"""base with the heap locked: every HOT function of it."""

import unittest
from array import array

from chargecore.base.calendar import (
    day_of_year,
    days_before_month,
    days_in_month,
    month_of_day,
    wall_from_date,
    year_of_day,
)
from chargecore.base.checksum import crc16
from chargecore.base.clock import QUALITY_CSMS, Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_BOOT
from chargecore.base.ring import Ring
from chargecore.base.scheduler import Scheduler
from chargecore.base.ticks import TICKS_MAX, ticks_add, ticks_diff
from fakes.ticks import FakeTicks
from heap import growth, locked

COVERS = (
    "chargecore.base.calendar.days_before_month",
    "chargecore.base.calendar.wall_from_date",
    "chargecore.base.calendar.days_in_month",
    "chargecore.base.calendar.year_of_day",
    "chargecore.base.calendar.day_of_year",
    "chargecore.base.calendar.month_of_day",
    "chargecore.base.checksum.crc16",
    "chargecore.base.clock.Clock.ticks_ms",
    "chargecore.base.clock.Clock.poll",
    "chargecore.base.clock.Clock.uptime_ms_part",
    "chargecore.base.clock.Clock.wall_s",
    "chargecore.base.clock.Clock.wall_at",
    "chargecore.base.event_log.EventLog.add",
    "chargecore.base.event_log.EventLog.field",
    "chargecore.base.ring.Ring.push",
    "chargecore.base.ring.Ring.pop_into",
    "chargecore.base.scheduler.Scheduler.step",
    "chargecore.base.scheduler.Scheduler._account",
    "chargecore.base.scheduler.Scheduler._recovered",
    "chargecore.base.ticks.ticks_add",
    "chargecore.base.ticks.ticks_diff",
)

_WALL_S = 91_000_000


class Busy:
    """A step that takes 9 ms, and fails once when told to."""

    def __init__(self, ticks):
        self.ticks = ticks
        self.is_broken = False

    def step(self, now_ms):
        """Let time pass."""
        self.ticks.at_ms = ticks_add(self.ticks.at_ms, 9)
        if self.is_broken:
            self.is_broken = False
            raise ValueError("once")

    def guard(self, now_ms):
        """Be the safety step."""

    def open_all(self):
        """Be the function that opens every contactor."""


class TestHeapOfTime(unittest.TestCase):
    def test_ticks(self):
        with locked():
            later_ms = ticks_add(TICKS_MAX - 5, 1_000)
            ahead_ms = ticks_diff(later_ms, TICKS_MAX - 5)
            behind_ms = ticks_diff(TICKS_MAX - 5, later_ms)

        self.assertEqual((ahead_ms, behind_ms), (1_000, -1_000))

    def test_clock_before_and_after_it_knows_the_time(self):
        ticks = FakeTicks()
        clock = Clock(ticks.ticks_ms, 1)
        with locked():
            unknown_s = clock.wall_s()
        clock.set_wall(_WALL_S, 250, QUALITY_CSMS)

        with locked():
            for _ in range(5_000):
                ticks.at_ms = ticks_add(ticks.at_ms, 777)
                clock.poll(clock.ticks_ms())
                clock.uptime_ms_part(ticks.at_ms)
                wall_s = clock.wall_s()
            at_s = clock.wall_at(1, 10)
            other_s = clock.wall_at(2, 10)

        self.assertEqual((unknown_s, other_s), (-1, -1))
        self.assertEqual((wall_s, at_s), (_WALL_S + 3_885, _WALL_S + 10))

    def test_calendar(self):
        with locked():
            for day_idx in range(0, 12_000, 97):
                in_year = day_of_year(day_idx)
                year = year_of_day(day_idx)
                month = month_of_day(in_year, year % 4 == 0)
                day = in_year - days_before_month(month, year % 4 == 0) + 1
                is_same = wall_from_date(year, month, day) == day_idx * 86_400
                is_inside = day <= days_in_month(year, month)
                if not (is_same and is_inside):
                    break

        self.assertTrue(is_same and is_inside)


class TestHeapOfContainers(unittest.TestCase):
    def test_checksum(self):
        data = b"123456789"
        with locked():
            crc = crc16(data, 0, 9)

        self.assertEqual(crc, 0x29B1)

    def test_ring_also_when_it_refuses(self):
        ring = Ring(4, 16)
        text = b"sixteen bytes..."
        small_buf = bytearray(2)
        out_buf = bytearray(16)
        lengths = array("i", [0] * 16)

        with locked():
            for n in range(6):
                lengths[n] = ring.push(text, 16)
            lengths[6] = ring.push(text, 17)
            lengths[7] = ring.pop_into(small_buf)
            for n in range(8, 13):
                lengths[n] = ring.pop_into(out_buf)

        self.assertEqual(list(lengths)[:8], [16, 16, 16, 16, -1, -1, -9, -9])
        self.assertEqual(list(lengths)[8:13], [16, 16, 16, 16, -2])
        self.assertEqual(bytes(out_buf), text)

    def test_event_log_also_when_it_overwrites(self):
        log = EventLog(Clock(FakeTicks().ticks_ms, 1), 16)

        with locked():
            for n in range(100):
                log.add(EV_BOOT, n, -n)
            newest = log.field(99, 1)

        self.assertEqual((newest, log.overwritten), (99, 84))


class TestHeapOfScheduler(unittest.TestCase):
    def setUp(self):
        self.ticks = FakeTicks()
        clock = Clock(self.ticks.ticks_ms, 1)
        self.events = EventLog(clock, 16)
        self.busy = Busy(self.ticks)
        busy = self.busy
        self.scheduler = Scheduler(clock, 8, busy.guard, busy.open_all, self.events)
        for n in range(8):
            self.scheduler.add("step", busy.step, 10 + n, 8)

    def run_a_second(self):
        """Run 100 passes, with every entry over its budget."""
        for _ in range(100):
            self.ticks.at_ms = ticks_add(self.ticks.at_ms, 10)
            self.scheduler.step(self.ticks.at_ms)

    def test_scheduler_with_steps_over_their_budget(self):
        with locked():
            self.run_a_second()

        self.assertTrue(self.scheduler.overruns > 100)
        self.assertEqual(self.scheduler.worst_ms[0], 9)

    def test_scheduler_after_a_step_has_failed(self):
        self.busy.is_broken = True
        self.scheduler.step(self.ticks.at_ms)
        before = self.scheduler.failed

        with locked():
            self.run_a_second()

        self.assertEqual((before, self.scheduler.failed), (1, 1))
        self.assertFalse(self.scheduler.needs_reset)

    def test_scheduler_leaves_nothing_behind(self):
        self.assertEqual(growth(self.run_a_second, 20), 0)
