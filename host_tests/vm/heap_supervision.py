"""Supervision with the heap locked: silence, fallback, pause, and back."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.station.config import StationConfig
from chargecore.station.link import Link
from chargecore.station.supervision import NO_LIMIT_MA, Supervision
from fakes.ticks import FakeTicks
from heap import locked

COVERS = ("chargecore.station.supervision.Supervision.step",)


class SupervisionHeapTest(unittest.TestCase):
    def test_silence_and_return(self):
        ticks = FakeTicks()
        config = StationConfig()
        config.supervisor_timeout_s = 10
        link = Link()
        events = EventLog(Clock(ticks.ticks_ms, 1), 8)
        supervision = Supervision(config, link, ticks, events)

        with locked():
            for _ in range(25):
                supervision.step(ticks.advance_ms(1_000))
        self.assertEqual(supervision.limit_ma, 0)

        link.is_online = True
        with locked():
            supervision.step(ticks.advance_ms(1_000))
        self.assertEqual(supervision.limit_ma, NO_LIMIT_MA)
