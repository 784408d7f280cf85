"""Lamps: what people see of a connector's status and of their card."""

import unittest

from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_AUTHORIZED, EV_REFUSED, EV_SWIPE_IGNORED
from chargecore.indicators.lamps import Lamps
from chargecore.station import statuses
from fakes.clock import FakeClock
from fakes.lamp import FakeLamp

_GREEN, _BLUE, _RED, _DARK = (0, 255, 0), (0, 0, 255), (255, 0, 0), (0, 0, 0)
_YELLOW, _VIOLET = (255, 160, 0), (160, 0, 255)


class Part:
    """Anything with attributes."""


class LampsTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock((1 << 30) - 8_192)  # the wrap of ticks falls into every test
        self.events = EventLog(self.clock, 32)
        self.link = Part()
        self.link.is_online = True
        self.connectors = []
        for _ in range(2):
            connector = Part()
            connector.status = Part()
            connector.status.status = statuses.AVAILABLE
            self.connectors.append(connector)
        self.lamp = FakeLamp()
        self.other = FakeLamp()
        self.lamps = Lamps([self.lamp, self.other], self.connectors, self.link, self.events)

    def seen(self, ms, lamp=None):
        """Let time pass. Return the colours the lamp had, one per 64 ms."""
        lamp = lamp or self.lamp
        colours = []
        for _ in range(ms // 64):
            self.lamps.step(self.clock.ticks_ms())
            colours.append((lamp.red, lamp.green, lamp.blue))
            self.clock.advance_ms(64)
        return colours

    def rounds(self, status):
        self.connectors[0].status.status = status
        return self.seen(2_048 * 5)

    def test_shines_steadily(self):
        cases = (
            (statuses.AVAILABLE, _GREEN),
            (statuses.CHARGING, _BLUE),
            (statuses.RESERVED, _YELLOW),
            (statuses.UNAVAILABLE, _VIOLET),
            (statuses.FAULTED, _RED),
        )
        for status, colour in cases:
            self.assertEqual(self.rounds(status), [colour] * 160)

    def test_blinks_twice_in_a_round(self):
        for status, colour in ((statuses.PREPARING, _BLUE), (statuses.FINISHING, _GREEN)):
            half = [colour] * 8 + [_DARK] * 8
            self.assertEqual(self.rounds(status), half * 10)

    def test_flashes_once_in_a_round(self):
        for status, colour in (
            (statuses.SUSPENDED_EV, _BLUE),
            (statuses.SUSPENDED_EVSE, _YELLOW),
        ):
            self.assertEqual(self.rounds(status), ([colour] * 4 + [_DARK] * 28) * 5)

    def test_flashes_green_while_a_free_connector_has_no_server(self):
        self.link.is_online = False

        self.assertEqual(self.rounds(statuses.AVAILABLE), ([_GREEN] * 4 + [_DARK] * 28) * 5)
        self.assertEqual(self.rounds(statuses.CHARGING), [_BLUE] * 160)

    def test_flickers_for_two_seconds_when_a_card_was_accepted(self):
        self.seen(2_048)
        self.events.add(EV_AUTHORIZED, 1, 2)

        colours = self.seen(4_096)

        self.assertEqual(colours[:30], ([_GREEN] * 2 + [_DARK] * 2) * 7 + [_GREEN] * 2)
        self.assertEqual(colours[32:], [_GREEN] * 32)

    def test_flickers_red_when_a_card_was_refused(self):
        for code in (EV_REFUSED, EV_SWIPE_IGNORED):
            self.events.add(code, 1, 2)
            colours = self.seen(4_096)
            self.assertEqual(colours[:4], [_RED] * 2 + [_DARK] * 2)
            self.assertEqual(colours[32:], [_GREEN] * 32)

    def test_flickers_only_where_the_card_was_meant_for(self):
        self.events.add(EV_REFUSED, 2, 1)
        self.assertEqual(self.seen(1_024), [_GREEN] * 16)
        self.events.add(EV_SWIPE_IGNORED, 0, 1)  # no connector was meant
        self.assertEqual(self.seen(128), [_RED] * 2)

    def test_shows_the_newest_of_two_cards(self):
        self.events.add(EV_REFUSED, 1, 1)
        self.events.add(EV_AUTHORIZED, 1, 1)

        self.assertEqual(self.seen(128), [_GREEN] * 2)

    def test_shows_a_fault_rather_than_a_card(self):
        self.connectors[0].status.status = statuses.FAULTED
        self.events.add(EV_AUTHORIZED, 1, 1)

        self.assertEqual(self.seen(2_048), [_RED] * 32)

    def test_takes_no_card_of_before_for_new(self):
        self.events.add(EV_REFUSED, 1, 1)
        lamp = FakeLamp()
        lamps = Lamps([lamp, None], self.connectors, self.link, self.events)
        lamps.step(self.clock.ticks_ms())

        self.assertEqual(lamp.history, [_GREEN])

    def test_misses_no_more_than_it_must_in_a_burst_of_events(self):
        for _ in range(100):
            self.events.add(EV_REFUSED, 2, 1)
        self.events.add(EV_AUTHORIZED, 1, 1)

        self.lamps.step(self.clock.ticks_ms())
        self.clock.advance_ms(128)
        self.lamps.step(self.clock.ticks_ms())

        self.assertEqual(self.lamp.history, [_GREEN, _DARK])

    def test_tells_a_lamp_only_what_is_new_and_once_per_round(self):
        self.seen(2_048 * 10)

        self.assertEqual(self.lamp.calls, 10)

    def test_leaves_a_connector_without_a_lamp_alone(self):
        lamps = Lamps([None, self.other], self.connectors, self.link, self.events)
        lamps.step(self.clock.ticks_ms())

        self.assertEqual((self.lamp.calls, self.other.calls), (0, 1))
