"""FirmwareManagement: GetDiagnostics, UpdateFirmware, and the statuses of both.

Called by: Ocpp16, when station.json lists the profile (build()).
Source: OCPP 1.6 §4.4, §4.5, §5.9, §5.19, errata 3.50; F1, F2 of the behaviour rules.
Heap: transfer, report and update, 9 KiB at start; text of the URL when one is given.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.station.diagnostics import Diagnostics
from chargecore.station.report import Report
from chargecore.station.update import NoUpdate, Update
from chargecore.station.update_memory import URL_MAX, UpdateMemory
from chargecore.store.bundle_writer import BundleWriter
from chargecore.wire.fields import ABSENT, F_INT, F_TIME, F_URI, OPTIONAL, REQUIRED, table
from chargecore.wire.rpc import ANSWER_ERROR, ANSWER_LOST, ANSWER_RESULT

_INT_MIN = -0x7FFFFFFF - 1  # heap-ok: read once, while the tables are compiled
_INT_MAX = 0x7FFFFFFF  # heap-ok: the same

GET_DIAGNOSTICS = table(
    (
        (b"location", F_URI, REQUIRED, URL_MAX),
        (b"retries", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
        (b"retryInterval", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
        (b"startTime", F_TIME, OPTIONAL),
        (b"stopTime", F_TIME, OPTIONAL),
    )
)
UPDATE_FIRMWARE = table(
    (
        (b"location", F_URI, REQUIRED, URL_MAX),
        (b"retries", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
        (b"retrieveDate", F_TIME, REQUIRED),
        (b"retryInterval", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
    )
)
# When the server leaves it to us (§5.9, §5.19): tries after the first, and the time between.
_RETRIES = const(2)
_INTERVAL_S = const(60)

DIAGNOSTICS_WORDS = (b"Uploading", b"Uploaded", b"UploadFailed")
FIRMWARE_WORDS = (
    b"Downloading",
    b"Downloaded",
    b"DownloadFailed",
    b"Installing",
    b"Installed",
    b"InstallationFailed",
)
_IDLE = b"Idle"


def build(rpc, network, core, outbox, stores, config, clock, events):
    """Return the FirmwareManagement of the station; an update that was under way goes on.

    core.slots: the copies of the application, store.app_slots; None: UpdateFirmware is refused.
    """
    transfer = network.make_transfer()
    report = Report(core, outbox, stores, config, clock, events)
    diagnostics = Diagnostics(transfer, report, events)
    slots = core.slots
    if slots is None:
        update = NoUpdate()
    else:
        memory = UpdateMemory(stores.pair("update"), events)
        parts = transfer, slots, BundleWriter(slots), memory
        update = Update(*parts, core.station, stores.state, clock, events)
    return FirmwareManagement(rpc, diagnostics, update, slots is not None, config)


class FirmwareManagement:
    """Handlers of the two calls, and source of the two notifications."""

    def __init__(self, rpc, diagnostics, update, can_update, config):
        self._rpc = rpc
        self._diagnostics = diagnostics
        self._update = update
        self._can_update = can_update
        self._config = config
        self._render_status = self.render_status
        self._answer = self.answered
        self._name = b""  # of the file, while the answer leaves
        self._word = b""  # of the notification in flight
        self.sources = (self,)
        self.actions = (
            (b"GetDiagnostics", GET_DIAGNOSTICS, self.get_diagnostics),
            (b"UpdateFirmware", UPDATE_FIRMWARE, self.update_firmware),
        )

    # ---- calls of the server ----

    def get_diagnostics(self, reader, payload_idx):
        """Answer with the name the file will have; without one when there is none to be had."""
        values = reader.values
        url = _text(reader, values[0])
        retries, interval_s = _given(values[1], _RETRIES), _given(values[2], _INTERVAL_S)
        from_s, until_s = _given(values[3], WALL_UNKNOWN), _given(values[4], WALL_UNKNOWN)
        name = self._diagnostics.ask(url, retries, interval_s, from_s, until_s)
        self._name = name if isinstance(name, bytes) else b""
        self._rpc.reply(self.render_name, None)

    def update_firmware(self, reader, payload_idx):
        """Answer with nothing; refuse while an update is being installed, and without slots."""
        if not self._can_update:
            self._rpc.reply_error(b"NotSupported", b"this board has no room for another version")
            return
        values = reader.values
        url = _text(reader, values[0])
        retries, interval_s = _given(values[1], _RETRIES), _given(values[3], _INTERVAL_S)
        if self._update.ask(url, retries, interval_s, values[2]) == OK:
            self._rpc.reply(self.render_nothing, None)
        else:
            self._rpc.reply_error(b"InternalError", b"an update is being installed")

    def render_name(self, w, arg):
        """Write {"fileName": name}."""
        w.open_object()
        if self._name:
            w.key(b"fileName")
            w.text(self._name)
        w.close_object()

    def render_nothing(self, w, arg):
        """Write {}."""
        w.open_object()
        w.close_object()

    # ---- what it sends by itself ----

    def poll(self, now_ms):  # HOT
        """Go on with what is under way, connected or not."""
        self._diagnostics.poll(now_ms)
        self._update.poll(now_ms)

    def poll_call(self, now_ms):  # HOT
        """Send the next status. Return True when a call was placed."""
        news = self._update.news
        if news.count:
            return self._send(b"FirmwareStatusNotification", FIRMWARE_WORDS, news)
        news = self._diagnostics.news
        if news.count:
            return self._send(b"DiagnosticsStatusNotification", DIAGNOSTICS_WORDS, news)
        return False

    def _send(self, action, words, news):  # HOT
        self._word = words[news.oldest]
        timeout_ms = self._config.message_timeout_s * 1000
        return self._rpc.call(action, self._render_status, news, self._answer, timeout_ms) == OK

    def render_status(self, w, arg):  # HOT
        """Write {"status": word}."""
        w.open_object()
        w.key(b"status")
        w.text(self._word)
        w.close_object()

    def answered(self, status, news):  # HOT
        """A status that was heard, or refused, is done with; a lost one is told again."""
        if status == ANSWER_RESULT or status == ANSWER_ERROR:
            if news is self._update.news:
                self._update.told(news.oldest)
            news.told()
        elif status != ANSWER_LOST:
            news.failed()

    def dropped(self):  # HOT
        """The connection is gone: nothing was owed."""

    # ---- for TriggerMessage ----

    def diagnostics_word(self):  # HOT
        """Return the status of the upload, Idle without one (§4.4)."""
        return DIAGNOSTICS_WORDS[0] if self._diagnostics.is_busy else _IDLE

    def firmware_word(self):  # HOT
        """Return the status of the update, Idle without one (§4.5)."""
        update = self._update
        return FIRMWARE_WORDS[update.status] if update.is_busy else _IDLE


def _text(reader, idx):
    """Return a string of the message as bytes."""
    buf = bytearray(4 * reader.char_count(idx) + 4)
    return bytes(buf[: reader.copy_text(idx, buf, URL_MAX)])


def _given(value, default):
    return default if value == ABSENT else value
