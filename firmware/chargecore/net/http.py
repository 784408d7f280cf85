"""HTTP for the WebSocket upgrade (RFC 6455 §4): the request, and a reader of the answer.

Called by: websocket, while a connection is made.
Never: reads a body, follows a redirect.
Heap: 0.3 KiB at start; the request and each header line that matters while connecting.
"""

import binascii
import hashlib

from micropython import const

from chargecore.net.http_head import HeadReader

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_LINE_MAX = const(200)  # of a line that matters


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
    """What the headers of the answer say; `head` reads them."""

    def __init__(self):
        self.head = HeadReader(_LINE_MAX, self._read_header)
        self._key = b""
        self.reset(b"")

    def reset(self, key):
        """Begin an answer to the request with that key."""
        self.head.reset()
        self._key = key
        self.has_upgrade = False
        self.has_connection = False
        self.has_accept = False  # Sec-WebSocket-Accept came and is right
        self.has_extension = False  # the server selected an extension nobody asked for
        self.subprotocol = None  # bytes, as selected by the server

    @property
    def is_upgrade(self):
        """True for a valid upgrade, subprotocol aside. Source: RFC 6455 §4.1."""
        return (
            self.head.status == 101
            and self.has_upgrade
            and self.has_connection
            and self.has_accept
            and not self.has_extension
        )

    def _read_header(self, name, value):
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
