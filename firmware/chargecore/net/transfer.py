"""Transfer: moves one file at a time between a server and this station, without ever blocking.

Called by: station.update and station.diagnostics, through firmware_management; build() by
net.builder, when that profile is loaded.
Never: decides what to do with a file, or when to try again.
Heap: 3 KiB at build(); the client of the protocol, addresses, commands and header lines while a
file is moved. Without heap for them the file does not move (WHY_LOCAL).
"""

import select

from micropython import const

from chargecore.base.codes import E_IO, E_RANGE, E_READ_ONLY, E_SYNTAX, OK
from chargecore.base.events import EV_TRANSFER_DONE, EV_TRANSFER_FAILED
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.base.tls_causes import TLS_CLOCK, TLS_NONE
from chargecore.net.file_url import FileUrl
from chargecore.net.moves import (
    MOVE_DONE,
    MOVE_RUNNING,
    MOVED_AWAY,
    WHY_ANSWER,
    WHY_CONNECT,
    WHY_LOCAL,
    WHY_NAME,
    WHY_REDIRECTS,
    WHY_REFUSED,
    WHY_STALLED,
    WHY_TLS,
    WHY_URL,
)
from chargecore.net.resolver import Resolver
from chargecore.net.stream import TcpStream

_BUF_B = const(1024)
_CONNECT_MS = const(10_000)
_STALL_MS = const(30_000)  # without a byte either way
_TOTAL_S = const(7_200)  # a server that trickles is one that stalls
_PUT_OFF_S = const(3_600)  # of it, longest wait for open contactors
_REDIRECTS_MAX = const(5)
# What a server says that wants POST to the address as it is, not PUT to a name below it.
_NO_PUT = (404, 405, 501)
_DENIED = (401, 403, 530, 532, 550, 553)  # of HTTP and FTP

_IDLE = const(0)
_RESOLVE = const(1)
_CONNECT = const(2)
_RUN = const(3)
_CLOCK = const(4)  # before RESOLVE, with TLS only
_SECURE = const(5)  # between CONNECT and RUN, likewise
_LOAD = const(6)  # before CLOCK


class Transfer:
    """get() or put(), then poll() until it returns something else than 0.

    make_tls(stream) gives a TLS stream over a plain one, and tls_clock is the TlsClock; None while
    there is none: https and ftps then fail with WHY_TLS. The sink and the source: see http_client.
    """

    def __init__(
        self, resolver, stream, data_stream, clock, events, make_tls=None, tls_clock=None
    ):
        self._resolver = resolver
        self._plain_stream = stream
        self._make_tls = make_tls
        self._tls_clock = tls_clock
        self._tls_stream = None  # made when first needed
        self._tls_data = None  # for ftps, likewise
        self._cause = TLS_NONE  # TLS_* that the handshake came to
        self._clock = clock
        self._events = events
        self._data_stream = data_stream
        self._buf = bytearray(_BUF_B)
        self._url = FileUrl()
        self._stream = stream
        self._client = None  # whoever moves the file, once connected
        self._sink = None
        self._source = None
        self._base = b""  # the URL as it was given
        self._method = b"GET"
        self._from_b = 0
        self._redirects = 0
        self._stage = _IDLE
        # is_energised(): True while a handshake would let a contactor drop; None: it never does.
        self.is_energised = None
        self._deadline_ms = 0  # of the stage; while it runs, of the next byte
        self._ends_at_s = 0  # uptime at which it has taken too long
        self._moved = 0  # the client's, when a byte was last seen
        self._failed = 0  # WHY_* that begin came to; poll() tells it
        self.failure = OK  # whose fault the last failure was, as far as it can be known

    @property
    def is_busy(self):  # HOT
        """Whether a file is being moved: nobody else's can be."""
        return self._stage != _IDLE

    def get(self, url, sink, from_b, now_ms):
        """Fetch a file into sink, from byte from_b on. Not while is_busy."""
        self._sink = sink
        self._source = None
        self._from_b = from_b
        self._method = b"GET"
        self._begin(url, now_ms)

    def put(self, url, source, now_ms):
        """Bring source, whose `name` goes behind the directory url. Not while is_busy."""
        self._sink = None
        self._source = source
        self._from_b = 0
        self._method = b"PUT"
        self._begin(url, now_ms)

    def stop(self):
        """Close everything and forget the file."""
        self._resolver.stop()
        for stream in (self._tls_data, self._data_stream, self._tls_stream, self._plain_stream):
            if stream is not None:
                stream.close()
        self._client = None
        self._sink = None
        self._source = None
        self._stage = _IDLE

    def poll(self, now_ms):
        """Go on. Return 0 while it runs, MOVE_DONE, or WHY_* (negative)."""
        try:
            result = self._failed or self._step(now_ms)
        except MemoryError:
            result = WHY_LOCAL
        if result == MOVE_RUNNING:
            return result
        if result == MOVE_DONE:
            self._events.add(EV_TRANSFER_DONE)
        else:
            self._events.add(EV_TRANSFER_FAILED, -result, self._detail())
            self.failure = self._failure_of(result)
        self.stop()
        return result

    def _begin(self, url, now_ms):
        self._base = url
        self._redirects = 0
        self._ends_at_s = self._clock.uptime_s + _TOTAL_S
        self._go_to(url, now_ms)

    def _go_to(self, url, now_ms):
        """Begin with the name of the host. A URL that is no good is told by poll()."""
        self._client = None
        self._stage = _RESOLVE
        parts = self._url
        was_tls, host = parts.is_tls, parts.host
        user, password = parts.user, parts.password
        is_bad = parts.set(url) != OK
        if self._redirects and not is_bad:
            # A redirect must not lead from http to ftp, or from TLS to none; nor a password away.
            is_bad = parts.is_ftp or (was_tls and not parts.is_tls)
            if parts.host == host and parts.user is None:
                parts.user, parts.password = user, password
        elif self._method == b"PUT" and not is_bad:
            parts.add_name(self._source.name)
        self._failed = OK
        self._cause = TLS_NONE
        if is_bad:
            self._failed = WHY_URL
        elif not parts.is_tls:
            self._stream = self._plain_stream
            self._resolver.start(parts.host, now_ms)
        elif self._make_tls is None:
            self._failed = WHY_TLS
        else:
            self._stage = _LOAD

    def _use_tls(self, now_ms):
        """Take TLS streams, and begin with the date that they need."""
        if self._tls_stream is None:
            self._tls_stream = self._make_tls(self._plain_stream)
            self._tls_stream.is_strict = True
        if self._url.is_ftp and self._tls_data is None:
            self._tls_data = self._make_tls(self._data_stream)
            self._tls_data.is_strict = True
        self._stream = self._tls_stream
        self._stage = _CLOCK
        self._tls_clock.start(now_ms)
        return MOVE_RUNNING

    def _poll_tls(self, now_ms):
        if self._stage == _LOAD:
            return self._use_tls(now_ms)
        return self._poll_clock(now_ms) if self._stage == _CLOCK else self._poll_secured(now_ms)

    def _poll_clock(self, now_ms):
        state = self._tls_clock.poll(now_ms)
        if state < 0:
            self._cause = TLS_CLOCK
            return WHY_TLS
        if state > 0 and not self._has_to_wait():
            self._stage = _RESOLVE
            self._resolver.start(self._url.host, now_ms)
        return MOVE_RUNNING

    def _has_to_wait(self):
        """Tell whether a handshake is put off, as Connection's is."""
        if self.is_energised is None or not self.is_energised():
            return False
        return self._ends_at_s - self._clock.uptime_s > _TOTAL_S - _PUT_OFF_S

    def _step(self, now_ms):
        if self._stage == _RESOLVE:
            return self._poll_resolve(now_ms)
        if self._stage == _CONNECT:
            return self._poll_connect(now_ms)
        if self._stage != _RUN:
            return self._poll_tls(now_ms)
        client = self._client
        result = client.poll()
        if result == MOVED_AWAY:
            return self._follow(client.location, now_ms)
        if result == WHY_REFUSED and self._method == b"PUT" and client.detail in _NO_PUT:
            return self._post(now_ms)
        if result != MOVE_RUNNING:
            return result
        if client.moved != self._moved:
            self._moved = client.moved
            self._deadline_ms = ticks_add(now_ms, _STALL_MS)
        elif ticks_diff(now_ms, self._deadline_ms) >= 0:
            return WHY_STALLED
        return MOVE_RUNNING if self._clock.uptime_s < self._ends_at_s else WHY_STALLED

    def _poll_resolve(self, now_ms):
        state = self._resolver.poll(now_ms)
        if state == 0:
            return MOVE_RUNNING
        if state < 0:
            return WHY_NAME
        if self._stream.open(self._resolver.ip_text, self._url.port) != OK:
            return WHY_CONNECT
        self._stage = _CONNECT
        self._deadline_ms = ticks_add(now_ms, _CONNECT_MS)
        return MOVE_RUNNING

    def _poll_connect(self, now_ms):
        state = self._stream.poll_connected()
        if state < 0 or (state == 0 and ticks_diff(now_ms, self._deadline_ms) >= 0):
            self._resolver.forget()
            return WHY_CONNECT
        if state == 0:
            return MOVE_RUNNING
        if not self._url.is_tls or self._url.asks_for_tls:
            return self._begin_client(now_ms)
        if self._stream.secure(self._url.host) != OK:
            return self._tls_failed()
        self._stage = _SECURE
        self._deadline_ms = ticks_add(now_ms, _STALL_MS)
        return MOVE_RUNNING

    def _poll_secured(self, now_ms):
        state = self._stream.poll_secured()
        if state > 0:
            return self._begin_client(now_ms)
        if state < 0:
            return self._tls_failed()
        return MOVE_RUNNING if ticks_diff(now_ms, self._deadline_ms) < 0 else WHY_STALLED

    def _tls_failed(self):
        self._cause = self._stream.cause
        return WHY_TLS

    def _begin_client(self, now_ms):
        """The connection stands: let the client of its protocol talk."""
        parts = self._url, self._stream, self._sink, self._source, self._from_b
        if self._url.is_ftp:
            from chargecore.net.ftp_client import FtpClient

            data_stream = self._tls_data if self._url.is_tls else self._data_stream
            self._client = FtpClient(self._buf, data_stream, self._plain_stream)
            self._client.begin(*parts, self._resolver.ip_text)
        else:
            from chargecore.net.http_client import HttpClient

            self._client = HttpClient(self._buf)
            self._client.begin(*parts, self._method)
        self._moved = 0
        self._stage = _RUN
        self._deadline_ms = ticks_add(now_ms, _STALL_MS)
        return MOVE_RUNNING

    def _follow(self, location, now_ms):
        """Go where the server says. What was sent of the source is sent again from its start."""
        self._stream.close()
        self._redirects += 1
        if self._redirects > _REDIRECTS_MAX:
            return WHY_REDIRECTS
        if self._source is not None:
            self._source.rewind()
        self._go_to(self._url.moved_to(location), now_ms)
        return self._failed

    def _post(self, now_ms):
        self._stream.close()
        self._method = b"POST"
        self._redirects = 0
        self._source.rewind()
        self._go_to(self._base, now_ms)
        return self._failed

    def _failure_of(self, result):
        """Return E_SYNTAX: no such protocol, or it was broken, E_READ_ONLY: denied, E_RANGE: the
        server cannot do it, or E_IO."""
        if result == WHY_URL or result == WHY_ANSWER:
            return E_SYNTAX
        if result == WHY_TLS and self._make_tls is None:
            return E_RANGE
        if result == WHY_REFUSED:
            detail = self._detail()
            return E_READ_ONLY if detail in _DENIED else E_RANGE if detail in _NO_PUT else E_IO
        return E_IO

    def _detail(self):
        return self._cause if self._client is None else self._client.detail


def build(sockets, dns_servers, clock, events, random_bits, make_tls=None, tls_clock=None):
    """Return a Transfer with sockets of its own."""
    resolver = Resolver(sockets, dns_servers, clock, random_bits)
    stream = TcpStream(sockets, select.poll())
    data_stream = TcpStream(sockets, select.poll())
    return Transfer(resolver, stream, data_stream, clock, events, make_tls, tls_clock)
