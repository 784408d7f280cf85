"""LogUpload: GetLog; FileDesk brings the file and tells of it by LogStatusNotification.

Called by: Ocpp16; ExtendedTrigger (status_word, request_id).
Source: OCPP 1.6 security whitepaper ed.3 N01, §5.9; W13 of the behaviour rules. Heap: none after
__init__, but the texts of a request.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.ocpp16.file_desk import IDLE
from chargecore.ocpp16.file_fields import (
    INT_MAX,
    INT_MIN,
    INTERVAL_S,
    RETRIES,
    URL_MAX,
    given,
    text_of,
)
from chargecore.wire.fields import (
    F_INT,
    F_OBJECT,
    F_TEXT,
    F_TIME,
    F_WORD,
    OPTIONAL,
    REQUIRED,
    table,
)

_TYPES = (b"DiagnosticsLog", b"SecurityLog")
_SECURITY = const(1)  # place in _TYPES
GET_LOG = table(
    (
        (b"logType", F_WORD, REQUIRED, _TYPES),
        (b"requestId", F_INT, REQUIRED, INT_MIN, INT_MAX),
        (b"retries", F_INT, OPTIONAL, INT_MIN, INT_MAX),
        (b"retryInterval", F_INT, OPTIONAL, INT_MIN, INT_MAX),
        (
            b"log",
            F_OBJECT,
            REQUIRED,
            (
                (b"remoteLocation", F_TEXT, REQUIRED, URL_MAX),
                (b"oldestTimestamp", F_TIME, OPTIONAL),
                (b"latestTimestamp", F_TIME, OPTIONAL),
            ),
        ),
    )
)


class LogUpload:
    """A newer request ends the upload of an older one (N01.FR.11)."""

    def __init__(self, rpc, files):
        self._rpc = rpc
        self._files = files
        self._render = self.render
        self._word = b""  # of the answer
        self._name = b""  # of the file
        self.sources = ()
        self.actions = ((b"GetLog", GET_LOG, self.handle),)

    def handle(self, reader, payload_idx):
        """Answer with the name the file will have; Rejected when there is none to be had."""
        values = reader.values
        url = text_of(reader, values[5])
        tries = given(values[2], RETRIES), given(values[3], INTERVAL_S)
        window = given(values[6], WALL_UNKNOWN), given(values[7], WALL_UNKNOWN)
        self._word = b"Rejected"
        self._name = b""
        if self._files.load(True) == OK:
            jobs = self._files.jobs
            was_busy = jobs.upload.is_busy
            report = jobs.security_report() if values[0] == _SECURITY else jobs.report()
            jobs.upload.set_id(True, values[1])
            name = jobs.upload.ask(report, *window, url, *tries)
            if isinstance(name, bytes):
                self._name = name
                self._word = b"AcceptedCanceled" if was_busy else b"Accepted"
        self._rpc.reply(self._render, None)

    def render(self, w, arg):
        """Write status and filename."""
        w.open_object()
        w.key(b"status")
        w.text(self._word)
        if self._name:
            w.key(b"filename")
            w.text(self._name)
        w.close_object()

    def poll(self, now_ms):  # HOT
        """FileDesk goes on."""

    def dropped(self):  # HOT
        """The connection is gone: nothing was owed."""

    # ---- for ExtendedTriggerMessage ----

    @property
    def status_word(self):  # HOT
        """The status of the upload, Idle without one."""
        jobs = self._files.jobs
        is_busy = jobs is not None and jobs.upload.is_busy and jobs.upload.has_id
        return b"Uploading" if is_busy else IDLE

    @property
    def request_id(self):  # HOT
        """The number of its request; means something while it is not Idle."""
        jobs = self._files.jobs
        return 0 if jobs is None else jobs.upload.request_id
