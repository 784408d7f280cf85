"""ocpp16 with the heap locked: boot, sessions, every call of the server that keeps nothing."""

import unittest

from chargecore.base.codes import OK
from chargecore.net.backoff import Backoff
from chargecore.net.builder import Network
from chargecore.net.liveness import Liveness
from chargecore.ocpp16 import builder
from chargecore.ocpp16.data_transfer import TRANSFER_WAITING
from chargecore.ocpp16.key_table import rows_of
from chargecore.store.builder import Stores
from chargecore.store.settings import Settings
from chargecore.wire.json_reader import JsonReader
from chargecore.wire.json_writer import JsonWriter
from fakes.connection import FakeConnection
from fakes.quiet_station import QuietStation, RamStorage
from fakes.ram_flash import RamFlash
from fakes.rpc_world import Bits
from fakes.storage import FakeStorage
from heap import growth, locked

COVERS = (
    "chargecore.ocpp16.security_profile.SecurityProfile.poll",
    "chargecore.ocpp16.security_profile.SecurityProfile._notice",
    "chargecore.ocpp16.security_profile.SecurityProfile.dropped",
    "chargecore.ocpp16.adapter.Ocpp16.poll",
    "chargecore.ocpp16.adapter.Ocpp16._place_call",
    "chargecore.ocpp16.adapter.Ocpp16._ask",
    "chargecore.ocpp16.adapter.Ocpp16._watch_silence",
    "chargecore.ocpp16.adapter.Ocpp16.on_call",
    "chargecore.ocpp16.adapter.Ocpp16._handle",
    "chargecore.ocpp16.authorize.Authorize.poll_call",
    "chargecore.ocpp16.authorize.Authorize.render",
    "chargecore.ocpp16.authorize.Authorize.answered",
    "chargecore.ocpp16.boot.Boot.is_accepted",
    "chargecore.ocpp16.boot.Boot.poll",
    "chargecore.ocpp16.boot.Boot.poll_call",
    "chargecore.ocpp16.boot.Boot.blocks_answers",
    "chargecore.ocpp16.boot.Boot.render",
    "chargecore.ocpp16.boot.set_clock",
    "chargecore.ocpp16.configuration.Configuration.get",
    "chargecore.ocpp16.configuration.Configuration.render_get",
    "chargecore.ocpp16.configuration.Configuration._write_all",
    "chargecore.ocpp16.configuration.Configuration._write_known",
    "chargecore.ocpp16.configuration.Configuration._write_unknown",
    "chargecore.ocpp16.configuration.Configuration._row",
    "chargecore.ocpp16.configuration.Configuration._write_key",
    "chargecore.ocpp16.configuration.Configuration.render_status",
    "chargecore.ocpp16.data_transfer.DataTransfer.handle",
    "chargecore.ocpp16.data_transfer.DataTransfer.render_answer",
    "chargecore.ocpp16.data_transfer.DataTransfer.poll_call",
    "chargecore.ocpp16.data_transfer.DataTransfer.render",
    "chargecore.ocpp16.heartbeat.Heartbeat.start",
    "chargecore.ocpp16.heartbeat.Heartbeat.poll_call",
    "chargecore.ocpp16.heartbeat.Heartbeat.send",
    "chargecore.ocpp16.heartbeat.Heartbeat.render",
    "chargecore.ocpp16.heartbeat.Heartbeat.answered",
    "chargecore.ocpp16.id_tag_info.IdTagInfo.read",
    "chargecore.ocpp16.id_tag_info.IdTagInfo._read_expiry",
    "chargecore.ocpp16.id_tag_info.IdTagInfo._is_before_2024",
    "chargecore.ocpp16.id_tag_info.read_id_tag",
    "chargecore.ocpp16.adapter.Ocpp16._must_probe",
    "chargecore.ocpp16.presence.Presence.answered",
    "chargecore.ocpp16.presence.Presence.needs_probe",
    "chargecore.ocpp16.presence.Presence.probe",
    "chargecore.ocpp16.presence.Presence.replied",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger.handle",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger.ask",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger._verdict",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger.after_reply",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger._mask_of",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger.poll_call",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger.dropped",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger._call",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger._take_reading",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger.render_file",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger._tell_of_files",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger.render_meter",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger.render_answer",
    "chargecore.ocpp16.remote_trigger.RemoteTrigger.answered",
    "chargecore.ocpp16.remote_trigger._lowest",
    "chargecore.ocpp16.requests.Requests.render_status",
    "chargecore.ocpp16.requests.Requests.reply",
    "chargecore.ocpp16.requests.Requests.remote_start",
    "chargecore.ocpp16.requests.Requests.try_start",
    "chargecore.ocpp16.requests.Requests.remote_stop",
    "chargecore.ocpp16.requests.Requests.unlock",
    "chargecore.ocpp16.requests.Requests.poll",
    "chargecore.ocpp16.sampled_values.has_value",
    "chargecore.ocpp16.sampled_values.write_meter_value",
    "chargecore.ocpp16.sampled_values._write_value",
    "chargecore.ocpp16.status_notification.StatusNotification.report_all",
    "chargecore.ocpp16.status_notification.StatusNotification.collapse",
    "chargecore.ocpp16.status_notification.StatusNotification.poll_call",
    "chargecore.ocpp16.status_notification.StatusNotification.send_present",
    "chargecore.ocpp16.status_notification.StatusNotification._is_early",
    "chargecore.ocpp16.status_notification.StatusNotification._send",
    "chargecore.ocpp16.status_notification.StatusNotification.render",
    "chargecore.ocpp16.status_notification.StatusNotification.answered",
    "chargecore.ocpp16.status_notification.StatusNotification._log",
    "chargecore.ocpp16.transactions.Transactions.poll_call",
    "chargecore.ocpp16.transactions.Transactions.render_start",
    "chargecore.ocpp16.transactions.Transactions.render_meter",
    "chargecore.ocpp16.transactions.Transactions.render_stop",
    "chargecore.ocpp16.transactions.Transactions._write_data",
    "chargecore.ocpp16.transactions.Transactions.answered",
    "chargecore.ocpp16.transactions.Transactions._take",
    "chargecore.ocpp16.transactions.Transactions._take_start",
    "chargecore.ocpp16.transactions.Transactions._take_stop",
    "chargecore.ocpp16.transactions.Transactions._remember",
    "chargecore.station.status_log.StatusLog.next_status",
)

_ACTION_AT = 35  # [2,"28 characters","Action"
_HEAD_LEN = 33  # [3,"28 characters"
_INFO = (
    b',{"idTagInfo":{"status":"Accepted","expiryDate":"1999-01-01T00:00:00Z",'
    b'"parentIdTag":"FAMILY"},"transactionId":7}]'
)
_TIME = b',{"currentTime":"2026-11-25T09:00:00Z"}]'
_BOOT = b',{"status":"Accepted","currentTime":"2026-11-25T06:00:01Z","interval":2}]'
_EMPTY = b",{}]"
_ACCEPTED = b',{"status":"Accepted"}]'

# The server's calls that keep nothing on flash.
CALLS = (
    b'[2,"2","DataTransfer",{"vendorId":"V","data":"d"}]',
    b'[2,"3","GetConfiguration",{}]',
    b'[2,"4","GetConfiguration",{"key":["HeartbeatInterval","Nope","AuthorizationKey"]}]',
    b'[2,"5","RemoteStartTransaction",{"connectorId":1,"idTag":"CARD\\u0031"}]',
    b'[2,"6","RemoteStopTransaction",{"transactionId":99}]',
    b'[2,"7","ReserveNow",{"connectorId":1,"expiryDate":"2026-11-25T09:00:00Z","idTag":"T",'
    b'"reservationId":1}]',
    b'[2,"8","UnlockConnector",{"connectorId":1}]',
    b'[2,"9","UnlockConnector",{"connectorId":9}]',
    b'[2,"10","TriggerMessage",{"requestedMessage":"Heartbeat"}]',
    b'[2,"11","TriggerMessage",{"requestedMessage":"StatusNotification"}]',
    b'[2,"12","TriggerMessage",{"requestedMessage":"MeterValues"}]',
    b'[2,"13","TriggerMessage",{"requestedMessage":"FirmwareStatusNotification"}]',
    b'[2,"14","TriggerMessage",{"requestedMessage":"DiagnosticsStatusNotification"}]',
    b'[2,"15","TriggerMessage",{"requestedMessage":"BootNotification"}]',
    b'[2,"16","TriggerMessage",{"requestedMessage":"Coffee"}]',
    b'[2,"17","SetChargingProfile",{"connectorId":1}]',
    b'[2,"18","MakeCoffee",{}]',
    b'[2,"19","Reset",{"type":"Later"}]',
    b'[2,"20","ChangeConfiguration",{"key":"Nope","value":"1"}]',
    b'[2,"21",broken',
)


class ServerChannel:
    """The channel with a server behind it that answers every call, all without a heap."""

    def __init__(self):
        self.rx_buf = bytearray(800)
        self.rx_len = 0
        self.rx_total_len = 0
        self.rx_ready = False
        self.is_open = False
        self.tx_idle = True
        self.ping_interval_s = 0
        self.tx_buf = bytearray(1024)
        self.head_buf = bytearray(_ACTION_AT + 20)  # the beginning of what was sent last
        self.writer = JsonWriter(self.tx_buf)
        self.calls_left = 0  # calls without an answer yet
        self.replies = 0  # answers that came to the server
        self.rest = _EMPTY

    def send_message(self, render, arg):
        writer = self.writer
        writer.begin(0)
        render(writer, arg)
        head = self.head_buf
        for i in range(len(head)):
            head[i] = self.tx_buf[i]
        at = writer.filled
        while at < writer.length:  # the other windows, which need no look
            writer.begin(at)
            render(writer, arg)
            at += writer.filled
        if head[1] == 0x32:
            self.calls_left += 1
            self.rest = self.answer_to(head[_ACTION_AT], head[_ACTION_AT + 3])
        else:
            self.replies += 1
        return OK

    def answer_to(self, first, fourth):
        """Return the rest of the answer to an action by its first and fourth letter."""
        if first == 0x41 or first == 0x53 and fourth in b"rp":  # Authorize, Start..., Stop...
            return _INFO
        if first == 0x42:
            return _BOOT
        if first == 0x48:
            return _TIME
        if first == 0x44 and fourth == 0x61:  # DataTransfer
            return _ACCEPTED
        return _EMPTY

    def rx_release(self):
        self.rx_ready = False

    def feed(self, text):
        """Let a text arrive."""
        for i in range(len(text)):
            self.rx_buf[i] = text[i]
        self._ready(len(text))

    def serve(self):
        """Answer the call that waits."""
        if not self.calls_left or self.rx_ready:
            return
        self.calls_left -= 1
        rx_buf = self.rx_buf
        for i in range(_HEAD_LEN):
            rx_buf[i] = self.head_buf[i]
        rx_buf[1] = 0x33
        rest = self.rest
        for i in range(len(rest)):
            rx_buf[_HEAD_LEN + i] = rest[i]
        self._ready(_HEAD_LEN + len(rest))

    def _ready(self, length):
        self.rx_len = length
        self.rx_total_len = length
        self.rx_ready = True


class RamStores(Stores):
    """Stores whose pairs keep nothing, and take no heap."""

    def pair(self, name):
        return RamStorage()

    def blocks(self, name, count):
        return RamFlash(count, 1_024)


class World(QuietStation):
    """A QuietStation with its OCPP side; `channel` is the server.

    folder: of the local list. profiles: as in SupportedFeatureProfiles, None: all. has_security:
    an event takes what it says, see heap_security.py.
    """

    def __init__(self, folder="/no-such-folder", profiles=None, has_security=False):
        super().__init__()
        self.config.has_security = has_security
        if profiles is not None:
            self.config.profiles = profiles
        rows = rows_of(self.config, None)
        self.settings = Settings(rows, self.config, FakeStorage(), self.events)
        self.channel = ServerChannel()
        self.connection = FakeConnection()
        self.liveness = Liveness(self.connection, None, self.clock, self.events)
        bits = Bits().take
        parts = None, [], self.clock, self.events, bits
        self.ocpp = builder.build(
            Network(self.connection, self.channel, Backoff(bits), self.liveness, parts),
            JsonReader(100, 8),
            self.core,
            self.outbox,
            RamStores(self.state, self.settings, None, None, folder),
            self.config,
            self.clock,
            self.events,
            bits,
        )
        self.link.is_known = True
        self.channel.is_open = True
        self.connection.on_open()

    def run_all(self, steps):
        """Run station, adapter and server so often."""
        for _ in range(steps):
            now_ms = self.step()
            self.ocpp.poll(now_ms)
            self.channel.serve()


class TestHeapOfOcpp16(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.config = self.world.config
        self.config.set_text("stop_sampled_list", b"Voltage,Energy.Active.Import.Register")
        self.config.set_text("sampled_list", b"Current.Import,Energy.Active.Import.Register")
        self.channel = self.world.channel
        self.boot = self.world.ocpp.boot
        self.statuses = self.world.ocpp._sources[0]

    def accept(self):
        """Let the boot be accepted."""
        self.world.run_all(20)

    def charge(self):
        """Run a session on connector 1, with two samples, up to Available."""
        world = self.world
        controller = world.controllers[0]
        controller.is_plugged = True
        world.reader.swipe(b"CARD1", 1)
        world.run_all(10)
        controller.charge()
        world.run_all(60)
        world.reader.swipe(b"CARD1", 1)
        world.run_all(10)
        controller.unplug()
        world.run_all(40)

    def serve_all(self):
        """Take every call of the server."""
        for text in CALLS:
            self.channel.feed(text)
            self.world.run_all(12)

    def test_a_profile_and_a_password_that_nobody_changes(self):
        world = World(has_security=True)
        parts = world.ocpp._profiles
        judge = [part for part in parts if type(part).__name__ == "SecurityProfile"][0]
        with locked():
            for now_ms in range(100):
                judge.poll(now_ms)
            judge.dropped()

        self.assertEqual(world.connection.connects, judge._connects)

    def test_boot_that_gets_no_answer_yet(self):
        channel = self.channel
        with locked():
            now_ms = self.world.step()
            self.world.ocpp.poll(now_ms)
            is_deaf = self.boot.blocks_answers
            sent = channel.calls_left

        self.assertEqual((is_deaf, sent), (False, 1))
        self.assertEqual(bytes(channel.head_buf[35:51]), b"BootNotification")

    def test_session(self):
        self.accept()
        self.config.meter_value_sample_interval_s = 1
        with locked():
            self.charge()

        self.assertEqual(self.world.outbox.pending, 0)
        self.assertEqual(self.world.outbox.parked, 0)
        self.assertEqual(self.world.connectors[0].transaction.transaction_id, 7)

    def test_calls_of_the_server(self):
        self.accept()
        before = self.channel.replies
        with locked():
            self.serve_all()

        self.assertEqual(self.channel.replies - before, len(CALLS))

    def test_heartbeats_that_set_the_clock(self):
        self.accept()
        steps = self.world.clock.steps
        self.config.heartbeat_interval_s = 1
        with locked():
            self.world.run_all(200)

        self.assertTrue(self.world.clock.steps > steps)

    def test_reconnect_and_plug_pulled_at_the_car(self):
        self.accept()
        world = self.world
        self.config.stop_on_ev_side_disconnect = False
        with locked():
            world.controllers[0].is_plugged = True
            world.reader.swipe(b"CARD1", 1)
            world.run_all(10)
            world.controllers[0].charge()
            world.run_all(10)
            world.controllers[0].unplug()
            world.run_all(10)
            world.ocpp.closed()
            world.run(10)
            world.liveness.needs_probe = True
            world.ocpp.opened()
            world.run_all(10)
            self.statuses.report_all()
            world.run_all(10)

        self.assertTrue(world.connectors[0].is_ev_gone)
        self.assertTrue(world.link.is_online)

    def test_own_data_transfer(self):
        self.accept()
        transfer = self.world.ocpp.data_transfer
        transfer.start(b"V", b"M", b"D")
        state = transfer.state
        with locked():
            self.world.run_all(1)

        self.assertEqual(state, TRANSFER_WAITING)
        self.assertEqual(bytes(self.channel.head_buf[35:47]), b"DataTransfer")

    def test_leaves_nothing_behind(self):
        self.accept()
        self.config.meter_value_sample_interval_s = 1

        self.assertEqual(growth(self.charge, 10), 0)
        self.assertEqual(growth(self.serve_all, 5), 0)
