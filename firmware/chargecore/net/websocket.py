"""WebSocket: an RFC 6455 client over a stream that is connected already.

Called by: connection (open_upgrade, poll, close), the RPC layer (the channel part), and whoever
sets ping_interval_s.
Never: connects, resolves names, decides when to try again.
Heap: rx_size + 1.5 KiB at start; the upgrade allocates; nothing once it is open.
"""

import errno

from micropython import const

from chargecore.base.codes import E_BUSY, OK
from chargecore.base.events import (
    EV_HTTP_REFUSED,
    EV_PONG_MISSING,
    EV_SERVER_CLOSED,
    EV_UPGRADE_INVALID,
    EV_WRONG_SUBPROTOCOL,
    EV_WS_PROTOCOL_ERROR,
)
from chargecore.base.ticks import ticks_diff
from chargecore.net.http import UpgradeAnswer, make_key, make_request
from chargecore.net.ws_frame import (
    CLOSE_ABNORMAL,
    CLOSE_GOING_AWAY,
    CLOSE_NO_CODE,
    CLOSE_PROTOCOL_ERROR,
)
from chargecore.net.ws_receiver import (
    FOUND_CLOSE,
    FOUND_FAULT,
    FOUND_MESSAGE,
    FOUND_PING,
    FOUND_PONG,
    WsReceiver,
)
from chargecore.net.ws_sender import WsSender

WS_CLOSED = const(0)
WS_UPGRADING = const(1)
WS_OPEN = const(2)
WS_CLOSING = const(3)

_CHUNK_SIZE = const(512)
_CHUNKS_PER_POLL = const(4)  # so that a flood of data leaves time for the other steps
_CLOSING_MS = const(5000)  # for the server's close frame after ours
_LINGER_MS = const(1000)  # for the server to close TCP first, RFC 6455 §7.1.1
_STALL_MS = const(30_000)  # a message of which no byte leaves for so long is on a dead connection


_EPIPE = const(32)  # MicroPython's errno module has no name for it
# What a stream says when the other side has closed or reset it.
_BY_SERVER = (0, errno.ECONNRESET, _EPIPE)


class WebSocket:
    """The channel of the RPC layer: whole text messages in and out.

    `writer` is a JsonWriter over tx_buf[HEADER_MAX:]. A message longer than rx_size is delivered
    as its head, with rx_total_len > rx_len. rx_ready stops reading until rx_release().
    """

    def __init__(self, stream, writer, tx_buf, rx_size, clock, events, random_bits):
        self._stream = stream
        self._clock = clock
        self._events = events
        self._random_bits = random_bits
        self._sender = WsSender(stream, writer, tx_buf, random_bits)
        self._receiver = WsReceiver(rx_size)
        self._answer = UpgradeAnswer()
        self.ping_interval_s = 0  # 0: none
        self.rx_buf = self._receiver.rx_buf
        self._chunk_buf = bytearray(_CHUNK_SIZE)
        self._chunk_at = 0  # next byte of _chunk_buf to look at
        self._chunk_end = 0  # end of what was read into it
        self._request = b""  # the upgrade request
        self._request_at = 0  # next byte of it to write
        self._subprotocol = b""
        self.state = WS_CLOSED
        self.is_open = False  # messages can go both ways
        self.rx_ready = False  # rx_buf[:rx_len] holds a message
        self.http_status = 0  # of the latest upgrade; 0: no answer
        self.close_code = CLOSE_NO_CODE  # why the latest connection ended
        self.is_ended_by_server = False  # it closed first: close frame, end of TCP, or reset
        self._is_deaf = False  # what comes cannot be read as frames any more
        self._is_peer_done = False  # the server's close frame has come
        self._closing_at_ms = 0  # when the state became WS_CLOSING
        self._ping_at_ms = 0  # when the latest ping was due, or the connection opened
        self._is_pong_due = False  # a ping has not been answered
        self._sent_count = 0  # the sender's, when a byte was last seen leaving
        self._sent_at_ms = 0  # and when that was

    @property
    def rx_len(self):  # HOT
        """Bytes of the message that stand in rx_buf."""
        return self._receiver.rx_len

    @property
    def rx_total_len(self):  # HOT
        """Bytes of the whole message."""
        return self._receiver.rx_total_len

    @property
    def tx_idle(self):  # HOT
        """Whether no message is being sent."""
        return self._sender.is_text_idle

    def use(self, stream):
        """Set the stream of the next connection, while there is none."""
        self._stream = stream
        self._sender.use(stream)

    def open_upgrade(self, host, path, subprotocol, auth_b64):
        """Begin the upgrade on the stream, which is connected. All bytes; auth_b64 may be None."""
        key = make_key(self._random_bits)
        self._request = make_request(host, path, key, subprotocol, auth_b64)
        self._request_at = 0
        self._subprotocol = subprotocol
        self._answer.reset(key)
        self._sender.reset()
        self._receiver.reset()
        self._chunk_at = 0
        self._chunk_end = 0
        self.rx_ready = False
        self.http_status = 0
        self.close_code = CLOSE_ABNORMAL
        self.is_ended_by_server = False
        self._is_deaf = False
        self._is_peer_done = False
        self.state = WS_UPGRADING

    def send_message(self, render, arg):  # HOT
        """Send the text that render(writer, arg) writes. Return OK, or E_BUSY when not possible.

        render is called again for each window of a long message and must write the same each time.
        """
        if not self.is_open or self._sender.send_text(render, arg) != OK:
            return E_BUSY
        self._sent_at_ms = self._clock.ticks_ms()
        self._sender.flush()  # an error shows again in poll()
        return OK

    def rx_release(self):  # HOT
        """Give rx_buf back for the next message."""
        self.rx_ready = False
        self._receiver.release()

    def close(self, code):
        """Begin the close handshake; without an open connection, drop what there is."""
        if self.state == WS_OPEN:
            self.close_code = code
            self._begin_closing(code)
        elif self.state == WS_UPGRADING:
            self.abort(code)

    def abort(self, code):
        """Drop the connection without a handshake."""
        if self.state != WS_CLOSED:
            self.close_code = code
            self._end()

    def poll(self, now_ms):  # HOT
        """Read, write and keep the times. The state changes here and in close() and abort()."""
        state = self.state
        if state == WS_CLOSED:
            return
        if state == WS_UPGRADING:
            self._poll_upgrade(now_ms)
            return
        if not self.rx_ready:
            self._read(now_ms)
            if self.state == WS_CLOSED:
                return
        if self._sender.flush() < 0:
            self._broke()
        elif self.state == WS_CLOSING:
            self._watch_closing(now_ms)
        else:
            self._watch_open(now_ms)

    def _poll_upgrade(self, now_ms):
        """Write the request, then read the answer."""
        request = self._request
        if self._request_at < len(request):
            took = self._stream.write(request, self._request_at, len(request) - self._request_at)
            if took < 0:
                self._broke()
                return
            self._request_at += took
        count = self._stream.readinto(self._chunk_buf)
        head = self._answer.head
        if count > 0:
            self._chunk_at = head.take(self._chunk_buf, 0, count)
            self._chunk_end = count
        self.http_status = head.status
        if head.is_complete or head.error or (count < 0 and head.status):
            self._answered(now_ms)
        elif count < 0:
            self._broke()

    def _answered(self, now_ms):
        """Judge the answer to the upgrade. Source: OCPP-J 1.6 §3.2 for the subprotocol."""
        answer = self._answer
        head = answer.head
        if head.error:
            self._events.add(EV_UPGRADE_INVALID, head.error)
            self._end()
        elif head.status != 101:
            self._events.add(EV_HTTP_REFUSED, head.status)
            self._end()
        elif not answer.is_upgrade:
            self._events.add(EV_UPGRADE_INVALID, head.status)
            self._end()
        else:
            self._request = b""
            self._ping_at_ms = now_ms
            self._is_pong_due = False
            self._sent_at_ms = now_ms
            if answer.subprotocol == self._subprotocol:
                self.state = WS_OPEN
                self.is_open = True
            else:
                self._events.add(EV_WRONG_SUBPROTOCOL)
                self.close_code = CLOSE_PROTOCOL_ERROR
                self._begin_closing(CLOSE_PROTOCOL_ERROR)

    def _read(self, now_ms):  # HOT
        """Read until a message is complete, nothing is left, or it has been enough."""
        for _ in range(_CHUNKS_PER_POLL):
            if self._chunk_at == self._chunk_end:
                count = self._stream.readinto(self._chunk_buf)
                if count < 0:
                    self._broke()
                if count <= 0:
                    return
                self._chunk_at = 0
                self._chunk_end = count
            while self._chunk_at < self._chunk_end and not self.rx_ready:
                if self._is_deaf:
                    self._chunk_at = self._chunk_end
                else:
                    self._take(now_ms)
            if self.rx_ready:
                return

    def _take(self, now_ms):  # HOT
        """Read the next thing out of the chunk and act on it."""
        receiver = self._receiver
        self._chunk_at = receiver.take(self._chunk_buf, self._chunk_at, self._chunk_end)
        found = receiver.found
        if found == FOUND_MESSAGE:
            if self.is_open:
                self.rx_ready = True
            else:
                receiver.release()  # nobody listens any more while it closes
        elif found == FOUND_PING:
            if self.is_open:
                self._sender.send_pong(receiver.control_buf, receiver.control_len)
        elif found == FOUND_PONG:
            self._is_pong_due = False
        elif found == FOUND_CLOSE:
            self._server_closed(receiver.close_code, now_ms)
        elif found == FOUND_FAULT:
            self._is_deaf = True
            if self.is_open:
                self._events.add(EV_WS_PROTOCOL_ERROR, receiver.close_code)
                self.close(receiver.close_code)

    def _server_closed(self, code, now_ms):
        """Answer the server's close frame, unless it is the answer to ours."""
        self._is_peer_done = True
        self._is_deaf = True
        if self.is_open:
            self._events.add(EV_SERVER_CLOSED, code)
            self.is_ended_by_server = True
            self.close_code = code
            self._begin_closing(code)
        self._closing_at_ms = now_ms

    def _begin_closing(self, code):
        self.is_open = False
        self.rx_ready = False
        self.state = WS_CLOSING
        self._closing_at_ms = self._clock.ticks_ms()
        self._sender.send_close(code)
        self._sender.flush()  # at once: a reset may follow; an error shows again in poll()

    def _watch_closing(self, now_ms):
        """Wait for the server to close TCP, but not for ever."""
        waited_ms = ticks_diff(now_ms, self._closing_at_ms)
        is_done = self._is_peer_done and self._sender.is_close_sent
        if waited_ms >= (_LINGER_MS if is_done else _CLOSING_MS):
            self._end()

    def _watch_open(self, now_ms):  # HOT
        """Send pings, miss pongs, notice that nothing leaves. Source: OCPP-J errata §3.11."""
        sender = self._sender
        if sender.is_text_idle or sender.sent_count != self._sent_count:
            self._sent_count = sender.sent_count
            self._sent_at_ms = now_ms
        elif ticks_diff(now_ms, self._sent_at_ms) >= _STALL_MS:
            self._end()
            return
        interval_s = self.ping_interval_s
        if interval_s <= 0:
            self._is_pong_due = False
            self._ping_at_ms = now_ms
        elif ticks_diff(now_ms, self._ping_at_ms) >= interval_s * 1000:
            if self._is_pong_due:
                self._events.add(EV_PONG_MISSING, interval_s)
                self.abort(CLOSE_GOING_AWAY)
                return
            self._ping_at_ms = now_ms
            self._is_pong_due = True
            sender.send_ping()
            sender.flush()  # an error shows again in poll()

    def _broke(self):
        """The stream has ended; note who did it, unless we had begun to close."""
        if self.state != WS_CLOSING:
            self.is_ended_by_server = self._stream.errno in _BY_SERVER
        self._end()

    def _end(self):
        """Close the stream: nothing more comes or goes."""
        self.state = WS_CLOSED
        self.is_open = False
        self.rx_ready = False
        self._request = b""
        self._sender.reset()
        self._stream.close()
