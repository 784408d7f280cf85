"""KeptEvents: the log of earlier boots is there again, and flash is left alone meanwhile."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import (
    EV_BOOT,
    EV_CONTACTOR_OPENED,
    EV_FAULT,
    EV_LINK_DOWN,
    EV_RESET_WANTED,
    EV_RETRY_IN,
    EV_TCP_FAILED,
)
from chargecore.store.kept_events import ROWS, KeptEvents, is_kept
from chargecore.store.version_pair import VersionPair
from fakes.clock import FakeClock
from fakes.scratch import new_folder
from fakes.storage import FakeStorage

_POLL_MS = 1_000


class FakeContactor:
    def __init__(self):
        self.contactor = self
        self.is_closed = False


class Boot:
    """One boot of a station that keeps its events in pair."""

    def __init__(self, number, pair, capacity=96):
        self.ticks = FakeClock()
        clock = Clock(self.ticks.ticks_ms, number)
        self.events = EventLog(clock, capacity)
        self.contactor = FakeContactor()
        self.kept = KeptEvents(self.events, pair, [self.contactor], self.ticks.ticks_ms())
        self.kept.load()

    def run(self, seconds):
        for _ in range(seconds):
            self.kept.poll(self.ticks.advance_ms(_POLL_MS))

    def rows(self):
        """Return (number, code, a, b, boot) of all that is in the log."""
        found = []
        for number in range(self.events.oldest(), self.events.total):
            fields = [self.events.field(number, i) for i in (0, 1, 2, 4)]
            found.append((number,) + tuple(fields))
        return found


class KeptEventsTest(unittest.TestCase):
    def setUp(self):
        self.pair = FakeStorage()

    def test_shows_the_events_of_the_boot_before_below_zero(self):
        first = Boot(7, self.pair)
        first.events.add(EV_BOOT, 7, 2)
        first.events.add(EV_FAULT, 1, -9)
        first.run(10)

        second = Boot(8, self.pair)
        second.events.add(EV_BOOT, 8, 0)

        self.assertEqual(
            second.rows(),
            [(-2, EV_BOOT, 7, 2, 7), (-1, EV_FAULT, 1, -9, 7), (0, EV_BOOT, 8, 0, 8)],
        )

    def test_carries_the_newest_over_many_boots(self):
        for number in range(40):
            boot = Boot(number, self.pair)
            boot.events.add(EV_BOOT, number, 0)
            boot.run(10)

        rows = Boot(40, self.pair).rows()

        self.assertEqual(len(rows), ROWS)
        self.assertEqual([row[2] for row in rows], list(range(40 - ROWS, 40)))

    def test_gives_way_to_new_events_like_any_old_one(self):
        first = Boot(1, self.pair, 32)
        for number in range(ROWS):
            first.events.add(EV_BOOT, number)
        first.run(10)
        second = Boot(2, self.pair, 32)

        for number in range(20):
            second.events.add(EV_FAULT, number)

        self.assertEqual(second.events.oldest(), -12)
        self.assertEqual([row[2] for row in second.rows()], list(range(12, 24)) + list(range(20)))
        for number in range(20):
            second.events.add(EV_FAULT, number)
        self.assertEqual(second.events.oldest(), 8)

    def test_what_was_logged_before_the_load_stays(self):
        first = Boot(1, self.pair, 8)
        for number in range(6):
            first.events.add(EV_BOOT, number)
        first.run(10)
        clock = Clock(FakeClock().ticks_ms, 2)
        events = EventLog(clock, 8)
        for number in range(10, 15):
            events.add(EV_FAULT, number)

        KeptEvents(events, self.pair, [], 0).load()

        values = [events.field(number, 1) for number in range(events.oldest(), events.total)]
        self.assertEqual(values, [3, 4, 5, 10, 11, 12, 13, 14])

    def test_what_the_network_says_is_not_kept_but_a_reset_it_wants_is(self):
        for code, kept in (
            (EV_TCP_FAILED, False),
            (EV_RETRY_IN, False),
            (EV_LINK_DOWN, False),
            (EV_RESET_WANTED, True),
            (EV_CONTACTOR_OPENED, True),
        ):
            with self.subTest(code=code):
                self.assertEqual(is_kept(code), kept)

    def test_writes_nothing_while_nothing_worth_it_happens(self):
        boot = Boot(1, self.pair)
        for _ in range(100):
            boot.events.add(EV_TCP_FAILED, 111)
            boot.run(10)

        self.assertEqual(self.pair.images, [])

    def test_never_writes_while_a_contactor_is_closed(self):
        boot = Boot(1, self.pair)
        boot.contactor.is_closed = True
        boot.events.add(EV_FAULT, 1)
        boot.run(3_600)
        self.assertEqual(self.pair.images, [])

        boot.contactor.is_closed = False
        boot.run(1)

        self.assertEqual(len(self.pair.images), 1)

    def test_waits_for_what_follows_and_then_writes_once_a_minute_at_most(self):
        boot = Boot(1, self.pair)
        boot.events.add(EV_CONTACTOR_OPENED, 1, 2)
        boot.run(5)
        self.assertEqual(len(self.pair.images), 0)
        boot.run(1)
        self.assertEqual(len(self.pair.images), 1)

        for _ in range(600):
            boot.events.add(EV_FAULT, 1)
            boot.run(1)

        self.assertTrue(9 <= len(self.pair.images) - 1 <= 10, len(self.pair.images))

    def test_an_ordered_reset_writes_at_once(self):
        boot = Boot(1, self.pair)
        boot.events.add(EV_FAULT, 1)

        boot.kept.save()

        self.assertEqual(len(self.pair.images), 1)
        self.assertEqual(boot.kept.saves, 1)

    def test_flash_that_refuses_is_tried_again_with_the_next_event(self):
        self.pair.is_broken = True
        boot = Boot(1, self.pair)
        boot.events.add(EV_FAULT, 1)
        boot.run(10)
        self.assertEqual((boot.kept.saves, boot.kept.errno), (0, 5))

        self.pair.is_broken = False
        boot.events.add(EV_FAULT, 2)
        boot.run(70)

        self.assertEqual(boot.kept.saves, 1)

    def test_what_cannot_be_read_is_nothing(self):
        self.pair.is_damaged = True

        self.assertEqual(Boot(1, self.pair).rows(), [])

    def test_keeps_the_numbers_of_a_32_bit_board_in_a_file(self):
        pair = VersionPair(new_folder(self) + "/events")
        boot = Boot(1, pair)
        boot.events.add(EV_FAULT, (1 << 30) - 1, -(1 << 30))
        boot.run(10)

        row = Boot(2, VersionPair(pair._path)).rows()[0]

        self.assertEqual(row, (-1, EV_FAULT, (1 << 30) - 1, -(1 << 30), 1))


if __name__ == "__main__":
    unittest.main()
