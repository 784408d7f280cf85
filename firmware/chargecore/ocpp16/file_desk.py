"""FileDesk: loads what moves files while there is a file to move, and tells the server of it.

Called by: Ocpp16 (poll, poll_call), FirmwareManagement, LogUpload and SignedUpdates (jobs).
A station without heap for it says so, and goes on.
Source: OCPP 1.6 §4.4, §4.5; security whitepaper ed.3 N01, L01. Heap: 2 KiB at start.
"""

import gc

from chargecore.base.codes import E_FULL, OK
from chargecore.base.modules import unload
from chargecore.base.security_events import SE_MEMORY_EXHAUSTION
from chargecore.station.task_news import (
    DOWNLOADED,
    INSTALLATION_FAILED,
    INSTALLING,
    UPLOAD_FAILED,
    UPLOADING,
    TaskNews,
    is_upload,
)
from chargecore.wire.rpc import ANSWER_ERROR, ANSWER_LOST, ANSWER_RESULT

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
    b"DownloadScheduled",
    b"DownloadPaused",
    b"SignatureVerified",
    b"InvalidSignature",
    b"InstallScheduled",
    b"InstallRebooting",
    b"InstallVerificationFailed",
    b"BadMessage",
    b"PermissionDenied",
    b"NotSupportedOperation",
)
IDLE = b"Idle"
_LOADED = """net.transfer net.file_url net.moves net.http_client net.http_body net.ftp_client
station.file_jobs station.upload station.report station.security_report station.line_file
station.update station.signed_update station.update_memory station.firmware_signature
station.hashing_sink store.bundle_writer store.slot_writer safety.reasons"""


class FileDesk:
    """Source of the four notifications about files. `jobs` is a FileJobs, None: nothing to do.

    parts: outbox, stores, config, clock, events.
    """

    def __init__(self, rpc, network, core, *parts):
        self._rpc = rpc
        self._network = network
        self._core = core
        self._parts = parts
        self._config = parts[2]
        self._render_word = self.render_word
        self._answer = self.answered
        self._news = TaskNews()
        self.jobs = None
        self._word = b""  # of the notification in flight
        self._has_id = False
        self._request_id = 0
        self.last_signed = (
            -1
        )  # status of a signed update that was told last, -1: none in this boot
        self.last_signed_id = 0
        self.sources = (self,)
        self.actions = ()
        if core.slots is not None and self.load(False) != OK:
            self._news.tell(INSTALLATION_FAILED)

    def load(self, is_needed):
        """Load what moves files; without need only for an update that is under way.

        Return OK, or E_FULL: there is no heap for it now.
        """
        if self.jobs is not None:
            return OK
        try:
            from chargecore.station.update_memory import UpdateMemory

            stores, events = self._parts[1], self._parts[4]
            memory = UpdateMemory(stores.pair("update"), events)
            memory.load()
            if is_needed or memory.stage:
                gc.collect()  # what it loads should lie close together
                from chargecore.station.file_jobs import FileJobs

                transfer = self._network.make_transfer()
                self.jobs = FileJobs(transfer, memory, self._news, self._core, *self._parts)
        except MemoryError:
            self._unload()
            self._core.security.report(SE_MEMORY_EXHAUSTION, b"no heap for files")
            return E_FULL
        if self.jobs is None:
            self._unload()
        return OK

    def _unload(self):
        self.jobs = None
        unload(["chargecore." + name for name in _LOADED.split()])

    # ---- what it sends by itself ----

    def poll(self, now_ms):  # HOT
        """Go on with what is under way, connected or not."""
        jobs = self.jobs
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
        is_log = is_upload(status)
        self._word = WORDS[status]
        self._has_id = news.has_id
        self._request_id = news.request_id
        if not self._has_id:
            action = b"DiagnosticsStatusNotification" if is_log else b"FirmwareStatusNotification"
        elif is_log:
            action = b"LogStatusNotification"
            if status == UPLOAD_FAILED:
                self._word = b"UploadFailure"  # as the enumeration has it
        else:
            action = b"SignedFirmwareStatusNotification"
        timeout_ms = self._config.message_timeout_s * 1000
        if self._rpc.call(action, self._render_word, status, self._answer, timeout_ms) != OK:
            return False
        if self._has_id and not is_log:
            self.last_signed = status
            self.last_signed_id = self._request_id
        return True

    def render_word(self, w, arg):  # HOT
        """Write {"status": word}, and requestId where there is one."""
        w.open_object()
        w.key(b"status")
        w.text(self._word)
        if self._has_id:
            w.key(b"requestId")
            w.int(self._request_id)
        w.close_object()

    def answered(self, answer, status):
        """A status that was heard, or refused, is done with; a lost one is told again."""
        news = self._news
        if answer == ANSWER_RESULT or answer == ANSWER_ERROR:
            news.told()
        elif answer == ANSWER_LOST or not news.failed():
            return
        jobs = self.jobs
        if not is_upload(status) and jobs is not None and jobs.update is not None:
            jobs.update.told(status, self._has_id, self._request_id)

    def dropped(self):  # HOT
        """The connection is gone: nothing was owed."""

    # ---- for TriggerMessage ----

    def diagnostics_word(self):  # HOT
        """Return the status of the upload, Idle without one (§4.4)."""
        jobs = self.jobs
        is_busy = jobs is not None and jobs.upload.is_busy and not jobs.upload.has_id
        return WORDS[UPLOADING] if is_busy else IDLE

    def firmware_word(self):  # HOT
        """Return the status of the update, Idle without one (§4.5)."""
        jobs = self.jobs
        if jobs is None or jobs.update is None or not jobs.update.is_busy:
            return IDLE
        status = jobs.update.status
        if status > INSTALLATION_FAILED:  # only the signed notification knows that word
            status = INSTALLING if jobs.update.is_installing else DOWNLOADED
        return WORDS[status]
