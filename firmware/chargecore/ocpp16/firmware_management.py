"""FirmwareManagement: GetDiagnostics, UpdateFirmware, and the statuses of both.

Called by: Ocpp16, when station.json lists the profile (build()).
Source: OCPP 1.6 §4.4, §4.5, §5.9, §5.19, errata 3.50; F1, F2 of the behaviour rules.
Heap: 3 KiB at start. What moves the files is loaded while a file is to be moved or an update is
under way, and unloaded behind it: a station without heap for it says so, and goes on.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_BUSY, E_FULL, OK
from chargecore.base.modules import unload
from chargecore.station.task_news import INSTALLATION_FAILED, UPLOADING, TaskNews
from chargecore.wire.fields import ABSENT, F_INT, F_TIME, F_URI, OPTIONAL, REQUIRED, table
from chargecore.wire.rpc import ANSWER_ERROR, ANSWER_LOST, ANSWER_RESULT

_INT_MIN = -0x7FFFFFFF - 1  # heap-ok: read once, while the tables are compiled
_INT_MAX = 0x7FFFFFFF  # heap-ok: the same
_URL_MAX = const(512)  # UpdateMemory's

GET_DIAGNOSTICS = table(
    (
        (b"location", F_URI, REQUIRED, _URL_MAX),
        (b"retries", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
        (b"retryInterval", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
        (b"startTime", F_TIME, OPTIONAL),
        (b"stopTime", F_TIME, OPTIONAL),
    )
)
UPDATE_FIRMWARE = table(
    (
        (b"location", F_URI, REQUIRED, _URL_MAX),
        (b"retries", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
        (b"retrieveDate", F_TIME, REQUIRED),
        (b"retryInterval", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
    )
)
# When the server leaves it to us (§5.9, §5.19): tries after the first, and the time between.
_RETRIES = const(2)
_INTERVAL_S = const(60)

# By the numbers of station.task_news.
WORDS = (
    b"Downloading",
    b"Downloaded",
    b"DownloadFailed",
    b"Installing",
    b"Installed",
    b"InstallationFailed",
    b"Uploading",
    b"Uploaded",
    b"UploadFailed",
)
_IDLE = b"Idle"
_LOADED = """net.transfer net.file_url net.moves net.http_client net.http_body net.ftp_client
station.file_jobs station.diagnostics station.report station.update station.update_memory
store.bundle_writer store.slot_writer safety.reasons"""


def build(rpc, network, core, *parts):
    """Return the FirmwareManagement of the station; an update that was under way goes on.

    core.slots: the copies of the application, store.app_slots; None: UpdateFirmware is refused.
    parts: outbox, stores, config, clock, events.
    """
    return FirmwareManagement(rpc, network, core, parts)


class FirmwareManagement:
    """Handlers of the two calls, and source of the two notifications."""

    def __init__(self, rpc, network, core, parts):
        self._rpc = rpc
        self._network = network
        self._core = core
        self._parts = parts
        self._config = parts[2]
        self._render_word = self.render_word
        self._answer = self.answered
        self._news = TaskNews()
        self._jobs = None  # FileJobs, while there is something to do
        self._word = b""  # of the notification in flight
        self._name = b""  # of the file, while the answer leaves
        self.sources = (self,)
        self.actions = (
            (b"GetDiagnostics", GET_DIAGNOSTICS, self.get_diagnostics),
            (b"UpdateFirmware", UPDATE_FIRMWARE, self.update_firmware),
        )
        if core.slots is not None and self._load(False) != OK:
            self._news.tell(INSTALLATION_FAILED)

    def _load(self, is_needed):
        """Load what moves files; without need only for an update that is under way.

        Return OK, or E_FULL: there is no heap for it now.
        """
        if self._jobs is not None:
            return OK
        try:
            from chargecore.station.update_memory import UpdateMemory

            stores, events = self._parts[1], self._parts[4]
            memory = UpdateMemory(stores.pair("update"), events)
            memory.load()
            if is_needed or memory.stage:
                from chargecore.station.file_jobs import FileJobs

                transfer = self._network.make_transfer()
                self._jobs = FileJobs(transfer, memory, self._news, self._core, *self._parts)
        except MemoryError:
            self._unload()
            return E_FULL
        if self._jobs is None:
            self._unload()
        return OK

    def _unload(self):
        self._jobs = None
        unload(["chargecore." + name for name in _LOADED.split()])

    # ---- calls of the server ----

    def get_diagnostics(self, reader, payload_idx):
        """Answer with the name the file will have; without one when there is none to be had."""
        values = reader.values
        url = _text(reader, values[0])
        retries, interval_s = _given(values[1], _RETRIES), _given(values[2], _INTERVAL_S)
        from_s, until_s = _given(values[3], WALL_UNKNOWN), _given(values[4], WALL_UNKNOWN)
        self._name = b""
        if self._load(True) == OK:
            name = self._jobs.diagnostics.ask(url, retries, interval_s, from_s, until_s)
            if isinstance(name, bytes):
                self._name = name
        self._rpc.reply(self.render_name, None)

    def update_firmware(self, reader, payload_idx):
        """Answer with nothing; refuse while an update is being installed, and without slots."""
        rpc = self._rpc
        if self._core.slots is None:
            rpc.reply_error(b"NotSupported", b"this board has no room for another version")
            return
        values = reader.values
        url = _text(reader, values[0])
        retries, interval_s = _given(values[1], _RETRIES), _given(values[3], _INTERVAL_S)
        code = self._load(True)
        if code == OK:
            code = self._jobs.update.ask(url, retries, interval_s, values[2])
        if code == OK:
            rpc.reply(self.render_nothing, None)
        elif code == E_BUSY:
            rpc.reply_error(b"InternalError", b"an update is being installed")
        else:
            rpc.reply_error(b"InternalError", b"no memory for it now")

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
        jobs = self._jobs
        if jobs is None:
            return
        jobs.poll(now_ms)
        if not self._news.count and jobs.are_idle:
            self._unload()

    def poll_call(self, now_ms):  # HOT
        """Send the next status. Return True when a call was placed."""
        news = self._news
        if not news.count:
            return False
        status = news.oldest
        self._word = WORDS[status]
        action = b"FirmwareStatusNotification"
        if status >= UPLOADING:
            action = b"DiagnosticsStatusNotification"
        timeout_ms = self._config.message_timeout_s * 1000
        return self._rpc.call(action, self._render_word, status, self._answer, timeout_ms) == OK

    def render_word(self, w, arg):  # HOT
        """Write {"status": word}."""
        w.open_object()
        w.key(b"status")
        w.text(self._word)
        w.close_object()

    def answered(self, answer, status):  # HOT
        """A status that was heard, or refused, is done with; a lost one is told again."""
        news = self._news
        if answer == ANSWER_RESULT or answer == ANSWER_ERROR:
            jobs = self._jobs
            if status < UPLOADING and jobs is not None and jobs.update is not None:
                jobs.update.told(status)
            news.told()
        elif answer != ANSWER_LOST:
            news.failed()

    def dropped(self):  # HOT
        """The connection is gone: nothing was owed."""

    # ---- for TriggerMessage ----

    def diagnostics_word(self):  # HOT
        """Return the status of the upload, Idle without one (§4.4)."""
        jobs = self._jobs
        return WORDS[UPLOADING] if jobs is not None and jobs.diagnostics.is_busy else _IDLE

    def firmware_word(self):  # HOT
        """Return the status of the update, Idle without one (§4.5)."""
        jobs = self._jobs
        if jobs is None or jobs.update is None or not jobs.update.is_busy:
            return _IDLE
        return WORDS[jobs.update.status]


def _text(reader, idx):
    """Return a string of the message as bytes."""
    buf = bytearray(4 * reader.char_count(idx) + 4)
    return bytes(buf[: reader.copy_text(idx, buf, _URL_MAX)])


def _given(value, default):
    return default if value == ABSENT else value
