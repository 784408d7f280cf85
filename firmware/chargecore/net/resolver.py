"""Resolver: an address for a host name, by DNS over UDP, without ever blocking.

Called by: connection. Needed because getaddrinfo blocks for seconds on every port.
Never: asks for IPv6 addresses.
Heap: 0.8 KiB at start; a socket and the address text while it resolves.
"""

from micropython import const

from chargecore.base.codes import E_CORRUPT, E_IO, E_MISSING, OK
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.net.dns_message import QUERY_MAX, build_query, read_answer, ttl_s

_ANSWER_MAX = const(512)  # RFC 1035 §2.3.4
_TRY_MS = const(2000)
_ROUNDS = const(2)  # over all servers
_SERVERS_MAX = const(3)
_READS_PER_POLL = const(4)
_TTL_MIN_S = const(30)
_TTL_MAX_S = const(3600)


class Resolver:
    """Numeric hosts and localhost need no server. One name is kept, for the TTL of its record.

    When no server answers, an address that was right before is better than none (RFC 8767).
    `servers` is a sequence of numeric addresses; its owner may change its contents.
    """

    def __init__(self, sockets, servers, clock, random_bits, port=53):
        self._sockets = sockets
        self._servers = servers
        self._clock = clock
        self._random_bits = random_bits
        self._port = port
        self._query_buf = bytearray(QUERY_MAX)
        self._answer_buf = bytearray(_ANSWER_MAX)
        self._query_len = 0
        self._sock = None
        self._host = b""  # wanted
        self._known_host = b""  # the name that _known_ip_text belongs to
        self._known_ip_text = ""
        self._known_until_s = 0  # in uptime
        self._try_idx = 0  # tries begun for this name
        self._deadline_ms = 0  # of this try
        self._result = E_MISSING  # what poll() returns while nothing is under way: 1 or E_*
        self._error = E_IO  # what poll() returns when all tries have failed
        self.ip_text = ""  # the address, after poll() has returned 1
        self.ignored = 0  # packets that were no answer to the question

    def start(self, host, now_ms):
        """Begin to look for host (bytes, lower case); poll() tells how it went."""
        self.stop()
        self._host = host
        ip_text = self._without_server(host)
        if ip_text is not None:
            self.ip_text = ip_text
            self._result = 1
            return
        self._query_len = build_query(self._query_buf, 0, host)
        if self._query_len < 0:
            self._result = self._query_len
            return
        self._try_idx = 0
        self._error = E_IO
        self._next_try(now_ms)

    def poll(self, now_ms):
        """Return 1 when ip_text is there, 0 while it takes its time, or an E_ code."""
        if self._result != 0:
            return self._result
        for _ in range(_READS_PER_POLL):
            count = self._read()
            if count == 0:
                break
            code = E_IO if count < 0 else self._judge(count)
            if code == E_CORRUPT:
                self.ignored += 1  # whoever sent it: the true answer may still come
                continue
            if code != OK:
                self._error = code
                self._next_try(now_ms)
            return self._result
        if self._result == 0 and ticks_diff(now_ms, self._deadline_ms) >= 0:
            self._next_try(now_ms)
        return self._result

    def stop(self):
        """Give the socket back."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None
        self._result = E_MISSING

    def forget(self):
        """Ask a server the next time: the address we have does not work."""
        self._known_until_s = self._clock.uptime_s

    def _without_server(self, host):
        if host == b"localhost":
            return "127.0.0.1"
        if is_numeric(host):
            return host.decode()
        if host == self._known_host and self._clock.uptime_s < self._known_until_s:
            return self._known_ip_text
        return None

    def _next_try(self, now_ms):
        """Ask the next server; after the last one, make do with an old address or fail."""
        self.stop()
        servers_count = min(len(self._servers), _SERVERS_MAX)
        while self._try_idx < servers_count * _ROUNDS and self._error != E_MISSING:
            server = self._servers[self._try_idx % servers_count]
            self._try_idx += 1
            if self._ask(server):
                self._result = 0
                self._deadline_ms = ticks_add(now_ms, _TRY_MS)
                return
        if self._host == self._known_host and self._error != E_MISSING:
            self.ip_text = self._known_ip_text
            self._result = 1
        else:
            self._result = self._error

    def _ask(self, server):
        """Send the question with a new id; return whether that went well."""
        message_id = self._random_bits(16)
        self._query_buf[0] = message_id >> 8
        self._query_buf[1] = message_id & 0xFF
        sockets = self._sockets
        try:
            address = sockets.getaddrinfo(server, self._port)[0][-1]
            self._sock = sockets.socket(sockets.AF_INET, sockets.SOCK_DGRAM)
            self._sock.setblocking(False)
            # A connected socket hands over only what comes from that server.
            self._sock.connect(address)
            return self._sock.write(self._query_buf, 0, self._query_len) == self._query_len
        except OSError:
            self.stop()
            return False

    def _read(self):
        """Return the length of a packet, 0 for none, E_IO when the server is not there."""
        try:
            count = self._sock.readinto(self._answer_buf)
        except OSError:
            return E_IO
        return 0 if count is None else count

    def _judge(self, length):
        """Keep the address in the answer; return OK or what is wrong with it."""
        buf = self._answer_buf
        at = read_answer(buf, length, self._query_buf, self._query_len)
        if at < 0:
            return at
        text = "%d.%d.%d.%d" % (buf[at + 6], buf[at + 7], buf[at + 8], buf[at + 9])
        self.stop()
        self.ip_text = text
        self._known_host = self._host
        self._known_ip_text = text
        lasts_s = min(max(ttl_s(buf, at), _TTL_MIN_S), _TTL_MAX_S)
        self._known_until_s = self._clock.uptime_s + lasts_s
        self._result = 1
        return OK


def is_numeric(host):
    """Tell whether host (bytes) is an IPv4 address."""
    parts = host.split(b".")
    if len(parts) != 4:
        return False
    for part in parts:
        if not part.isdigit() or len(part) > 3 or int(part) > 255:
            return False
    return True
