"""StationWorld: a whole station core on fakes, with time in the test's hand."""

from chargecore.base.clock import QUALITY_CSMS, Clock
from chargecore.base.event_log import EventLog
from chargecore.station.auth_cache import AuthCache
from chargecore.station.authorizer import Authorizer
from chargecore.station.config import StationConfig
from chargecore.station.connector import Connector
from chargecore.station.id_tag import IdTag
from chargecore.station.link import Link
from chargecore.station.metering import Metering
from chargecore.station.recorder import Recorder
from chargecore.station.swipe_desk import SwipeDesk
from chargecore.station.transaction import Transaction
from fakes.clock import FakeClock
from fakes.controller import FakeController
from fakes.outbox import FakeOutbox
from fakes.station_meter import FakeStationMeter

WALL_S = 90_000_000  # some day in 2026


def tag(text):
    """Return an IdTag with that text."""
    result = IdTag()
    data = text.encode()
    result.set(data, 0, len(data))
    return result


class StationWorld:
    """`run_ms` moves time in steps of 50 ms and steps every connector."""

    def __init__(self, connector_count=1):
        self.time = FakeClock()
        self.clock = Clock(self.time.ticks_ms, 7)
        self.clock.set_wall(WALL_S, 0, QUALITY_CSMS)
        self.events = EventLog(self.clock, 64)
        self.config = StationConfig()
        self.link = Link()
        self.link.is_online = True
        self.link.is_known = True
        self.outbox = FakeOutbox()
        self.recorder = Recorder(self.outbox, self.clock)
        self.cache = AuthCache(4)
        self.authorizer = Authorizer(
            connector_count, self.cache, self.link, self.config, self.clock, self.events
        )
        self.controllers = []
        self.meters = []
        self.connectors = []
        for connector_id in range(1, connector_count + 1):
            self._add(connector_id)
        self.desk = SwipeDesk(self.connectors, self.authorizer, self.config, self.events)
        self.controller = self.controllers[0]
        self.meter = self.meters[0]
        self.connector = self.connectors[0]

    def _add(self, connector_id):
        controller = FakeController()
        meter = FakeStationMeter()
        metering = Metering(
            connector_id, meter, controller, self.recorder, self.link, self.config, self.clock
        )
        transaction = Transaction(self.recorder, self.outbox, self.events)
        connector = Connector(
            connector_id, controller, transaction, metering, self.config, self.clock, self.events
        )
        connector.limit_ma = 16000
        self.controllers.append(controller)
        self.meters.append(meter)
        self.connectors.append(connector)

    def run_ms(self, duration_ms):
        """Let time pass."""
        passed_ms = 0
        while passed_ms < duration_ms:
            self.time.advance_ms(50)
            passed_ms += 50
            now_ms = self.time.ticks_ms()
            self.clock.poll(now_ms)
            for connector in self.connectors:
                connector.step(now_ms)

    def accept(self, connector_idx=0, text="TAG1"):
        """Put an accepted tag on a connector."""
        self.connectors[connector_idx].authorize(tag(text), tag(""), 2)

    def start(self, connector_idx=0, text="TAG1"):
        """Run a connector up to Charging."""
        controller = self.controllers[connector_idx]
        controller.plug()
        self.run_ms(100)
        self.accept(connector_idx, text)
        self.run_ms(100)
        controller.charge()
        self.run_ms(100)

    def told(self, connector_idx=0):
        """Return the statuses queued for the server, and empty the queue."""
        log = self.connectors[connector_idx].status.log
        seen = []
        while log.take():
            seen.append(log.taken_status)
            log.told()
        return seen
