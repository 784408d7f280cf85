"""Ocpp16World: a station and its whole OCPP side on fakes, with the server in the test's hand."""

import json

from chargecore.base.clock import Clock
from chargecore.base.event_log import EventLog
from chargecore.net.backoff import Backoff
from chargecore.net.builder import Network
from chargecore.ocpp16 import builder
from chargecore.ocpp16.keys import TABLE
from chargecore.station.auth_cache import AuthCache
from chargecore.station.authorizer import Authorizer
from chargecore.station.builder import Core
from chargecore.station.config import StationConfig
from chargecore.station.connector import Connector
from chargecore.station.link import Link
from chargecore.station.metering import Metering
from chargecore.station.recorder import Recorder
from chargecore.station.recovery import Recovery
from chargecore.station.station import Station
from chargecore.station.swipe_desk import SwipeDesk
from chargecore.station.transaction import Transaction
from chargecore.store.builder import Stores
from chargecore.store.journal import Journal
from chargecore.store.settings import Settings
from chargecore.store.state import STATE_LEN, StateStore
from chargecore.wire.json_reader import JsonReader
from chargecore.wire.outbox import Outbox
from fakes.card_reader import FakeReader
from fakes.channel import FakeChannel
from fakes.clock import FakeClock
from fakes.connection import FakeConnection
from fakes.controller import FakeController
from fakes.flash import FakeFlash
from fakes.rpc_world import Bits
from fakes.station_meter import FakeStationMeter
from fakes.storage import FakeStorage

NOW = "2026-11-24T10:00:00Z"
STEP_MS = 50

# What a friendly server answers.
ANSWERS = {
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "BootNotification": {"status": "Accepted", "currentTime": NOW, "interval": 300},
    "StartTransaction": {"idTagInfo": {"status": "Accepted"}, "transactionId": 7},
    "StopTransaction": {},
    "Heartbeat": {"currentTime": NOW},
    "DataTransfer": {"status": "Accepted"},
}


class RamState(StateStore):
    """A StateStore whose file is a FakeStorage."""

    def __init__(self, storage, events):
        self._pair = storage
        self._events = events
        self.buf = bytearray(STATE_LEN)


class PingChannel(FakeChannel):
    """A FakeChannel that also has a WebSocket's ping setting, and starts without a connection."""

    def __init__(self, rx_size):
        super().__init__(rx_size)
        self.ping_interval_s = 0
        self.is_open = False


class Flash:
    """What outlives a power cut: settings, state, journal."""

    def __init__(self):
        self.settings = FakeStorage()
        self.state = FakeStorage()
        self.journal = FakeFlash(8, 1024)


class Ocpp16World:
    """run_ms() moves time; the server answers every call at once, unless it is in `mute`.

    `calls` holds (action, payload) of everything sent so far, in order; `results` what came back
    for what the test asked. answers[action] is the next answer; ("error", code) is a CALLERROR.
    """

    def __init__(self, station=None, flash=None, boot_number=7, start_ms=None):
        self.flash = Flash() if flash is None else flash
        self.time = FakeClock() if start_ms is None else FakeClock(start_ms)
        self.clock = Clock(self.time.ticks_ms, boot_number)
        self.events = EventLog(self.clock, 64)
        self.config = StationConfig()
        fields = {"id": "CP01", "csms_url": "ws://example.org/ocpp"}
        fields.update(station or {})
        self.config.load(fields)
        self.settings = Settings(TABLE, self.config, self.flash.settings, self.events)
        self.settings.load()
        self.state = RamState(self.flash.state, self.events)
        self.state.load()
        self._make_station()
        self._make_ocpp()
        self.answers = dict(ANSWERS)
        self.mute = []
        self.calls = []
        self.results = []
        self.is_welded = False  # the contactors stay closed when they are told to open
        self._ids = []  # of calls that have no answer yet: (id, action)
        self._asked = 0

    def _make_station(self):
        self.link = Link()
        journal = Journal(self.flash.journal, self.events)
        self.outbox = Outbox(journal, self.clock, self.events, self.config)
        self.outbox.start()
        self.recorder = Recorder(self.outbox, self.clock)
        self.cache = AuthCache(4)
        count = self.config.connector_count
        self.authorizer = Authorizer(
            count, self.cache, self.link, self.config, self.clock, self.events
        )
        self.controllers = []
        self.meters = []
        self.connectors = []
        for connector_id in range(1, count + 1):
            self._add(connector_id)
        desk = SwipeDesk(self.connectors, self.authorizer, self.config, self.events)
        recovery = Recovery(
            self.outbox, self.recorder, self.connectors, self.state, self.config, self.events
        )
        self.reader = FakeReader()
        self.station = Station(
            self.connectors,
            desk,
            self.reader,
            recovery,
            self.outbox,
            self.state,
            self.link,
            self.config,
            self.clock,
            self.events,
        )
        self.controller = self.controllers[0]
        self.connector = self.connectors[0]
        self.meter = self.meters[0]

    def _add(self, connector_id):
        controller = FakeController()
        meter = FakeStationMeter()
        metering = Metering(
            connector_id, meter, controller, self.recorder, self.link, self.config, self.clock
        )
        transaction = Transaction(self.recorder, self.outbox, self.events)
        self.connectors.append(
            Connector(
                connector_id,
                controller,
                transaction,
                metering,
                self.config,
                self.clock,
                self.events,
            )
        )
        self.controllers.append(controller)
        self.meters.append(meter)

    def _make_ocpp(self):
        bits = Bits().take
        self.channel = PingChannel(2048)
        self.connection = FakeConnection()
        self.backoff = Backoff(bits)
        network = Network(self.connection, self.channel, self.backoff)
        core = Core(self.station, self.authorizer, self.recorder, self.link)
        self.ocpp = builder.build(
            network,
            JsonReader(200, 12),
            core,
            self.outbox,
            Stores(self.state, self.settings, None),
            self.config,
            self.clock,
            self.events,
            bits,
        )

    # ---- time ----

    def step(self, step_ms=STEP_MS):
        """Run everything once."""
        self.time.advance_ms(step_ms)
        now_ms = self.time.ticks_ms()
        self.clock.poll(now_ms)
        for controller in self.controllers:
            if not (controller.is_allowed or self.is_welded):
                controller.is_energised = False
        self.station.step(now_ms)
        self.channel.pump()
        self.ocpp.poll(now_ms)
        self._serve()

    def run_ms(self, duration_ms, step_ms=STEP_MS):
        """Let time pass."""
        passed_ms = 0
        while passed_ms < duration_ms:
            self.step(step_ms)
            passed_ms += step_ms

    # ---- connection ----

    def open(self):
        """Let the connection open."""
        self.channel.open()
        self.connection.on_open()

    def close(self):
        """Let the connection break."""
        self._ids = []
        self.channel.close()
        self.connection.on_close()

    def boot(self, run_ms=2000):
        """Connect, and let the boot sequence pass; forget what was sent for it."""
        self.open()
        self.run_ms(run_ms)
        self.take_calls()
        return self

    # ---- server ----

    def _serve(self):
        for text in self.channel.take_sent():
            message = json.loads(text.decode())
            if message[0] == 2:
                self.calls.append((message[2], message[3]))
                self._ids.append((message[1], message[2]))
            else:
                self.results.append(message)
        for row in list(self._ids):
            if row[1] not in self.mute:
                self._ids.remove(row)
                self._answer(row[0], self.answers.get(row[1], {}))

    def _answer(self, message_id, answer):
        if isinstance(answer, tuple):
            message = [4, message_id, answer[1], "", {}]
        else:
            message = [3, message_id, answer]
        self.channel.feed(json.dumps(message).encode())

    def answer(self, action, payload):
        """Answer the oldest unanswered call with that action."""
        for row in self._ids:
            if row[1] == action:
                self._ids.remove(row)
                self._answer(row[0], payload)
                return
        raise ValueError(action)

    def send(self, action, payload):
        """Send a call of the server, without waiting. Return its id."""
        self._asked += 1
        message_id = "s{}".format(self._asked)
        text = json.dumps([2, message_id, action, payload])
        self.channel.feed(text.encode())
        return message_id

    def ask(self, action, payload=None, run_ms=200):
        """Send a call of the server. Return its answer's payload, or the code of a CALLERROR."""
        message_id = self.send(action, payload or {})
        self.run_ms(run_ms)
        for message in self.results:
            if message[1] == message_id:
                return message[2]
        return None

    def status_of(self, action, **payload):
        """Send a call of the server. Return the status in its answer, or a CALLERROR's code."""
        answer = self.ask(action, payload)
        return answer.get("status") if isinstance(answer, dict) else answer

    # ---- what was sent ----

    def take_calls(self):
        """Return what was sent since the last time."""
        calls = self.calls
        self.calls = []
        return calls

    def actions(self):
        """Return the actions sent so far."""
        return [row[0] for row in self.calls]

    def payloads(self, action):
        """Return the payloads sent so far for an action."""
        return [row[1] for row in self.calls if row[0] == action]

    def statuses(self):
        """Return (connectorId, status) of the StatusNotifications sent so far."""
        rows = self.payloads("StatusNotification")
        return [(row["connectorId"], row["status"]) for row in rows]

    def event_codes(self):
        """Return the codes of all events."""
        return [self.events.field(i, 0) for i in range(self.events.oldest(), self.events.total)]

    def set(self, key, value):
        """Change a setting as the server does. Return the status."""
        return self.status_of("ChangeConfiguration", key=key, value=value)

    # ---- the driver ----

    def swipe(self, text="TAG1", run_ms=300, connector=0):
        """Hold a card to the reader."""
        self.reader.swipe(text, connector)
        self.run_ms(run_ms)

    def charge(self, text="TAG1", connector_idx=0):
        """Run a connector up to Charging, with its StartTransaction answered."""
        controller = self.controllers[connector_idx]
        controller.plug()
        self.run_ms(200)
        self.swipe(text, connector=connector_idx + 1)
        controller.charge()
        self.run_ms(500)
