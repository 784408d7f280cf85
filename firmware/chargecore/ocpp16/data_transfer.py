"""DataTransfer in both directions. This station knows no vendor, so it says UnknownVendorId (G5).

Source: OCPP 1.6 §4.3, §5.6. Heap: buffers at start; start() copies its texts into them.
"""

from micropython import const

from chargecore.base.codes import E_BUSY, E_LENGTH, OK
from chargecore.wire.rpc import ANSWER_RESULT

_VENDOR_MAX = const(255)
_MESSAGE_MAX = const(50)
_DATA_MAX = const(512)
_STATUS_WORDS = (b"Accepted", b"Rejected", b"UnknownMessageId", b"UnknownVendorId")

TRANSFER_NONE = const(0)
TRANSFER_WAITING = const(1)
TRANSFER_ANSWERED = const(2)
TRANSFER_FAILED = const(3)


class DataTransfer:
    """`state` is TRANSFER_* of our own transfer, `status_word` and data_buf[:data_len] its answer.

    Data of an answer that does not fit into data_buf is dropped; status_word counts.
    """

    def __init__(self, rpc, config):
        self._rpc = rpc
        self._config = config
        self._vendor = b""
        self._message_id = b""
        self._data = b""
        self.data_buf = bytearray(_DATA_MAX)
        self.data_len = 0
        self.status_word = b""
        self.state = TRANSFER_NONE
        self._is_sent = False
        self._render = self.render
        self._answer = self.answered
        self._render_answer = self.render_answer

    def handle(self, reader, payload_idx):  # HOT
        """Answer the server's DataTransfer."""
        self._rpc.reply(self._render_answer, None)

    def render_answer(self, w, arg):  # HOT
        """Write {"status":"UnknownVendorId"}, without data."""
        w.open_object()
        w.key(b"status")
        w.text(b"UnknownVendorId")
        w.close_object()

    def start(self, vendor, message_id, data):
        """Ask the server; the texts are bytes, message_id and data may be empty.

        Return OK, E_BUSY while one is under way, or E_LENGTH. It waits until the boot is accepted.
        """
        if self.state == TRANSFER_WAITING:
            return E_BUSY
        if not 0 < len(vendor) <= _VENDOR_MAX or len(message_id) > _MESSAGE_MAX:
            return E_LENGTH
        self._vendor = vendor
        self._message_id = message_id
        self._data = data
        self.status_word = b""
        self.data_len = 0
        self._is_sent = False
        self.state = TRANSFER_WAITING
        return OK

    def poll_call(self, now_ms):  # HOT
        """Send the transfer that waits. Return True when a call was placed."""
        if self.state != TRANSFER_WAITING or self._is_sent:
            return False
        timeout_ms = self._config.message_timeout_s * 1000
        if self._rpc.call(b"DataTransfer", self._render, None, self._answer, timeout_ms) != OK:
            return False
        self._is_sent = True
        return True

    def render(self, w, arg):  # HOT
        """Write the payload."""
        w.open_object()
        w.key(b"vendorId")
        w.text(self._vendor)
        if self._message_id:
            w.key(b"messageId")
            w.text(self._message_id)
        if self._data:
            w.key(b"data")
            w.text(self._data)
        w.close_object()

    def answered(self, status, arg):
        """Keep the answer for whoever asked."""
        self.state = TRANSFER_FAILED
        if status != ANSWER_RESULT:
            return
        reader = self._rpc.reader
        reader.clear()
        word = reader.word_index(reader.find(self._rpc.payload_idx, b"status"), _STATUS_WORDS)
        if reader.error == OK:
            self.status_word = _STATUS_WORDS[word]
            self.state = TRANSFER_ANSWERED
            data_idx = reader.find(self._rpc.payload_idx, b"data")
            length = reader.copy_text(data_idx, self.data_buf, _DATA_MAX)
            self.data_len = length if length > 0 else 0
        reader.clear()
