"""An OCPP server without a network: the bench gives it to the firmware as its socket module.

The firmware's own net and wire run against it unchanged: upgrade, masked frames, pings. It answers
each call before the next pass, counts what came by action, and allocates nothing once it is open,
so that whatever the heap grows by is the firmware's.
"""

import binascii
import errno
import hashlib
import io

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_POLL_IOCTL = 3  # MicroPython's stream protocol: MP_STREAM_POLL
_BUF_SIZE = 8_192
_TEXT, _PING, _PONG = 1, 9, 10
_QUOTE = 0x22

# action, payload of its answer
_ANSWERS = (
    (
        b"BootNotification",
        b'{"currentTime":"2026-11-24T10:00:00Z","interval":86400,"status":"Accepted"}',
    ),
    (b"Heartbeat", b'{"currentTime":"2026-11-24T10:00:00Z"}'),
    (b"StatusNotification", b"{}"),
    (b"MeterValues", b"{}"),
    (b"Authorize", b'{"idTagInfo":{"status":"Accepted"}}'),
    (b"StartTransaction", b'{"idTagInfo":{"status":"Accepted"},"transactionId":7}'),
    (b"StopTransaction", b"{}"),
    (b"DataTransfer", b'{"status":"Accepted"}'),
    (b"SecurityEventNotification", b"{}"),
)


class MemorySocket(io.IOBase):
    """One end of the connection: what the firmware writes goes to the server at once."""

    def __init__(self, server):
        self._server = server

    def ioctl(self, request, arg):
        """Tell poll() that both ways are free."""
        return arg & 5 if request == _POLL_IOCTL else 0

    def setblocking(self, is_blocking):
        """Accept it: nothing here ever waits."""

    def connect(self, address):
        """Begin, as a TCP connection does."""
        self._server.begin()
        raise OSError(errno.EINPROGRESS)

    def write(self, buf, at=0, count=-1):
        """Hand count bytes of buf[at:] to the server. Return how many."""
        if count < 0:
            count = len(buf) - at
        self._server.take(buf, at, count)
        return count

    def readinto(self, buf):
        """Fill buf with what the server has sent. Return the count, or None."""
        return self._server.give(buf)

    def close(self):
        """Accept it."""


class MemoryServer:
    """The socket module's place, and the server behind it. `counts` goes along _ANSWERS."""

    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2

    def __init__(self):
        self._socket = MemorySocket(self)
        self._request = b""
        self._in_buf = bytearray(_BUF_SIZE)  # payload of the frame that comes in
        self._out_buf = bytearray(_BUF_SIZE)  # bytes for the firmware
        self._head_buf = bytearray(14)
        self._counts = [0] * len(_ANSWERS)
        self.is_open = False  # the upgrade is over
        self._head_len = 0
        self._head_need = 2
        self._in_len = 0
        self._in_need = 0
        self._out_at = 0
        self._out_len = 0
        self.answered = 0  # calls of ours that the firmware has answered with a result
        self.refused = 0  # and with an error
        self.unknown = 0  # calls that this server does not know

    # ---- the socket module ----

    def socket(self, *_kind):
        """Return the one socket there is."""
        return self._socket

    def getaddrinfo(self, host, port, *_more):
        """Return something for connect()."""
        return [(self.AF_INET, self.SOCK_STREAM, 0, "", (host, port))]

    def close_all(self):
        """Accept it: the board closes its sockets at the end."""

    # ---- for the bench ----

    def count(self, action):
        """Return how many calls with that action came."""
        for idx in range(len(_ANSWERS)):
            if _ANSWERS[idx][0] == action:
                return self._counts[idx]
        return 0

    def send(self, text):
        """Send a text message to the firmware."""
        self._begin_frame(_TEXT, len(text))
        self._put(text)

    # ---- the connection ----

    def begin(self):
        """Expect an upgrade request."""
        self._request = b""
        self.is_open = False
        self._out_at = self._out_len = 0
        self._end_frame()

    def give(self, buf):
        """Fill buf with bytes for the firmware."""
        at = self._out_at
        count = min(len(buf), self._out_len - at)
        if count == 0:
            return None
        out_buf = self._out_buf
        for i in range(count):
            buf[i] = out_buf[at + i]
        self._out_at = at + count
        if self._out_at == self._out_len:
            self._out_at = self._out_len = 0
        return count

    def take(self, buf, at, count):
        """Take bytes from the firmware."""
        if not self.is_open:
            self._request += bytes(buf[at : at + count])
            if self._request.endswith(b"\r\n\r\n"):
                self._upgrade()
            return
        for i in range(at, at + count):
            self._take_byte(buf[i])

    def _upgrade(self):
        key = self._request.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
        accept = binascii.b2a_base64(hashlib.sha1(key + _GUID).digest()).strip()
        self._put(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.is_open = True

    def _take_byte(self, byte):
        head_buf = self._head_buf
        if self._head_len < self._head_need:
            head_buf[self._head_len] = byte
            self._head_len += 1
            if self._head_len == 2 and byte & 0x7F == 126:
                self._head_need = 8
            elif self._head_len == 2:
                self._head_need = 6
            if self._head_len == self._head_need:
                size = head_buf[1] & 0x7F
                self._in_need = size if size < 126 else head_buf[2] << 8 | head_buf[3]
        else:
            self._in_buf[self._in_len] = byte ^ head_buf[self._head_need - 4 + (self._in_len & 3)]
            self._in_len += 1
        if self._head_len == self._head_need and self._in_len == self._in_need:
            self._frame(head_buf[0] & 0x0F)
            self._end_frame()

    def _end_frame(self):
        self._head_len = 0
        self._head_need = 2
        self._in_len = self._in_need = 0

    def _frame(self, opcode):
        if opcode == _TEXT:
            self._message()
        elif opcode == _PING:
            self._begin_frame(_PONG, self._in_len)
            self._put_range(self._in_buf, 0, self._in_len)

    def _message(self):
        """[2,"id","Action",{...}] or [3,"id",{...}] or [4,...], as the firmware writes them."""
        kind = self._in_buf[1]
        if kind == 0x33:
            self.answered += 1
        elif kind == 0x34:
            self.refused += 1
        else:
            id_at = self._after_quote(0)
            id_end = self._after_quote(id_at) - 1
            self._answer(id_at, id_end, self._after_quote(id_end + 1))

    def _after_quote(self, at):
        buf = self._in_buf
        while buf[at] != _QUOTE:
            at += 1
        return at + 1

    def _answer(self, id_at, id_end, action_at):
        for idx in range(len(_ANSWERS)):
            row = _ANSWERS[idx]
            if self._is_action(action_at, row[0]):
                self._counts[idx] += 1
                payload = row[1]
                self._begin_frame(_TEXT, 4 + (id_end - id_at) + 2 + len(payload) + 1)
                self._put(b'[3,"')
                self._put_range(self._in_buf, id_at, id_end)
                self._put(b'",')
                self._put(payload)
                self._put(b"]")
                return
        self.unknown += 1

    def _is_action(self, at, action):
        buf = self._in_buf
        for i in range(len(action)):
            if buf[at + i] != action[i]:
                return False
        return buf[at + len(action)] == _QUOTE

    def _begin_frame(self, opcode, size):
        out_buf = self._out_buf
        out_buf[self._out_len] = 0x80 | opcode
        if size < 126:
            out_buf[self._out_len + 1] = size
            self._out_len += 2
        else:
            out_buf[self._out_len + 1] = 126
            out_buf[self._out_len + 2] = size >> 8
            out_buf[self._out_len + 3] = size & 0xFF
            self._out_len += 4

    def _put(self, data):
        self._put_range(data, 0, len(data))

    def _put_range(self, data, start, end):
        out_buf = self._out_buf
        at = self._out_len
        for i in range(start, end):
            out_buf[at] = data[i]
            at += 1
        self._out_len = at
