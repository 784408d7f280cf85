"""Sntp: the time from one server, by one UDP packet, without ever blocking.

Called by: TlsClock, when nobody knows the date before the first certificate is checked.
Never: keeps the time right; the server of the protocol does that. An answer is believed as far as
TlsClock thinks it possible: SNTP proves nothing about who sent it.
Heap: a packet buffer, two sockets and an address while it asks.
Source: RFC 4330 §4, §5.
"""

from micropython import const

from chargecore.base.codes import E_IO, E_MISSING
from chargecore.base.ticks import ticks_add, ticks_diff

_PACKET_LEN = const(48)
_ASK = const(0x23)  # version 4, client
_MODE_SERVER = const(4)
_LEAP_UNKNOWN = const(3)
_STRATUM_MAX = const(15)
_SENT_AT = const(40)  # transmit timestamp
_ORIGIN_AT = const(24)  # what the question had there comes back here
_TRY_MS = const(3_000)
_TRIES = const(2)
_DAYS_TO_2024 = const(45_290)  # from 1900-01-01, where NTP begins
_DAY_S = const(86_400)
_READS_PER_POLL = const(4)


class Sntp:
    """start(), then poll() until it is not 0; wall_s is the answer. host: bytes, name or IPv4."""

    def __init__(self, sockets, resolver, host, random_bits, port=123):
        self._sockets = sockets
        self._resolver = resolver
        self._host = host
        self._port = port
        self._random_bits = random_bits
        self._buf = bytearray(_PACKET_LEN)
        self._mark_buf = bytearray(8)  # what makes an answer ours
        self._sock = None
        self._tries_left = 0
        self._deadline_ms = 0  # of this try
        self.wall_s = 0  # seconds since 2024-01-01

    def start(self, now_ms):
        """Begin to ask."""
        self.stop()
        self._tries_left = _TRIES
        self._resolver.start(self._host, now_ms)

    def poll(self, now_ms):
        """Return 1 when wall_s is there, 0 while it takes its time, or an E_ code."""
        if self._sock is None:
            state = self._resolver.poll(now_ms)
            if state != 1:
                return state
            return self._ask(now_ms)
        for _ in range(_READS_PER_POLL):
            count = self._read()
            if count == 0:
                break
            if count < 0:
                return self._ask(now_ms)
            if self._is_answer(count):
                self.stop()
                return 1
        if ticks_diff(now_ms, self._deadline_ms) >= 0:
            return self._ask(now_ms)
        return 0

    def stop(self):
        """Give the socket back."""
        self._resolver.stop()
        self._close()

    def _close(self):
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _ask(self, now_ms):
        """Send the question once more. Return 0, or an E_ code when that was enough."""
        self._close()
        if self._tries_left == 0:
            self.stop()
            return E_MISSING
        self._tries_left -= 1
        self._deadline_ms = ticks_add(now_ms, _TRY_MS)
        buf = self._buf
        for at in range(_PACKET_LEN):
            buf[at] = 0
        buf[0] = _ASK
        for at in range(8):
            self._mark_buf[at] = self._random_bits(8)
            buf[_SENT_AT + at] = self._mark_buf[at]
        sockets = self._sockets
        try:
            address = sockets.getaddrinfo(self._resolver.ip_text, self._port)[0][-1]
            self._sock = sockets.socket(sockets.AF_INET, sockets.SOCK_DGRAM)
            self._sock.setblocking(False)
            # A connected socket hands over only what comes from that server.
            self._sock.connect(address)
            self._sock.write(buf, 0, _PACKET_LEN)
        except OSError:
            self.stop()
            return E_IO
        return 0

    def _read(self):
        try:
            count = self._sock.readinto(self._buf)
        except OSError:
            return E_IO
        return 0 if count is None else count

    def _is_answer(self, count):
        """Take the time of an answer to our question; anything else is passed over."""
        buf = self._buf
        if count != _PACKET_LEN or buf[0] & 7 != _MODE_SERVER or buf[0] >> 6 == _LEAP_UNKNOWN:
            return False
        if not 1 <= buf[1] <= _STRATUM_MAX:
            return False
        for at in range(8):
            if buf[_ORIGIN_AT + at] != self._mark_buf[at]:
                return False
        second = 0
        for at in range(4):
            second = second << 8 | buf[_SENT_AT + at]
        second -= _DAYS_TO_2024 * _DAY_S
        if second < 0:
            second += 1 << 32  # NTP begins anew in 2036
        self.wall_s = second
        return True
