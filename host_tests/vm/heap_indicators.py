"""The lamps with the heap locked: every status, cards, no server."""

import unittest

from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_AUTHORIZED, EV_REFUSED
from chargecore.indicators.lamps import Lamps
from chargecore.indicators.pixels import Pixels
from chargecore.indicators.rgb_pins import RgbPins
from fakes.clock import FakeClock
from fakes.lamp import FakeDutyPin, FakeLamp, FakeLevelPin, FakeRgbBus, FakeStrip
from heap import growth, locked

COVERS = (
    "chargecore.indicators.lamps.Lamps.step",
    "chargecore.indicators.lamps.Lamps._row",
    "chargecore.indicators.lamps.Lamps._follow_events",
    "chargecore.indicators.lamps.Lamps._flash",
    "chargecore.indicators.pixels.Pixels.show",
    "chargecore.indicators.rgb_pins.RgbPins.show",
    "chargecore.indicators.rgb_pins.RgbPins._set",
)
_STATUSES = 9


class Part:
    """Anything with attributes."""


class TestHeapOfLamps(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.events = EventLog(self.clock, 32)
        self.link = Part()
        self.link.is_online = True
        self.connectors = []
        for _ in range(4):
            connector = Part()
            connector.status = Part()
            connector.status.status = 0
            self.connectors.append(connector)
        self.strip = FakeStrip(8)
        self.level_bus = FakeRgbBus(FakeLevelPin)
        self.last = FakeLamp(history_max=0)
        kinds = Pixels(self.strip), RgbPins(self.level_bus), RgbPins(FakeRgbBus(FakeDutyPin, True))
        self.lamps = Lamps(list(kinds) + [self.last], self.connectors, self.link, self.events)

    def run_a_second(self):
        for _ in range(20):
            self.lamps.step(self.clock.advance_ms(50))

    def test_shows_everything(self):
        with locked():
            for status in range(_STATUSES):
                for connector in self.connectors:
                    connector.status.status = status
                self.run_a_second()
                self.run_a_second()
                self.events.add(EV_REFUSED, 1 + status % 4, 1)
                self.run_a_second()
                self.events.add(EV_AUTHORIZED, 0, 1)
                self.run_a_second()
            self.link.is_online = False
            for connector in self.connectors:
                connector.status.status = 0
            self.run_a_second()

        self.assertTrue(self.last.calls > 60)
        self.assertTrue(self.strip.writes > 60)
        self.assertEqual(growth(self.run_a_second, 100), 0)
