"""WebSocket frames (RFC 6455 §5): the constants of the format and its byte work in viper.

Called by: ws_receiver, ws_sender, websocket. Heap: none.
"""

import micropython
from micropython import const

OP_CONTINUATION = const(0)
OP_TEXT = const(1)
OP_BINARY = const(2)
OP_CLOSE = const(8)
OP_PING = const(9)
OP_PONG = const(10)

FIN = const(0x80)
MASKED = const(0x80)
CONTROL_MAX = const(125)  # bytes of payload in a control frame, RFC 6455 §5.5
HEADER_MAX = const(14)  # bytes before a client's payload: 2, length 8, mask 4

CLOSE_NORMAL = const(1000)  # RFC 6455 §7.4.1
CLOSE_GOING_AWAY = const(1001)
CLOSE_PROTOCOL_ERROR = const(1002)
CLOSE_UNSUPPORTED = const(1003)
CLOSE_NO_CODE = const(1005)  # never on the wire: the close frame had no code
CLOSE_ABNORMAL = const(1006)  # never on the wire: the socket ended without a close frame
CLOSE_TOO_BIG = const(1009)
CLOSE_INTERNAL = const(1011)


@micropython.viper
def copy_range(dst: ptr8, src: ptr8, span: ptr32):  # HOT  # noqa: F821
    """Copy span[2] bytes from src[span[1]] on to dst[span[0]] on. No index is checked here."""
    to = int(span[0])
    at = int(span[1])
    end = at + int(span[2])
    while at < end:
        dst[to] = src[at]
        to += 1
        at += 1


@micropython.viper
def apply_mask(buf: ptr8, key: ptr8, span: ptr32):  # HOT  # noqa: F821
    """Mask span[1] bytes of buf from buf[span[0]] on; the first is number span[2] of its payload.

    Source: RFC 6455 §5.3.
    """
    at = int(span[0])
    end = at + int(span[1])
    phase = int(span[2])
    while at < end:
        buf[at] = int(buf[at]) ^ int(key[phase & 3])
        at += 1
        phase += 1


@micropython.viper
def put_header(buf: ptr8, opcode: int, length: int, key: ptr8) -> int:  # HOT  # noqa: F821
    """Write a masked frame's header so that it ends at buf[HEADER_MAX]; return its start.

    The payload follows at buf[HEADER_MAX]. Range: length < 2^29. Source: RFC 6455 §5.2.
    """
    at = HEADER_MAX - 4
    i = 0
    while i < 4:
        buf[at + i] = key[i]
        i += 1
    if length < 126:
        at -= 2
        buf[at + 1] = MASKED | length
    elif length < 65536:
        at -= 4
        buf[at + 1] = MASKED | 126
        buf[at + 2] = length >> 8
        buf[at + 3] = length & 0xFF
    else:
        at -= 10
        buf[at + 1] = MASKED | 127
        i = 2
        while i < 6:
            buf[at + i] = 0
            i += 1
        buf[at + 6] = length >> 24
        buf[at + 7] = (length >> 16) & 0xFF
        buf[at + 8] = (length >> 8) & 0xFF
        buf[at + 9] = length & 0xFF
    buf[at] = FIN | opcode
    return at
