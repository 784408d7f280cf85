"""Ocpp16World: a station and its whole OCPP side on fakes, with the server in the test's hand."""

import json

from chargecore.net.backoff import Backoff
from chargecore.net.liveness import Liveness
from chargecore.ocpp16 import builder
from chargecore.ocpp16.key_table import rows_of
from chargecore.store.builder import Stores
from chargecore.store.settings import Settings
from chargecore.wire.json_reader import JsonReader
from fakes.channel import FakeChannel
from fakes.connection import FakeConnection
from fakes.core_world import STEP_MS, CoreWorld
from fakes.rpc_world import Bits
from fakes.transfer import FakeNetwork

SECURITY_EVENT = "SecurityEventNotification"
NOW = "2026-11-24T10:00:00Z"

# What a friendly server answers.
ANSWERS = {
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "BootNotification": {"status": "Accepted", "currentTime": NOW, "interval": 300},
    "StartTransaction": {"idTagInfo": {"status": "Accepted"}, "transactionId": 7},
    "StopTransaction": {},
    "Heartbeat": {"currentTime": NOW},
    "DataTransfer": {"status": "Accepted"},
}


class PingChannel(FakeChannel):
    """A FakeChannel that also has a WebSocket's ping setting, and starts without a connection."""

    def __init__(self, rx_size):
        super().__init__(rx_size)
        self.ping_interval_s = 0
        self.is_open = False


class RamStores(Stores):
    """Stores whose pairs lie in the Flash of the test."""

    def __init__(self, state, settings, journal, flash):
        super().__init__(state, settings, journal, None, flash.folder)
        self.pair = flash.pair
        self.blocks = flash.blocks


class Ocpp16World(CoreWorld):
    """run_ms() moves time; the server answers every call at once, unless it is in `mute`.

    `calls` holds (action, payload) of everything sent so far, in order, but for security events,
    whose payloads are in `security_events`; `results` what came back
    for what the test asked. answers[action] is the next answer; ("error", code) is a CALLERROR.
    presets are settings as the maker ships them.
    """

    channel_type = PingChannel  # or one that takes less heap

    def __init__(self, station=None, flash=None, boot_number=7, presets=None):
        super().__init__(station, flash, boot_number)
        rows = rows_of(self.config, presets)
        self.settings = Settings(rows, self.config, self.flash.settings, self.events)
        self.settings.force_all(presets or {})
        self.settings.load()
        self._make_ocpp()
        self.answers = {action: dict(answer) for action, answer in ANSWERS.items()}
        self.mute = []
        self.calls = []
        self.security_events = []
        self.results = []
        self._ids = []  # of calls that have no answer yet: (id, action)
        self._asked = 0

    def _make_ocpp(self):
        bits = Bits().take
        self.channel = self.channel_type(8192 if self.config.has_security else 6144)
        self.connection = FakeConnection()
        self.backoff = Backoff(bits)
        self.liveness = Liveness(self.connection, None, self.clock, self.events)
        self.network = FakeNetwork(self.connection, self.channel, self.backoff, self.liveness)
        self._before_build()
        self.ocpp = builder.build(
            self.network,
            JsonReader(400, 12),
            self.core,
            self.outbox,
            RamStores(self.state, self.settings, self.journal, self.flash),
            self.config,
            self.clock,
            self.events,
            bits,
        )

    def _before_build(self):
        """For worlds that give the station more."""

    def step(self, step_ms=STEP_MS):
        """Run everything once."""
        super().step(step_ms)
        self.channel.pump()
        self.liveness.poll(self.time.ticks_ms())
        self.ocpp.poll(self.time.ticks_ms())
        self._serve()

    # ---- connection ----

    def open(self):
        """Let the connection open."""
        self.channel.open()
        self.connection.is_open = True
        self.connection.is_ended_by_server = False
        self.connection.connects += 1
        self.connection.on_open()

    def close(self, by_server=False):
        """Let the connection break, or let the server close it."""
        self._ids = []
        self.channel.close()
        self.connection.is_open = False
        self.connection.is_ended_by_server = by_server
        if by_server:
            self.connection.refusals += 1
        else:
            self.connection.failures += 1
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
                if message[2] == SECURITY_EVENT:
                    self.security_events.append(message[3])
                else:
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

    def status_of_late(self, action, payload, run_ms):
        """The same for a call whose answer takes its time."""
        message_id = self.send(action, payload)
        for _ in range(100):
            self.run_ms(run_ms or 50)
            for message in self.results:
                if message[1] == message_id:
                    answer = message[2]
                    return answer.get("status") if isinstance(answer, dict) else answer
            if not run_ms:
                return None
        return None

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

    def set(self, key, value):
        """Change a setting as the server does. Return the status."""
        return self.status_of("ChangeConfiguration", key=key, value=value)

    # ---- the driver ----

    def charge(self, text="TAG1", connector_idx=0):
        """Run a connector up to Charging, with its StartTransaction answered."""
        controller = self.controllers[connector_idx]
        controller.plug()
        self.run_ms(200)
        self.swipe(text, connector=connector_idx + 1)
        controller.charge()
        self.run_ms(500)
