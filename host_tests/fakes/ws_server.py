"""The server's side of RFC 6455 in plain Python, written apart from the firmware's own code."""

import binascii
import hashlib


def frame(opcode, payload=b"", fin=True, mask=None):
    """Return a frame as a server sends it; mask makes it one a server must not send."""
    length = len(payload)
    mask_bit = 0x80 if mask else 0
    head = bytearray([(0x80 if fin else 0) | opcode])
    if length < 126:
        head.append(mask_bit | length)
    elif length < 65536:
        head.append(mask_bit | 126)
        head.extend(bytes([length >> 8, length & 0xFF]))
    else:
        head.append(mask_bit | 127)
        head.extend(bytes([0, 0, 0, 0]))
        head.extend(bytes([(length >> shift) & 0xFF for shift in (24, 16, 8, 0)]))
    if mask:
        head.extend(mask)
        payload = bytes([byte ^ mask[i % 4] for i, byte in enumerate(payload)])
    return bytes(head) + payload


def frames_in(data):
    """Return [(opcode, payload)] of a client's bytes; ValueError for what a server must refuse."""
    found = []
    at = 0
    while at < len(data):
        if data[at] & 0x70 or not data[at] & 0x80:
            raise ValueError("flags")
        if not data[at + 1] & 0x80:
            raise ValueError("not masked")
        length = data[at + 1] & 0x7F
        begin = at + 2
        if length > 125:
            size = 2 if length == 126 else 8
            length = int.from_bytes(data[begin : begin + size], "big")
            begin += size
        mask = data[begin : begin + 4]
        payload = data[begin + 4 : begin + 4 + length]
        if len(payload) != length:
            raise ValueError("cut off")
        found.append((data[at] & 15, bytes([b ^ mask[i % 4] for i, b in enumerate(payload)])))
        at = begin + 4 + length
    return found


def header_of(request, name):
    """Return the value of a header in an HTTP request, or None."""
    for line in request.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return None


def answer_to(request, subprotocol=b"ocpp1.6"):
    """Return the 101 that accepts the upgrade request."""
    key = header_of(request, b"sec-websocket-key")
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + binascii.b2a_base64(digest).strip(),
    ]
    if subprotocol is not None:
        lines.append(b"Sec-WebSocket-Protocol: " + subprotocol)
    return b"\r\n".join(lines) + b"\r\n\r\n"
