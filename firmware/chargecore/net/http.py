"""HTTP for the WebSocket upgrade (RFC 6455 §4): the request, and a reader of the answer.

Called by: websocket, while a connection is made.
Never: reads a body, follows a redirect.
Heap: 0.3 KiB at start; the request and each header line that matters while connecting.
"""

import binascii
import hashlib

from micropython import const

from chargecore.base.codes import E_LENGTH, E_SYNTAX

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_LINE_MAX = const(200)  # of a line that matters; what goes beyond is cut off
_HEADER_MAX = const(8192)  # of the whole answer: proxies like to add cookies
_LF = const(10)
_CR = const(13)


def make_key(random_bits):
    """Return a Sec-WebSocket-Key: 16 random bytes in base64."""
    return binascii.b2a_base64(bytes([random_bits(8) for _ in range(16)])).strip()


def accept_of(key):
    """Return the Sec-WebSocket-Accept that answers key. Source: RFC 6455 §4.2.2."""
    return binascii.b2a_base64(hashlib.sha1(key + _GUID).digest()).strip()


def make_request(host, path, key, subprotocol, auth_b64):
    """Return the upgrade request; all parts are bytes, auth_b64 may be None."""
    lines = [
        b"GET " + path + b" HTTP/1.1",
        b"Host: " + host,
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Key: " + key,
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Protocol: " + subprotocol,
    ]
    if auth_b64 is not None:
        lines.append(b"Authorization: Basic " + auth_b64)
    return b"\r\n".join(lines) + b"\r\n\r\n"


class UpgradeAnswer:
    """Reads status line and headers byte by byte; what stands behind them is not touched."""

    def __init__(self):
        self._line_buf = bytearray(_LINE_MAX)
        self._line_len = 0  # bytes of the line, those beyond the buffer included
        self._total_len = 0  # bytes read
        self._key = b""
        self.reset(b"")

    def reset(self, key):
        """Begin an answer to the request with that key."""
        self._line_len = 0
        self._total_len = 0
        self._key = key
        self.is_complete = False  # the empty line has come
        self.error = 0  # E_SYNTAX no HTTP, E_LENGTH too much of it; 0 so far so good
        self.status = 0  # HTTP status; 0: the status line has not come
        self.has_upgrade = False
        self.has_connection = False
        self.has_accept = False  # Sec-WebSocket-Accept came and is right
        self.has_extension = False  # the server selected an extension nobody asked for
        self.subprotocol = None  # bytes, as selected by the server

    @property
    def is_upgrade(self):
        """True for a valid upgrade, subprotocol aside. Source: RFC 6455 §4.1."""
        return (
            self.status == 101
            and self.has_upgrade
            and self.has_connection
            and self.has_accept
            and not self.has_extension
        )

    def take(self, chunk_buf, at, end):
        """Read chunk_buf[at:end] up to the end of the headers; return the index behind it."""
        while at < end and not self.is_complete and not self.error:
            byte = chunk_buf[at]
            at += 1
            self._total_len += 1
            if self._total_len > _HEADER_MAX:
                self.error = E_LENGTH
            elif byte == _LF:
                self._line_ended()
            elif byte != _CR and (byte < 32 and byte != 9 or byte == 127):
                self.error = E_SYNTAX
            else:
                if self._line_len < _LINE_MAX:
                    self._line_buf[self._line_len] = byte
                self._line_len += 1
        return at

    def _line_ended(self):
        line = bytes(self._line_buf[: min(self._line_len, _LINE_MAX)]).strip(b"\r")
        self._line_len = 0
        if self.status == 0:
            self._read_status(line)
        elif not line:
            self.is_complete = True
        else:
            self._read_header(line)

    def _read_status(self, line):
        words = line.split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or len(words[1]) != 3:
            self.error = E_SYNTAX
            return
        try:
            self.status = int(words[1])
        except ValueError:
            self.error = E_SYNTAX
            return
        if self.status < 100:
            self.status = 0
            self.error = E_SYNTAX

    def _read_header(self, line):
        colon = line.find(b":")
        if colon < 1:
            self.error = E_SYNTAX
            return
        name = line[:colon].lower()
        value = line[colon + 1 :].strip()
        if name == b"upgrade":
            self.has_upgrade = value.lower() == b"websocket"
        elif name == b"connection":
            words = value.lower().split(b",")
            self.has_connection = b"upgrade" in [word.strip() for word in words]
        elif name == b"sec-websocket-accept":
            self.has_accept = value == accept_of(self._key)
        elif name == b"sec-websocket-protocol":
            self.subprotocol = value
        elif name == b"sec-websocket-extensions":
            self.has_extension = True
