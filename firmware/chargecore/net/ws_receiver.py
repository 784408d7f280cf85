"""WsReceiver: takes WebSocket frames apart and puts text messages together.

Called by: websocket, with each chunk read from the stream.
Never: touches the stream, answers anything, judges UTF-8 (the JSON reader does that).
Heap: rx_size + 0.3 KiB at start, none after.
"""

from array import array

from micropython import const

from chargecore.net.ws_frame import (
    CLOSE_NO_CODE,
    CLOSE_PROTOCOL_ERROR,
    CLOSE_TOO_BIG,
    CLOSE_UNSUPPORTED,
    CONTROL_MAX,
    FIN,
    MASKED,
    OP_BINARY,
    OP_CLOSE,
    OP_CONTINUATION,
    OP_PING,
    OP_PONG,
    OP_TEXT,
    copy_range,
)

FOUND_NOTHING = const(0)
FOUND_MESSAGE = const(1)  # rx_buf[:rx_len] holds a text message of rx_total_len bytes
FOUND_PING = const(2)  # control_buf[:control_len] is its payload
FOUND_PONG = const(3)
FOUND_CLOSE = const(4)  # close_code says why
FOUND_FAULT = const(5)  # the server broke the rules; close_code is what to tell it

_RSV = const(0x70)
_TOTAL_MAX = const(0x1FFFFFFF)  # a longer message than that is refused, not counted
_CODE_MIN = const(1000)
_CODE_MAX = const(4999)


class WsReceiver:
    """One message at a time. Longer than rx_size: the head is kept and the rest counted."""

    def __init__(self, rx_size):
        self._rx_size = rx_size
        self.rx_buf = bytearray(rx_size)
        self.control_buf = bytearray(CONTROL_MAX)
        self._header_buf = bytearray(10)
        self._span = array("i", [0, 0, 0])
        self._header_len = 0  # bytes of the header that have come
        self._header_need = 2  # bytes the header has, as far as known
        self._opcode = 0  # of the frame being read
        self._is_final = False  # that frame ends its message
        self._rest_len = 0  # payload bytes of it still to come
        self._in_message = False  # a text message has begun and not ended
        self.rx_len = 0  # bytes of the message in rx_buf
        self.rx_total_len = 0  # bytes of the message
        self.control_len = 0  # bytes in control_buf
        self.found = FOUND_NOTHING  # FOUND_* of the latest take()
        self.close_code = CLOSE_NO_CODE  # for FOUND_CLOSE and FOUND_FAULT

    def reset(self):
        """Forget everything: a new connection begins."""
        self._header_len = 0
        self._header_need = 2
        self._rest_len = 0
        self._in_message = False
        self.release()
        self.control_len = 0
        self.found = FOUND_NOTHING
        self.close_code = CLOSE_NO_CODE

    def release(self):  # HOT
        """Make room for the next message."""
        self.rx_len = 0
        self.rx_total_len = 0

    def take(self, chunk_buf, at, end):  # HOT
        """Read chunk_buf[at:end] up to the first thing worth telling; return the index behind it.

        Afterwards `found` says what it was; FOUND_NOTHING means that all bytes are used.
        """
        self.found = FOUND_NOTHING
        while self.found == FOUND_NOTHING and at < end:
            if self._header_len < self._header_need:
                self._header_buf[self._header_len] = chunk_buf[at]
                self._header_len += 1
                at += 1
                if self._header_len == self._header_need:
                    self._header_grown()
            else:
                count = min(self._rest_len, end - at)
                self._keep(chunk_buf, at, count)
                at += count
                self._rest_len -= count
                if self._rest_len == 0:
                    self._frame_ended()
        return at

    def _header_grown(self):  # HOT
        """Act on a header that has reached the length known so far."""
        header_buf = self._header_buf
        length = header_buf[1]
        if self._header_need == 2:
            fault = self._fault_of(header_buf[0], length)
            if fault:
                self._fail(fault)
                return
            if length == 126:
                self._header_need = 4
                return
            if length == 127:
                self._header_need = 10
                return
        elif self._header_need == 4:
            length = header_buf[2] << 8 | header_buf[3]
        else:
            if header_buf[2] | header_buf[3] | header_buf[4] | header_buf[5] or header_buf[6] > 31:
                self._fail(CLOSE_TOO_BIG)
                return
            length = header_buf[6] << 24 | header_buf[7] << 16 | header_buf[8] << 8 | header_buf[9]
        self._begin(length)

    def _fault_of(self, first, second):  # HOT
        """Return the close code these header bytes earn, or 0. Source: RFC 6455 §5.1 to §5.5."""
        opcode = first & 15
        if first & _RSV or second & MASKED:
            return CLOSE_PROTOCOL_ERROR
        if opcode >= OP_CLOSE:
            if opcode > OP_PONG or not first & FIN or second > CONTROL_MAX:
                return CLOSE_PROTOCOL_ERROR
            return 0
        if opcode == OP_BINARY:
            return CLOSE_UNSUPPORTED
        if opcode > OP_BINARY or self._in_message == (opcode == OP_TEXT):
            return CLOSE_PROTOCOL_ERROR
        return 0

    def _begin(self, length):  # HOT
        """Begin the payload of a frame whose header is complete."""
        first = self._header_buf[0]
        self._opcode = first & 15
        self._is_final = first & FIN != 0
        self._rest_len = length
        if self._opcode >= OP_CLOSE:
            self.control_len = 0
        else:
            if self._opcode != OP_CONTINUATION:
                self.release()
            if length > _TOTAL_MAX - self.rx_total_len:
                self._fail(CLOSE_TOO_BIG)
                return
            self._in_message = True
        if length == 0:
            self._frame_ended()

    def _keep(self, chunk_buf, at, count):  # HOT
        """Store count bytes of payload where they belong, as far as there is room."""
        span = self._span
        span[1] = at
        if self._opcode >= OP_CLOSE:
            span[0] = self.control_len
            span[2] = count
            copy_range(self.control_buf, chunk_buf, span)
            self.control_len += count
            return
        self.rx_total_len += count
        count = min(count, self._rx_size - self.rx_len)
        if count > 0:
            span[0] = self.rx_len
            span[2] = count
            copy_range(self.rx_buf, chunk_buf, span)
            self.rx_len += count

    def _frame_ended(self):  # HOT
        """Say what the frame was that has just been read."""
        self._header_len = 0
        self._header_need = 2
        opcode = self._opcode
        if opcode == OP_PING:
            self.found = FOUND_PING
        elif opcode == OP_PONG:
            self.found = FOUND_PONG
        elif opcode == OP_CLOSE:
            self._close_came()
        elif self._is_final:
            self._in_message = False
            self.found = FOUND_MESSAGE

    def _close_came(self):  # HOT
        """Read the code of a close frame. Source: RFC 6455 §5.5.1, §7.4."""
        if self.control_len == 1:
            self._fail(CLOSE_PROTOCOL_ERROR)
            return
        self.found = FOUND_CLOSE
        self.close_code = CLOSE_NO_CODE
        if self.control_len >= 2:
            code = self.control_buf[0] << 8 | self.control_buf[1]
            if not _CODE_MIN <= code <= _CODE_MAX:
                self._fail(CLOSE_PROTOCOL_ERROR)
                return
            self.close_code = code

    def _fail(self, code):  # HOT
        self.found = FOUND_FAULT
        self.close_code = code
