"""Security events with the heap locked: all passes in which nothing happens, and the telling."""

import unittest

from chargecore.base.boot_causes import CAUSE_POWER
from chargecore.base.clock import QUALITY_CSMS, Clock
from chargecore.base.event_log import EventLog
from chargecore.base.events import EV_CONNECTED
from chargecore.base.security_events import SE_TAMPER
from chargecore.ocpp16.security_events import SecurityEvents
from chargecore.station.config import StationConfig
from chargecore.station.security_desk import SecurityDesk
from chargecore.station.security_watch import SecurityWatch
from chargecore.store.security_log import SecurityLog
from chargecore.wire.json_writer import JsonWriter
from fakes.clock import FakeClock
from fakes.controller import FakeController
from fakes.flash import FakeFlash
from heap import locked

COVERS = (
    "chargecore.base.security_events.is_sent",
    "chargecore.ocpp16.security_events.SecurityEvents.poll",
    "chargecore.ocpp16.security_events.SecurityEvents.poll_call",
    "chargecore.ocpp16.security_events.SecurityEvents.render",
    "chargecore.ocpp16.security_events.SecurityEvents.dropped",
    "chargecore.station.security_desk.SecurityDesk._is_waiting",
    "chargecore.station.security_desk.SecurityDesk.has_waiting",
    "chargecore.station.security_desk.SecurityDesk.poll",
    "chargecore.station.security_watch.SecurityWatch.poll",
    "chargecore.station.security_watch.SecurityWatch._watch_lid",
    "chargecore.station.write_pace.WritePace.poll",
    "chargecore.station.write_pace.WritePace._may_write",
)


class OneConnector:
    """What the desk asks of a connector."""

    def __init__(self):
        self.controller = FakeController()


class ClosedLid:
    def value(self):
        return 0


class FakeCore:
    """What the watch asks of the core."""

    reset_cause = CAUSE_POWER
    scheduler = None

    def __init__(self, desk):
        self.security = desk
        self.tamper = ClosedLid()


class TakingRpc:
    """Takes every call and never answers."""

    error_code = 0
    calls = 0

    def call(self, action, render, arg, answer, timeout_ms):
        self.calls += 1
        return 0


class TestHeapOfSecurityEvents(unittest.TestCase):
    def setUp(self):
        self.time = FakeClock()
        self.clock = Clock(self.time.ticks_ms, 7)
        self.log = EventLog(self.clock, 16)
        self.connector = OneConnector()
        flash = SecurityLog(FakeFlash(4, 1024), self.log)
        self.desk = SecurityDesk(flash, [self.connector], self.clock, self.log)
        self.rpc = TakingRpc()
        config = StationConfig()
        watch = SecurityWatch(FakeCore(self.desk), None, config, self.clock, self.log)
        self.events = SecurityEvents(self.rpc, self.desk, watch, config, self.clock, self.log)

    def run_all(self, steps):
        for _ in range(steps):
            self.time.advance_ms(1_000)
            now_ms = self.time.ticks_ms()
            self.clock.poll(now_ms)
            self.log.add(EV_CONNECTED)
            self.events.poll(now_ms)
            self.events.poll_call(now_ms)

    def tell_all(self):
        while self.desk.has_waiting and self.desk.load_waiting():
            self.desk.told()

    def test_passes_in_which_nothing_happens(self):
        self.clock.set_wall(1_000, 0, QUALITY_CSMS)
        self.events.poll(self.time.ticks_ms())
        self.tell_all()
        self.run_all(10)

        with locked():
            self.run_all(1_000)
            self.events.dropped()

        self.assertEqual(self.rpc.calls, 0)
        self.assertFalse(self.desk.has_waiting)

    def test_an_event_that_is_told_and_waits_for_a_contactor(self):
        self.clock.set_wall(1_000, 0, QUALITY_CSMS)
        self.run_all(10)
        self.tell_all()
        self.run_all(10)
        self.connector.controller.is_energised = True
        self.desk.report(SE_TAMPER, b"lid")
        self.run_all(1)
        calls = self.rpc.calls
        writer = JsonWriter(bytearray(256))
        writer.begin()

        with locked():
            self.run_all(1_000)
            self.events.render(writer, None)
            is_waiting = self.desk.has_waiting

        self.assertEqual(self.rpc.calls, calls + 1_000)
        self.assertTrue(is_waiting)
        self.assertTrue(writer.length > 60, writer.length)
