"""QuietStation: a station core whose fakes need no heap either, for tests with a locked heap."""

from chargecore.base.clock import QUALITY_CSMS, Clock
from chargecore.base.codes import E_EMPTY, OK
from chargecore.base.event_log import EventLog
from chargecore.base.ticks import ticks_add
from chargecore.station import builder
from chargecore.station.config import StationConfig
from chargecore.store.journal import Journal
from chargecore.store.state import STATE_LEN, StateStore
from chargecore.wire.outbox import Outbox
from fakes.ram_flash import RamFlash
from fakes.station_meter import FakeStationMeter
from fakes.storage import FakeStorage
from fakes.ticks import FakeTicks

STEP_MS = 50
WALL_S = 91_519_200  # 2026-11-25T06:00:00Z


class QuietController:
    """The evse controller as the station sees it; a contactor that opens at once."""

    def __init__(self):
        self.is_plugged = False
        self.ev_asks = False
        self.is_energised = False
        self.fault = 0
        self.warning = 0
        self.open_reason = 0
        self.offered_ma = 0
        self.lock_ok = True
        self.unlock_result = 1

    def allow(self, allowed):
        self.is_energised = allowed and self.ev_asks

    def set_offer_ma(self, limit_ma):
        self.offered_ma = limit_ma

    def set_available(self, available):
        pass

    def lock_cable(self):
        pass

    def unlock_cable(self):
        pass

    def emergency_open(self, reason):
        self.is_energised = False
        self.open_reason = reason

    def charge(self):
        """The car asks, and gets."""
        self.ev_asks = True
        self.is_energised = True

    def unplug(self):
        """The car leaves."""
        self.ev_asks = False
        self.is_energised = False
        self.is_plugged = False


class RamStorage:
    """A VersionPair that keeps only the length of what was saved."""

    def __init__(self):
        self.is_old = False
        self.is_newer = False
        self.errno = 0
        self.saved_len = 0

    def load(self, buf):
        return E_EMPTY

    def save(self, buf, length):
        self.saved_len = length
        return OK


class QuietReader:
    """A card reader; swipe() copies a text of bytes."""

    def __init__(self):
        self.has_card = False
        self.uid_text_buf = bytearray(32)
        self.uid_len = 0
        self.connector = 0
        self.is_silent = False

    def poll(self, now_ms):
        pass

    def release(self):
        self.has_card = False

    def swipe(self, text, connector=0):
        """Hold a card to the reader; the one before stays until it is released."""
        if self.has_card:
            return
        for i in range(len(text)):
            self.uid_text_buf[i] = text[i]
        self.uid_len = len(text)
        self.connector = connector
        self.has_card = True


class QuietStation:
    """Two connectors, the time known, the server known; step() runs them once."""

    def __init__(self):
        self.ticks = FakeTicks()
        self.clock = Clock(self.ticks.ticks_ms, 7)
        self.clock.set_wall(WALL_S, 0, QUALITY_CSMS)
        self.events = EventLog(self.clock, 32)
        self.config = StationConfig()
        self.config.load({"id": "CP01", "csms_url": "ws://example.org", "connectors": 2})
        self.state = StateStore("", STATE_LEN, self.events)
        self.state._pair = FakeStorage()
        journal = Journal(RamFlash(6, 1024), self.events)
        self.outbox = Outbox(journal, self.clock, self.events, self.config)
        self.outbox.start()
        self.controllers = (QuietController(), QuietController())
        self.meters = (FakeStationMeter(), FakeStationMeter())
        self.reader = QuietReader()
        self.cards = RamStorage()
        drivers = self.controllers, self.meters, self.reader
        self.core = builder.build(
            *drivers, self.outbox, self.state, self.cards, self.config, self.clock, self.events
        )
        self.station = self.core.station
        self.link = self.core.link
        self.authorizer = self.core.authorizer
        self.connectors = self.station.connectors
        self.link.is_known = True

    def step(self):
        """Run the station once. Return the ticks."""
        ticks = self.ticks
        ticks.at_ms = ticks_add(ticks.at_ms, STEP_MS)
        self.clock.poll(ticks.at_ms)
        self.station.step(ticks.at_ms)
        return ticks.at_ms

    def run(self, steps):
        """Run the station so often."""
        for _ in range(steps):
            self.step()

    def tell_all(self):
        """Take every status change and every message, as a server does."""
        log = self.station.status_log
        while log.take():
            log.told()
        for connector in self.connectors:
            log = connector.status.log
            while log.take():
                log.told()
        outbox = self.outbox
        while outbox.has_next(self.ticks.at_ms) and outbox.load_next() == 0:
            if outbox.kind == 1:
                outbox.set_transaction_id(outbox.tx, 7)
            outbox.accepted()
