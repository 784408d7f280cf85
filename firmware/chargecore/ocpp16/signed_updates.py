"""SignedUpdates: SignedUpdateFirmware; FileDesk tells by SignedFirmwareStatusNotification.

Called by: Ocpp16; ExtendedTrigger (status_word, request_id). The answer is deferred while a job
verifies the signing certificate, in steps; it is loaded for that. The connection lost meanwhile:
the request is dropped, with nothing changed.
Source: OCPP 1.6 security whitepaper ed.3 L01, §5.21; W12 of the behaviour rules. Heap: none after
__init__ but while a request is looked at.
"""

import gc
import sys

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.modules import unload
from chargecore.ocpp16.file_desk import IDLE, WORDS
from chargecore.ocpp16.file_fields import INT_MAX, INT_MIN, URL_MAX
from chargecore.station.task_news import INSTALLED
from chargecore.wire.fields import F_INT, F_OBJECT, F_TEXT, F_TIME, OPTIONAL, REQUIRED, table

_PEM_MAX = const(5500)
_SIGNATURE_MAX = const(800)
SIGNED_UPDATE_FIRMWARE = table(
    (
        (b"requestId", F_INT, REQUIRED, INT_MIN, INT_MAX),
        (b"retries", F_INT, OPTIONAL, INT_MIN, INT_MAX),
        (b"retryInterval", F_INT, OPTIONAL, INT_MIN, INT_MAX),
        (
            b"firmware",
            F_OBJECT,
            REQUIRED,
            (
                (b"location", F_TEXT, REQUIRED, URL_MAX),
                (b"retrieveDateTime", F_TIME, REQUIRED),
                (b"installDateTime", F_TIME, OPTIONAL),
                (b"signingCertificate", F_TEXT, REQUIRED, _PEM_MAX),
                (b"signature", F_TEXT, REQUIRED, _SIGNATURE_MAX),
            ),
        ),
    )
)


class SignedUpdates:
    """One request at a time; another that comes meanwhile is answered with a CALLERROR."""

    def __init__(self, rpc, files, core, clock):
        self._rpc = rpc
        self._files = files
        self._core = core
        self._clock = clock
        self._render = self.render
        self._job = None  # SignedUpdateJob
        self._word = b""  # of the answer
        self.sources = ()
        self.actions = ((b"SignedUpdateFirmware", SIGNED_UPDATE_FIRMWARE, self.handle),)

    def handle(self, reader, payload_idx):
        """Take the request and look at its certificate; refuse it without slots."""
        rpc = self._rpc
        if self._core.slots is None:
            rpc.reply_error(b"NotSupported", b"this board has no room for another version")
            return
        if self._job is not None:
            rpc.reply_error(b"InternalError", b"busy")
            return
        gc.collect()  # what it loads should lie close together
        try:
            from chargecore.ocpp16.signed_update_job import SignedUpdateJob

            self._job = SignedUpdateJob(self._core, self._files, self._clock)
            self._job.start(reader)
        except MemoryError:
            self._end()
            rpc.reply_error(b"InternalError", b"no memory for it now")
            return
        if rpc.defer() != OK:
            self._end()
            rpc.reply_error(b"InternalError", b"busy")

    def poll(self, now_ms):  # HOT
        """Go on with the job."""
        if self._job is not None:
            self._work()

    def _work(self):
        job = self._job
        try:
            job.step()  # one: with RSA-4096 it may take an RP2040 20 ms
        except MemoryError:
            job.word = b"Rejected"
        if job.word:
            self._word = job.word
            self._end()
            self._rpc.reply_deferred(self._render, None)

    def _end(self):
        self._job = None
        names = [name for name in sys.modules if name.startswith("chargecore.security")]
        unload(names + ["chargecore.ocpp16.signed_update_job"])

    def render(self, w, arg):
        """Write the answer."""
        w.open_object()
        w.key(b"status")
        w.text(self._word)
        w.close_object()

    def dropped(self):
        """The connection is gone, and with it who asked."""
        if self._job is not None:
            self._end()

    # ---- for ExtendedTriggerMessage ----

    @property
    def status_word(self):  # HOT
        """The status that was told last, Idle behind Installed (L01.FR.28, L01.FR.29)."""
        files = self._files
        status = files.last_signed
        if status < 0:
            jobs = files.jobs
            if jobs is None or jobs.update is None or not jobs.update.is_signed:
                return IDLE
            status = jobs.update.status
        return IDLE if status == INSTALLED else WORDS[status]

    @property
    def request_id(self):  # HOT
        """The number of its request; means something while it is not Idle."""
        files = self._files
        jobs = files.jobs
        if files.last_signed < 0 and jobs is not None and jobs.update is not None:
            return jobs.update.request_id
        return files.last_signed_id
