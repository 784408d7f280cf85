"""ExtendedTrigger: ExtendedTriggerMessage, over RemoteTrigger's machinery.

Called by: Ocpp16 (handle), RemoteTrigger (begin, poll_call), also while Pending. The answer leaves
first, then the message (G4). Source: OCPP 1.6 security whitepaper ed.3 ch. 5; W11 of the behaviour
rules. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.ocpp16.certificate_tables import EXTENDED_TRIGGER
from chargecore.ocpp16.remote_trigger import (
    TRIGGER_BOOT,
    TRIGGER_HEARTBEAT,
    TRIGGER_METER_VALUES,
    TRIGGER_STATUS,
)

# Messages that only this call can ask for: numbers of RemoteTrigger.begin().
_LOG = const(7)
_FIRMWARE = const(8)
_SIGN = const(9)
_WORDS = (
    b"BootNotification",
    b"FirmwareStatusNotification",
    b"Heartbeat",
    b"LogStatusNotification",
    b"MeterValues",
    b"SignChargePointCertificate",
    b"StatusNotification",
)
_MESSAGES = (
    TRIGGER_BOOT,
    _FIRMWARE,
    TRIGGER_HEARTBEAT,
    _LOG,
    TRIGGER_METER_VALUES,
    _SIGN,
    TRIGGER_STATUS,
)
_IDLE = b"Idle"


class ExtendedTrigger:
    """Handler of the call, and source of the three messages that are not RemoteTrigger's.

    files: LogUpload and, when it is loaded, SignedUpdates: `status_word` and `request_id` for the
    two notifications. The id is left out with Idle (L01.FR.28). sign: SignCertificate.
    """

    def __init__(self, rpc, trigger, files, sign, config):
        self._rpc = rpc
        self._trigger = trigger
        self._logs = files[0]
        self._updates = files[1] if len(files) > 1 else None
        self._sign = sign
        self._config = config
        self._render_answer = self.render_answer
        self._render_status = self.render_status
        self._answer = self.answered
        self._word = b""  # of the answer
        self._status = _IDLE  # of the notification in flight
        self._request_id = 0
        self._wants_log = False
        self._wants_firmware = False
        self.sources = ()
        self.actions = ((b"ExtendedTriggerMessage", EXTENDED_TRIGGER, self.handle),)
        trigger.extended = self

    def handle(self, reader, payload_idx):  # HOT
        """Answer ExtendedTriggerMessage: Accepted, Rejected, NotImplemented."""
        reader.clear()
        place = reader.word_index(reader.values[0], _WORDS)
        is_known = reader.error == OK
        reader.clear()
        word = b"NotImplemented"
        if is_known:
            message = _MESSAGES[place]
            word = b"Rejected"
            if message != _SIGN or self._sign.is_possible:
                word = self._trigger.ask(message, reader.values[1])
        self._word = word
        self._rpc.reply(self._render_answer, None)

    def render_answer(self, w, arg):  # HOT
        """Write {"status": word}."""
        w.open_object()
        w.key(b"status")
        w.text(self._word)
        w.close_object()

    def begin(self, message):
        """The answer has left: what it promised may be sent."""
        if message == _LOG:
            self._wants_log = True
        elif message == _FIRMWARE:
            self._wants_firmware = True
        else:
            self._sign.request()

    def poll_call(self, now_ms):  # HOT
        """Send the next one. Return True when a call was placed."""
        if self._wants_log:
            self._wants_log = False
            return self._tell(b"LogStatusNotification", self._logs)
        if self._wants_firmware:
            self._wants_firmware = False
            return self._tell(b"SignedFirmwareStatusNotification", self._updates)
        return self._sign.poll_call(now_ms)

    def _tell(self, action, job):  # HOT
        self._status = _IDLE
        if job is not None:
            self._status = job.status_word
            self._request_id = job.request_id
        timeout_ms = self._config.message_timeout_s * 1000
        return self._rpc.call(action, self._render_status, None, self._answer, timeout_ms) == OK

    def render_status(self, w, arg):  # HOT
        """Write status and requestId."""
        w.open_object()
        w.key(b"status")
        w.text(self._status)
        if self._status != _IDLE:
            w.key(b"requestId")
            w.int(self._request_id)
        w.close_object()

    def answered(self, answer, arg):  # HOT
        """Nothing follows from the answer; a lost triggered message is not sent again."""

    def poll(self, now_ms):  # HOT
        """Nothing goes on between messages."""

    def dropped(self):  # HOT
        """The connection is gone, and with it who asked."""
        self._wants_log = False
        self._wants_firmware = False
