"""RecordGate: what mbedtls reads and writes through: one TLS record at a time while it handshakes.

Called by: the tls module, out of C, which must see no exception; TlsStream for what went by.
Never: waits, raises, looks at anything that is encrypted.
Heap: none after __init__.

mbedtls does the arithmetic of a whole flight in one call when its stream lets it. So before each
record the gate says "later" once: mbedtls leaves, the scheduler has its turn, and the next call
goes on with that record. tick() runs before every record and every operation with a key: it must
not raise, and must not come back here.
Source: RFC 5246 §6.2 (records), §7.2 (alerts), §7.4 (handshake messages).
"""

import errno
import io

from micropython import const

_CHANGE_CIPHER = const(20)
_ALERT = const(21)
_HANDSHAKE = const(22)
_HEAD_LEN = const(5)  # kind, version u16, length u16
_MINOR_1_2 = const(3)  # TLS 1.2 is version 3.3
_MESSAGE_HEAD_LEN = const(4)  # kind, length u24
_DRAIN_B = const(64)
_DRAINS = const(8)
_SERVER_HELLO = const(2)
_CERTIFICATE_REQUEST = const(13)
_SERVER_HELLO_DONE = const(14)

NO_ALERT = const(-1)


class RecordGate(io.IOBase):
    """`stream` is a connected stream of the protocol in net/__init__.py; tick() takes nothing."""

    def __init__(self, stream, tick):
        self._stream = stream
        self._tick = tick
        self._head_buf = bytearray(_HEAD_LEN)
        self._drain_buf = bytearray(_DRAIN_B)
        self.reset()

    def reset(self):
        """Begin another handshake."""
        self.is_open = False  # the handshake is over: everything passes
        self.is_done = False  # the server's Finished has been handed over
        self.is_ended = False  # an alert came on the open connection: nothing follows it
        self.has_hello = False  # a ServerHello came
        self.is_asked = False  # the server wants a certificate of the client
        self.is_our_turn = False  # its first flight was whole: what it sends now answers ours
        self.alert = NO_ALERT  # description of the alert the server sent in the clear
        self.is_old = False  # and it sent it with a version below TLS 1.2
        self.errno = 0  # of the stream, when it failed
        self._is_read_due = False  # the gate has said "later" to the record that comes next
        self._is_write_due = False
        self._is_ending = False  # the stream has ended, which mbedtls has not been told yet
        self._is_secret = False  # what the server sends is encrypted from here on
        self._head_len = 0  # bytes of the record's head that have come
        self._body_left = 0  # bytes of its body still to come
        self._alert_len = 0  # bytes of an alert seen
        self._message_head_len = 0  # bytes of a handshake message's head seen
        self._message_kind = 0
        self._message_left = 0  # bytes of that message still to come

    def readinto(self, buf):  # HOT
        """Give what has come: bytes read, 0 at the end, None for later, or a negative errno."""
        if not self.is_open:
            if self._head_len == 0 and not self._is_read_due:
                self._is_read_due = True
                return None
            self._tick()
        count = self._stream.readinto(buf)
        if count == 0:
            return None
        if count < 0:
            return self._ended()
        self._follow(buf, count)
        return count

    def write(self, buf):  # HOT
        """Take a record or the rest of one: bytes taken, None for later, or a negative errno."""
        count = len(buf)
        if not self.is_open:
            self._tick()
            # mbedtls forgets an alert that it cannot send at once.
            if not self._is_write_due and count and buf[0] != _ALERT:
                self._is_write_due = True
                return None
        taken = self._stream.write(buf, 0, count)
        if taken < 0:
            self.errno = self._stream.errno or errno.ECONNRESET
            return -self.errno
        if taken == 0:
            return None
        self._is_write_due = taken < count
        return taken

    def drain(self):
        """Look for an alert in what the server has sent before the connection broke."""
        for _ in range(_DRAINS):
            count = self._stream.readinto(self._drain_buf)
            if count <= 0:
                return
            self._follow(self._drain_buf, count)

    def ioctl(self, request, argument):
        """Nothing to do: the owner of the stream polls and closes it."""
        return 0

    def _ended(self):  # HOT
        """Tell the end one call late: mbedtls's caller would lose what it has read just before."""
        if not self._is_ending:
            self._is_ending = True
            return None
        self.errno = self._stream.errno
        return -self.errno

    # ---- what goes by ----

    def _follow(self, buf, count):  # HOT
        """Keep track of records and, where they can be read, of what is in them."""
        at = 0
        while at < count:
            if self._head_len < _HEAD_LEN:
                self._head_buf[self._head_len] = buf[at]
                self._head_len += 1
                at += 1
                if self._head_len == _HEAD_LEN:
                    self._body_left = self._head_buf[3] << 8 | self._head_buf[4]
            else:
                end = min(at + self._body_left, count)
                self._body_left -= end - at
                if not (self._is_secret or self.is_open):
                    self._look(buf, at, end)
                at = end
            if self._head_len == _HEAD_LEN and self._body_left == 0:
                self._record_ended()

    def _record_ended(self):  # HOT
        kind = self._head_buf[0]
        if self.is_open:
            self.is_ended = self.is_ended or kind == _ALERT
        elif kind == _CHANGE_CIPHER:
            self._is_secret = True
        elif kind == _HANDSHAKE and self._is_secret:
            self.is_done = True
        self._head_len = 0
        self._is_read_due = False

    def _look(self, buf, at, end):  # HOT
        """Look at a part of a body in the clear."""
        kind = self._head_buf[0]
        if kind == _ALERT:
            while at < end:
                self._alert_len += 1
                if self._alert_len == 2:
                    self.alert = buf[at]
                    self.is_old = self._head_buf[2] < _MINOR_1_2
                at += 1
        elif kind == _HANDSHAKE:
            while at < end:
                if self._message_head_len < _MESSAGE_HEAD_LEN:
                    self._message_byte(buf[at])
                    at += 1
                else:
                    count = min(self._message_left, end - at)
                    self._message_left -= count
                    at += count
                if self._message_head_len == _MESSAGE_HEAD_LEN and self._message_left == 0:
                    self._message_head_len = 0

    def _message_byte(self, byte):  # HOT
        """Read a byte of a message's head."""
        if self._message_head_len == 0:
            self._message_kind = byte
            self._message_left = 0
            if byte == _SERVER_HELLO:
                self.has_hello = True
            elif byte == _CERTIFICATE_REQUEST:
                self.is_asked = True
            elif byte == _SERVER_HELLO_DONE:
                self.is_our_turn = True
        else:
            self._message_left = self._message_left << 8 | byte
        self._message_head_len += 1
