"""CoreWorld: the station core as station.builder makes it, on fakes and a real outbox in RAM."""

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.station import builder
from chargecore.station.config import StationConfig
from chargecore.station.id_tag import IdTag
from chargecore.store.journal import Journal
from chargecore.store.state import STATE_LEN, StateStore
from chargecore.wire.outbox import Outbox
from fakes.card_reader import FakeReader
from fakes.clock import FakeClock
from fakes.controller import FakeController
from fakes.flash import FakeFlash
from fakes.station_meter import FakeStationMeter
from fakes.storage import FakeStorage

STEP_MS = 50


class RamState(StateStore):
    """A StateStore whose file is a FakeStorage."""

    def __init__(self, storage, events):
        StateStore.__init__(self, "", STATE_LEN, events)
        self._pair = storage


class LogFlash(FakeFlash):
    """Of what is noted beside the station's state."""


class Flash:
    """What outlives a power cut: settings, state, cards, journal, faults, and `pairs` by name.

    folder: of what keeps files of its own; without one flash refuses them.
    """

    def __init__(self, folder="/no-such-folder"):
        self.folder = folder
        self.pairs = {}
        self.settings = FakeStorage()
        self.state = FakeStorage()
        self.cards = FakeStorage()
        self.safety = FakeStorage()
        self.journal = FakeFlash(8, 1024)
        self.logs = {}  # erase blocks by name

    def blocks(self, name, count):
        """Return the erase blocks of that name."""
        if name not in self.logs:
            self.logs[name] = LogFlash(count, 1024)
        return self.logs[name]

    def pair(self, name):
        """Return the storage of that name."""
        if name not in self.pairs:
            self.pairs[name] = FakeStorage()
        return self.pairs[name]


def tag(text):
    """Return an IdTag with that text."""
    result = IdTag()
    data = text.encode()
    result.set(data, 0, len(data))
    return result


class CoreWorld:
    """run_ms() moves time; a contactor follows at once when energy is not allowed any more.

    A second world with the `flash` of the first one is the station after a power cut.
    """

    ticks_at_start = None  # None: just below the wrap

    def __init__(self, station=None, flash=None, boot_number=7):
        self.flash = Flash() if flash is None else flash
        start_ms = self.ticks_at_start
        self.time = FakeClock() if start_ms is None else FakeClock(start_ms)
        self.clock = Clock(self.time.ticks_ms, boot_number)
        self.events = EventLog(self.clock, 64)
        self.config = StationConfig()
        fields = {"id": "CP01", "csms_url": "ws://example.org/ocpp"}
        fields.update(station or {})
        self.config.load(fields)
        self.state = RamState(self.flash.state, self.events)
        self.state.load()
        self.is_welded = False  # the contactors stay closed when they are told to open
        self._make_station()

    def _make_station(self):
        self.journal = Journal(self.flash.journal, self.events)
        self.outbox = Outbox(self.journal, self.clock, self.events, self.config)
        self.outbox.start()
        count = self.config.connector_count
        self.controllers = [FakeController() for _ in range(count)]
        self.meters = [FakeStationMeter() for _ in range(count)]
        self.reader = FakeReader()
        self.core = builder.build(
            self.controllers,
            self.meters,
            self.reader,
            self.outbox,
            self.state,
            self.flash.cards,
            self.config,
            self.clock,
            self.events,
        )
        self.station = self.core.station
        self.link = self.core.link
        self.authorizer = self.core.authorizer
        self.cache = self.core.authorizer.cache
        self.connectors = self.station.connectors
        self.controller = self.controllers[0]
        self.connector = self.connectors[0]
        self.meter = self.meters[0]

    # ---- time ----

    def step(self, step_ms=STEP_MS):
        """Run the station once."""
        self.time.advance_ms(step_ms)
        now_ms = self.time.ticks_ms()
        self.clock.poll(now_ms)
        for controller in self.controllers:
            if not (controller.is_allowed or self.is_welded):
                controller.is_energised = False
        self.station.step(now_ms)

    def run_ms(self, duration_ms, step_ms=STEP_MS):
        """Let time pass."""
        passed_ms = 0
        while passed_ms < duration_ms:
            self.step(step_ms)
            passed_ms += step_ms

    # ---- the driver ----

    def swipe(self, text="TAG1", run_ms=300, connector=0):
        """Hold a card to the reader."""
        self.reader.swipe(text, connector)
        self.run_ms(run_ms)

    def accept(self, text="TAG1", connector_idx=0):
        """Put an accepted card on a connector."""
        self.connectors[connector_idx].authorize(tag(text), tag(""), 2)

    def event_codes(self):
        """Return the codes of all events."""
        return [self.events.field(i, 0) for i in range(self.events.oldest(), self.events.total)]

    def told(self, connector_id):
        """Return (status, fault) of the changes queued for connector_id, and empty the queue."""
        log = self.station.status_log
        if connector_id:
            log = self.connectors[connector_id - 1].status.log
        seen = []
        while log.take():
            seen.append((log.taken_status, log.taken_fault))
            log.told()
        return seen
