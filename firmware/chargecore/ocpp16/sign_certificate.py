"""SignCertificate: a new key pair and the request to certify it, sent when the server wants it.

Called by: ExtendedTrigger (request), CertificateKeeper (renewal), Ocpp16 by way of RemoteTrigger,
also while Pending. A request that got no answer is sent again; one that was answered is not: that
is for the operator (A02, error handling). Heap: 0.3 KiB; what makes key and request is loaded
meanwhile. Source: OCPP 1.6 security whitepaper ed.3, A02, A03; W6 of the behaviour rules.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.ocpp16.certificate_jobs import unload_jobs, work
from chargecore.store.keystore import FLAG_ASKED, KIND_PENDING
from chargecore.wire.rpc import ANSWER_ERROR, ANSWER_RESULT

_TRIES = const(3)
_WORDS = (b"Accepted", b"Rejected")


class SignCertificate:
    """One request at a time; a second one while it is made is the same one."""

    def __init__(self, rpc, credentials, config, clock):
        self._rpc = rpc
        self._credentials = credentials
        self._config = config
        self._clock = clock
        self._job = None  # KeyRequest, while it is made
        self._csr = b""  # PEM, until it is answered
        self._tries = 0  # that are left
        self._is_waiting = False  # it is in flight
        self._render = self.render
        self._answer = self.answered

    @property
    def is_possible(self):
        """Whether the request would have an owner: CpoName is set."""
        return bool(self._config.cpo_name)

    def request(self):
        """Begin. Without heap for it nothing happens: the server will ask again."""
        if self._job is not None or self._csr:
            return
        try:
            from chargecore.ocpp16.key_request import KeyRequest

            self._job = KeyRequest(self._config, self._credentials.keystore)
        except MemoryError:
            unload_jobs()

    def poll(self, now_ms):  # HOT
        """Go on with key and request."""
        job = self._job
        if job is None:
            return
        try:
            if not work(job, self._clock, now_ms):
                return
            self._csr = job.csr or b""
            self._tries = _TRIES
        except MemoryError:
            pass
        self._job = None
        unload_jobs()

    def poll_call(self, now_ms):  # HOT
        """Send the request. Return True when a call was placed."""
        if not self._csr or self._is_waiting:
            return False
        timeout_ms = self._config.message_timeout_s * 1000
        action = b"SignCertificate"
        if self._rpc.call(action, self._render, None, self._answer, timeout_ms) != OK:
            return False
        self._is_waiting = True
        self._tries -= 1
        return True

    def render(self, w, arg):  # HOT
        """Write {"csr": PEM}."""
        w.open_object()
        w.key(b"csr")
        w.text(self._csr)
        w.close_object()

    def answered(self, answer, arg):
        """Accepted: the certificate will come, now or later. Refused: the key is of no use."""
        self._is_waiting = False
        word = -1
        if answer == ANSWER_RESULT:
            reader = self._rpc.reader
            word = reader.word_index(reader.find(self._rpc.payload_idx, b"status"), _WORDS)
            if reader.error != OK:
                word = -1
        elif answer != ANSWER_ERROR and self._tries > 0:
            return
        self._csr = b""
        keystore = self._credentials.keystore
        if word == 0:
            row = self._credentials.station_row()
            if row >= 0:
                keystore.set_flag(row, FLAG_ASKED)
        else:
            keystore.drop(keystore.rows(KIND_PENDING))
