"""Supervision: R34, what may be offered while the server or a site controller is silent."""

import unittest

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_SUPERVISOR_SILENT
from chargecore.station.config import StationConfig
from chargecore.station.link import Link
from chargecore.station.supervision import NO_LIMIT_MA, Supervision
from fakes.clock import FakeClock
from fakes.core_world import CoreWorld

_DAY_MS = 86_400_000


class Rig:
    """A Supervision on its own, stepped once a second."""

    def __init__(self, who="server", timeout_s=60):
        self.time = FakeClock()
        self.events = EventLog(Clock(self.time.ticks_ms, 1), 16)
        self.link = Link()
        config = StationConfig()
        config.supervisor_timeout_s = timeout_s
        config.supervisor_is_site = who == "site"
        self.supervision = Supervision(config, self.link, self.time, self.events)

    def run_s(self, count):
        for _ in range(count):
            self.supervision.step(self.time.advance_ms(1_000))
        return self.supervision.limit_ma

    def told(self):
        """Return (limit, silent s) of the events."""
        log = self.events
        for number in range(log.total):
            assert log.field(number, 0) == EV_SUPERVISOR_SILENT
        return [(log.field(n, 1), log.field(n, 2)) for n in range(log.total)]


class ServerTest(unittest.TestCase):
    def test_falls_back_to_6_a_and_then_pauses_when_the_server_is_silent(self):
        rig = Rig()
        rig.link.is_online = True
        self.assertEqual(rig.run_s(1_000), NO_LIMIT_MA)

        rig.link.is_online = False
        self.assertEqual(rig.run_s(59), NO_LIMIT_MA)
        self.assertEqual(rig.run_s(1), 6_000)
        self.assertEqual(rig.run_s(59), 6_000)
        self.assertEqual(rig.run_s(1), 0)

        self.assertEqual(rig.run_s(1_000), 0)
        self.assertEqual(rig.told(), [(6_000, 60), (0, 120)])

    def test_returns_at_once_when_the_server_is_back(self):
        rig = Rig()
        rig.run_s(200)

        rig.link.is_online = True

        self.assertEqual(rig.run_s(1), NO_LIMIT_MA)
        self.assertEqual(rig.told()[-1], (-1, 0))

    def test_gives_a_server_its_time_after_the_boot(self):
        rig = Rig()

        self.assertEqual(rig.run_s(59), NO_LIMIT_MA)
        self.assertEqual(rig.run_s(1), 6_000)

    def test_does_not_take_a_site_limit_for_a_server(self):
        rig = Rig()
        rig.run_s(59)

        rig.link.is_online = False
        self.assertEqual(rig.run_s(1), 6_000)

    def test_stays_paused_for_weeks(self):
        """Ticks wrap after 12.4 days, and 6.2 days ago looks like the future."""
        rig = Rig()
        for _ in range(40):
            rig.time.advance_ms(_DAY_MS // 2)
            limit_ma = rig.run_s(1)

            self.assertEqual(limit_ma, 0)


class SiteControllerTest(unittest.TestCase):
    def test_falls_back_when_no_limit_is_set_again(self):
        rig = Rig("site", 30)
        rig.link.is_online = True  # the server does not count here

        self.assertEqual(rig.run_s(30), 6_000)
        self.assertEqual(rig.run_s(30), 0)

    def test_goes_on_as_long_as_it_is_heard(self):
        rig = Rig("site", 30)
        for _ in range(10):
            rig.supervision.is_heard = True
            self.assertEqual(rig.run_s(29), NO_LIMIT_MA)

        self.assertEqual(rig.told(), [])


class StationTest(unittest.TestCase):
    """As station.builder wires it."""

    def limits(self, world, run_s):
        world.run_ms(run_s * 1_000)
        return [connector.limit_ma for connector in world.connectors]

    def test_watches_nobody_by_default(self):
        world = CoreWorld()

        self.assertEqual(self.limits(world, 300), [32_000])

    def test_limits_every_connector_while_the_server_is_silent(self):
        fields = {"connectors": 2, "supervisor": {"timeout_s": 60}}
        world = CoreWorld(fields)
        world.link.is_online = True
        self.assertEqual(self.limits(world, 1), [32_000, 32_000])

        world.link.is_online = False
        self.assertEqual(self.limits(world, 61), [6_000, 6_000])
        self.assertEqual(self.limits(world, 60), [0, 0])

        world.link.is_online = True
        self.assertEqual(self.limits(world, 1), [32_000, 32_000])

    def test_keeps_a_lower_limit_of_the_site(self):
        world = CoreWorld({"supervisor": {"timeout_s": 60, "who": "site"}})
        world.station.set_site_limit_ma(0)
        self.assertEqual(self.limits(world, 61), [0])
        world.station.set_site_limit_ma(20_000)
        self.assertEqual(self.limits(world, 30), [20_000])
        self.assertEqual(self.limits(world, 31), [6_000])

        world.station.set_site_limit_ma(-1)
        self.assertEqual(self.limits(world, 1), [32_000])
