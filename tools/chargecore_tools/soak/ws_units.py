"""WsUnits: cuts one direction of a WebSocket connection into whole units: head, frames.

Used by the chaos proxy. What it cannot take apart (TLS) passes as plain chunks of bytes.
Source: RFC 6455 §5.2 for the header of a frame.
"""

from dataclasses import dataclass

HEAD = "head"  # of HTTP, up to the empty line
TEXT = "text"  # a frame that is a whole text message
CONTROL = "control"  # ping, pong, close, and parts of messages
CHUNK = "chunk"  # bytes of a stream that is no WebSocket

_FIN_TEXT = 0x81
_MASKED = 0x80
_HTTP = (b"GET ", b"HTTP")
_HEAD_END = b"\r\n\r\n"
_HEAD_MAX = 64 * 1024


@dataclass(frozen=True)
class Unit:
    """What is forwarded as one, or not at all."""

    kind: str
    raw: bytes


class WsUnits:
    """feed() takes bytes as they come and returns the units that they complete."""

    def __init__(self):
        self._buf = b""
        self._is_head_done = False
        self._is_opaque = False

    def feed(self, data):
        """Return the list of units that are complete now."""
        self._buf += data
        units = []
        unit = self._next()
        while unit is not None:
            units.append(unit)
            unit = self._next()
        return units

    def _next(self):
        if not self._buf:
            return None
        if self._is_opaque:
            return self._cut(CHUNK, len(self._buf))
        if self._is_head_done:
            return self._frame()
        return self._head()

    def _head(self):
        buf = self._buf
        end = buf.find(_HEAD_END)
        is_http = any(buf[:4] == word[: len(buf)] for word in _HTTP)
        if not is_http or (end < 0 and len(buf) > _HEAD_MAX):
            self._is_opaque = True
            return self._next()
        if end < 0:
            return None
        self._is_head_done = True
        return self._cut(HEAD, end + len(_HEAD_END))

    def _frame(self):
        length = frame_len(self._buf)
        if length is None or length > len(self._buf):
            return None
        kind = TEXT if self._buf[0] == _FIN_TEXT else CONTROL
        return self._cut(kind, length)

    def _cut(self, kind, length):
        unit = Unit(kind, self._buf[:length])
        self._buf = self._buf[length:]
        return unit


def text_of(raw):
    """Return the payload of a whole frame, without its mask."""
    at = {126: 4, 127: 10}.get(raw[1] & 0x7F, 2)
    if not raw[1] & _MASKED:
        return raw[at:]
    mask = raw[at : at + 4]
    return bytes(byte ^ mask[i % 4] for i, byte in enumerate(raw[at + 4 :]))


def frame_len(buf):
    """Return the bytes of the frame that buf begins with, None when its header is not complete."""
    if len(buf) < 2:
        return None
    length, at = buf[1] & 0x7F, 2
    if length == 126:
        at = 4
    elif length == 127:
        at = 10
    if len(buf) < at:
        return None
    if at > 2:
        length = int.from_bytes(buf[2:at], "big")
    return at + (4 if buf[1] & _MASKED else 0) + length
