"""DnsAnswerer: every name leads to this station, so that a phone shows the set-up page by itself.

Called by: setup.window, on the station's own access point alone. Answers questions for an A
record with its address, other questions with nothing; what is no question is dropped.
Heap: a packet. Source: RFC 1035 §4.
"""

from micropython import const

from chargecore.base.codes import E_IO, OK

_PORT = const(53)
_PACKET_MAX = const(300)  # header 12, name 255, type and class; phones add a few bytes behind
_HEADER_LEN = const(12)
_LABEL_MAX = const(63)
_FIXED_LEN = const(4)  # type and class
_NO_RECURSION = b"\x84\x00"  # an answer, with authority
_TTL_S = const(10)  # the phone asks others again soon


class DnsAnswerer:
    """port: another one for tests."""

    def __init__(self, sockets, port=_PORT):
        self._sockets = sockets
        self._port = port
        self._sock = None
        self._address = b""  # four bytes

    def open(self, ip_text):
        """Listen at that address; return OK or E_IO."""
        sockets = self._sockets
        self._address = bytes([int(part) for part in ip_text.split(".")])
        try:
            self._sock = sockets.socket(sockets.AF_INET, sockets.SOCK_DGRAM)
            self._sock.bind(sockets.getaddrinfo(ip_text, self._port)[0][-1])
            self._sock.setblocking(False)
        except OSError:
            self.close()
            return E_IO
        return OK

    def poll(self):
        """Answer one question."""
        if self._sock is None:
            return
        try:
            packet, sender = self._sock.recvfrom(_PACKET_MAX)
            reply = answer_to(packet, self._address)
            if reply is not None:
                self._sock.sendto(reply, sender)
        except OSError:
            return  # nothing there, or nobody any more

    def close(self):
        """Give the socket back."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None


def answer_to(packet, address):
    """Return the answer to a packet, None when it is no single question."""
    end = _question_end(packet)
    if end < 0 or packet[2] & 0xF8 or packet[4:6] != b"\x00\x01":
        return None
    is_address = packet[end - _FIXED_LEN : end] == b"\x00\x01\x00\x01"
    counts = b"\x00\x01\x00\x01\x00\x00\x00\x00" if is_address else b"\x00\x01" + bytes(6)
    reply = packet[:2] + _NO_RECURSION + counts + packet[_HEADER_LEN:end]
    if is_address:
        reply += b"\xc0\x0c\x00\x01\x00\x01" + bytes((0, 0, 0, _TTL_S, 0, 4)) + address
    return reply


def _question_end(packet):
    """Return the index behind the first question, -1 when there is none."""
    at = _HEADER_LEN
    while at < len(packet) and packet[at]:
        if packet[at] > _LABEL_MAX:
            return -1  # a pointer, or nonsense
        at += 1 + packet[at]
    end = at + 1 + _FIXED_LEN
    return end if end <= len(packet) else -1
