"""FirmwareManagement: GetDiagnostics and UpdateFirmware.

Called by: Ocpp16, when station.json lists the profile (build()). FileDesk does the rest.
With the security whitepaper loaded UpdateFirmware is none of ours: only signed firmware is
installed then (L01.FR.20).
Source: OCPP 1.6 §4.4, §4.5, §5.9, §5.19, errata 3.50; F1, F2 of the behaviour rules. Heap: none
after __init__, but the texts of a request.
"""

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_BUSY, OK
from chargecore.ocpp16.file_fields import (
    INT_MAX,
    INT_MIN,
    INTERVAL_S,
    RETRIES,
    URL_MAX,
    given,
    text_of,
)
from chargecore.wire.fields import F_INT, F_TIME, F_URI, OPTIONAL, REQUIRED, table

GET_DIAGNOSTICS = table(
    (
        (b"location", F_URI, REQUIRED, URL_MAX),
        (b"retries", F_INT, OPTIONAL, INT_MIN, INT_MAX),
        (b"retryInterval", F_INT, OPTIONAL, INT_MIN, INT_MAX),
        (b"startTime", F_TIME, OPTIONAL),
        (b"stopTime", F_TIME, OPTIONAL),
    )
)
UPDATE_FIRMWARE = table(
    (
        (b"location", F_URI, REQUIRED, URL_MAX),
        (b"retries", F_INT, OPTIONAL, INT_MIN, INT_MAX),
        (b"retrieveDate", F_TIME, REQUIRED),
        (b"retryInterval", F_INT, OPTIONAL, INT_MIN, INT_MAX),
    )
)


def build(rpc, files, core, config):
    """Return the FirmwareManagement of the station. files: its FileDesk.

    core.slots: the copies of the application, store.app_slots; None: UpdateFirmware is refused.
    """
    return FirmwareManagement(rpc, files, core, config)


class FirmwareManagement:
    """Handlers of the two calls."""

    def __init__(self, rpc, files, core, config):
        self._rpc = rpc
        self._files = files
        self._core = core
        self._name = b""  # of the file, while the answer leaves
        self.sources = ()
        self.actions = ((b"GetDiagnostics", GET_DIAGNOSTICS, self.get_diagnostics),)
        if not config.has_security:
            self.actions += ((b"UpdateFirmware", UPDATE_FIRMWARE, self.update_firmware),)

    def get_diagnostics(self, reader, payload_idx):
        """Answer with the name the file will have; without one when there is none to be had."""
        values = reader.values
        url = text_of(reader, values[0])
        tries = given(values[1], RETRIES), given(values[2], INTERVAL_S)
        window = given(values[3], WALL_UNKNOWN), given(values[4], WALL_UNKNOWN)
        self._name = b""
        if self._files.load(True) == OK:
            jobs = self._files.jobs
            jobs.upload.set_id(False)
            name = jobs.upload.ask(jobs.report(), *window, url, *tries)
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
        url = text_of(reader, values[0])
        tries = given(values[1], RETRIES), given(values[3], INTERVAL_S)
        code = self._files.load(True)
        if code == OK:
            code = self._files.jobs.update.ask(url, *tries, values[2])
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

    def poll(self, now_ms):  # HOT
        """FileDesk goes on."""

    def dropped(self):  # HOT
        """The connection is gone: nothing was owed."""
