"""Certificates: the four calls about certificates; each is loaded while it is answered.

Called by: Ocpp16. A call becomes a job in a file of its own, which works in steps behind a
deferred answer and is unloaded with all that it needs of security when the answer has left. The
connection lost meanwhile: the job is dropped, with nothing changed.
A job: start(reader) takes what it needs of the message; step() returns True when it is over, then
render(w) writes the answer; give_up() has it refuse, no heap left; after_reply().
Source: OCPP 1.6 security whitepaper ed.3, A02, M03-M05. Heap: 0.5 KiB, none without a call.
"""

from chargecore.ocpp16.certificate_jobs import unload_jobs, work
from chargecore.ocpp16.certificate_tables import (
    CERTIFICATE_SIGNED,
    DELETE_CERTIFICATE,
    INSTALL_CERTIFICATE,
    INSTALLED_IDS,
)


class Certificates:
    """One job at a time; a call that comes meanwhile is answered with a CALLERROR."""

    def __init__(self, rpc, core, config, clock):
        self._rpc = rpc
        self._parts = core, config, clock
        self._clock = clock
        self._job = None
        self._is_over = False  # the job has its answer, which has not left yet
        self._render = self.render
        self.sources = ()
        self.actions = (
            (b"CertificateSigned", CERTIFICATE_SIGNED, self.signed),
            (b"DeleteCertificate", DELETE_CERTIFICATE, self.delete),
            (b"GetInstalledCertificateIds", INSTALLED_IDS, self.list_ids),
            (b"InstallCertificate", INSTALL_CERTIFICATE, self.install),
        )

    def signed(self, reader, payload_idx):
        """CertificateSigned: the certificate for the key that SignCertificate was about."""
        if self._may_start():
            try:
                from chargecore.ocpp16.certificate_signed import CertificateSigned

                self._start(CertificateSigned, reader)
            except MemoryError:
                self._no_memory()

    def delete(self, reader, payload_idx):
        """DeleteCertificate: a root, by its hashes."""
        if self._may_start():
            try:
                from chargecore.ocpp16.delete_certificate import DeleteCertificate

                self._start(DeleteCertificate, reader)
            except MemoryError:
                self._no_memory()

    def list_ids(self, reader, payload_idx):
        """GetInstalledCertificateIds: the hashes of all roots of a type."""
        if self._may_start():
            try:
                from chargecore.ocpp16.installed_ids import InstalledIds

                self._start(InstalledIds, reader)
            except MemoryError:
                self._no_memory()

    def install(self, reader, payload_idx):
        """InstallCertificate: a root, checked before it counts."""
        if self._may_start():
            try:
                from chargecore.ocpp16.install_certificate import InstallCertificate

                self._start(InstallCertificate, reader)
            except MemoryError:
                self._no_memory()

    def _may_start(self):
        """Return False after a CALLERROR: another call still waits for its answer."""
        self._end_told()
        if self._job is None and not self._rpc.is_deferred:
            return True
        self._rpc.reply_error(b"InternalError", b"busy")
        return False

    def _start(self, job_type, reader):
        self._job = job_type(*self._parts)
        self._job.start(reader)
        self._rpc.defer()

    def _no_memory(self):
        self._end()
        self._rpc.reply_error(b"InternalError", b"no memory for it now")

    # ---- the job ----

    def poll(self, now_ms):  # HOT
        """Go on with the job, and forget it when its answer has left."""
        if self._job is None:
            return
        if self._is_over:
            self._end_told()
            return
        try:
            self._is_over = work(self._job, self._clock, now_ms)
        except MemoryError:
            self._job.give_up()
            self._is_over = True
        if self._is_over:
            self._rpc.reply_deferred(self._render, None)

    def _end_told(self):
        """Forget a job whose answer has left."""
        if self._is_over and not self._rpc.is_deferred:
            self._job.after_reply()
            self._end()

    def render(self, w, arg):
        """Write the answer of the job."""
        self._job.render(w)

    def dropped(self):
        """The connection is gone, and with it who asked; what was decided is carried out."""
        if self._job is not None:
            if self._is_over:
                self._job.after_reply()
            self._end()

    def _end(self):
        self._job = None
        self._is_over = False
        unload_jobs()
