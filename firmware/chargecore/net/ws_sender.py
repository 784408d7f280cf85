"""WsSender: masks frames and writes them to the stream, however little it takes at a time.

Called by: websocket.
Never: reads, keeps time, decides what to send.
Heap: 0.4 KiB at start, none after.
"""

from array import array

from micropython import const

from chargecore.base.codes import E_BUSY, E_IO, OK
from chargecore.net.ws_frame import (
    CLOSE_NO_CODE,
    CONTROL_MAX,
    HEADER_MAX,
    OP_CLOSE,
    OP_PING,
    OP_PONG,
    OP_TEXT,
    apply_mask,
    copy_range,
    put_header,
)

_NO_CLOSE = const(-1)


class WsSender:
    """One text frame and one control frame of each kind at a time.

    `writer` is a JsonWriter over tx_buf[HEADER_MAX:] (the first bytes are for the header). A ping
    that comes while a pong waits replaces it (RFC 6455 §5.5.3); control frames go between texts.
    """

    def __init__(self, stream, writer, tx_buf, random_bits):
        self._stream = stream
        self._writer = writer
        self._tx_buf = tx_buf
        self._random_bits = random_bits
        self._key_buf = bytearray(4)
        self._control_buf = bytearray(HEADER_MAX + CONTROL_MAX)
        self._pong_buf = bytearray(CONTROL_MAX)
        self._span = array("i", [0, 0, 0])
        self._render = None  # of the text frame being sent
        self._arg = None
        self.is_text_idle = True  # no text frame is being sent
        self._is_text_begun = False  # a part of it is on the wire: nothing may come between
        self._tx_at = 0  # next byte of tx_buf to write
        self._tx_end = 0  # end of what tx_buf holds
        self._payload_at = 0  # first payload byte that has not been rendered into tx_buf yet
        self._payload_len = 0  # of the text frame
        self._control_at = 0  # next byte of _control_buf to write
        self._control_end = 0  # end of the frame there; equal: none
        self._pong_len = -1  # bytes in _pong_buf to send back, or -1
        self._is_ping_due = False
        self._close_code = _NO_CLOSE  # to send, or _NO_CLOSE
        self._is_close_last = False  # the close frame is in _control_buf or gone: nothing follows
        self.is_close_sent = False  # the close frame has left
        self._is_broken = False  # a render function changed its message halfway
        self.sent_count = 0  # bytes the stream has taken, wraps at 2^29

    def use(self, stream):
        """Set the stream of the next connection."""
        self._stream = stream

    def reset(self):
        """Forget everything: a new connection begins."""
        self._drop_text()
        self._control_at = 0
        self._control_end = 0
        self._pong_len = -1
        self._is_ping_due = False
        self._close_code = _NO_CLOSE
        self._is_close_last = False
        self.is_close_sent = False
        self._is_broken = False

    def send_text(self, render, arg):  # HOT
        """Begin the text frame that render(writer, arg) writes. Return OK or E_BUSY."""
        if not self.is_text_idle or self._close_code != _NO_CLOSE:
            return E_BUSY
        writer = self._writer
        writer.begin(0)
        render(writer, arg)
        self._payload_len = writer.length
        self._payload_at = writer.filled
        self._make_key()
        self._render = render
        self._arg = arg
        self.is_text_idle = False
        self._is_text_begun = False
        self._tx_at = put_header(self._tx_buf, OP_TEXT, self._payload_len, self._key_buf)
        self._tx_end = HEADER_MAX + self._payload_at
        self._mask_window(0, self._payload_at)
        return OK

    def send_ping(self):  # HOT
        """Send an empty ping when there is room."""
        self._is_ping_due = True

    def send_pong(self, payload_buf, payload_len):  # HOT
        """Send a pong with that payload when there is room."""
        span = self._span
        span[0] = 0
        span[1] = 0
        span[2] = payload_len
        copy_range(self._pong_buf, payload_buf, span)
        self._pong_len = payload_len

    def send_close(self, code):  # HOT
        """Send a close frame (CLOSE_NO_CODE: an empty one) as the last thing."""
        if self._close_code == _NO_CLOSE:
            self._close_code = code
            if not self._is_text_begun:
                self._drop_text()

    def flush(self):  # HOT
        """Write what the stream takes. Return OK, or E_IO when the connection has ended."""
        while True:
            if self._is_broken:
                return E_IO
            if self._is_text_begun:
                took = self._write_text()
            elif self._control_at < self._control_end or self._next_control():
                took = self._write_control()
            elif not self.is_text_idle:
                took = self._write_text()
            else:
                return OK
            if took < 0:
                return E_IO
            if took == 0:
                return OK
            self.sent_count = (self.sent_count + took) & 0x1FFFFFFF

    def _write_text(self):  # HOT
        """Write a piece of the text frame; return the bytes taken, or E_IO."""
        took = self._stream.write(self._tx_buf, self._tx_at, self._tx_end - self._tx_at)
        if took <= 0:
            return took
        self._is_text_begun = True
        self._tx_at += took
        if self._tx_at == self._tx_end:
            if self._payload_at == self._payload_len:
                self._drop_text()
            else:
                self._render_window()
        return took

    def _render_window(self):  # HOT
        """Render the next window; a message that is not what it was ends the connection."""
        writer = self._writer
        at = self._payload_at
        writer.begin(at)
        self._render(writer, self._arg)
        count = writer.filled
        if writer.length != self._payload_len or count == 0:
            self._is_broken = True
            return
        self._tx_at = HEADER_MAX
        self._tx_end = HEADER_MAX + count
        self._mask_window(at, count)
        self._payload_at = at + count

    def _mask_window(self, payload_at, count):  # HOT
        span = self._span
        span[0] = HEADER_MAX
        span[1] = count
        span[2] = payload_at
        apply_mask(self._tx_buf, self._key_buf, span)

    def _drop_text(self):  # HOT
        self._render = None
        self._arg = None
        self.is_text_idle = True
        self._is_text_begun = False

    def _next_control(self):  # HOT
        """Build the control frame that is most urgent. Return False when there is none."""
        if self._is_close_last:
            return False
        if self._pong_len >= 0:
            span = self._span
            span[0] = HEADER_MAX
            span[1] = 0
            span[2] = self._pong_len
            copy_range(self._control_buf, self._pong_buf, span)
            self._build_control(OP_PONG, self._pong_len)
            self._pong_len = -1
        elif self._close_code != _NO_CLOSE:
            self._control_buf[HEADER_MAX] = self._close_code >> 8
            self._control_buf[HEADER_MAX + 1] = self._close_code & 0xFF
            self._build_control(OP_CLOSE, 0 if self._close_code == CLOSE_NO_CODE else 2)
            self._is_close_last = True
        elif self._is_ping_due:
            self._build_control(OP_PING, 0)
            self._is_ping_due = False
        else:
            return False
        return True

    def _build_control(self, opcode, count):  # HOT
        """Put header and mask to the count bytes that stand in _control_buf."""
        self._make_key()
        self._control_at = put_header(self._control_buf, opcode, count, self._key_buf)
        self._control_end = HEADER_MAX + count
        span = self._span
        span[0] = HEADER_MAX
        span[1] = count
        span[2] = 0
        apply_mask(self._control_buf, self._key_buf, span)

    def _write_control(self):  # HOT
        """Write a piece of the control frame; return the bytes taken, or E_IO."""
        took = self._stream.write(
            self._control_buf, self._control_at, self._control_end - self._control_at
        )
        if took > 0:
            self._control_at += took
            if self._control_at == self._control_end and self._is_close_last:
                self.is_close_sent = True
        return took

    def _make_key(self):  # HOT
        """Choose a new mask: 32 random bits in two calls, to stay in the small-int range."""
        key_buf = self._key_buf
        high = self._random_bits(16)
        low = self._random_bits(16)
        key_buf[0] = high >> 8
        key_buf[1] = high & 0xFF
        key_buf[2] = low >> 8
        key_buf[3] = low & 0xFF
