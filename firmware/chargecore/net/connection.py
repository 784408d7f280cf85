"""Connection: the ladder from "offline" to an open WebSocket, climbed again after each fall.

Called by: liveness (poll), main.py (configure, set_callbacks), the station (reconnect_now,
drop).
Never: gives up. Every refusal means to wait and to try again (OCPP-J errata §3.4).
Heap: while connecting; none while open or waiting.
"""

import binascii
import errno

from micropython import const

from chargecore.base import tls_causes
from chargecore.base.codes import E_MISSING, OK
from chargecore.base.errors import ConfigError
from chargecore.base.events import (
    EV_CONNECT_TIMEOUT,
    EV_CONNECTED,
    EV_DISCONNECTED,
    EV_DNS_FAILED,
    EV_RETRY_IN,
    EV_TCP_FAILED,
)
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.net.tls_attempt import TlsAttempt
from chargecore.net.url import Url
from chargecore.net.websocket import WS_CLOSED
from chargecore.net.ws_frame import CLOSE_GOING_AWAY, CLOSE_NORMAL

STAGE_STOPPED = const(0)
STAGE_WAIT = const(1)  # for the next attempt, or for the link
STAGE_RESOLVE = const(2)
STAGE_TCP = const(3)
STAGE_UPGRADE = const(4)
STAGE_OPEN = const(5)
STAGE_CLOSING = const(6)  # was open, the handshake or the old socket still takes its time
STAGE_CLOCK = const(7)  # before RESOLVE, with TLS only: the date is looked for
STAGE_TLS = const(8)  # between TCP and UPGRADE: the TLS handshake

_SUBPROTOCOL = b"ocpp1.6"
_TCP_TIMEOUT_S = const(10)
_TLS_TIMEOUT_S = const(25)  # an RP2040 alone takes 3 s; a loaded server with RSA keys many
_UPGRADE_TIMEOUT_S = const(15)  # a server with a slow password hash took 1 s
# A machine has sent these: the way to it works, whatever it thinks of us.
_FROM_OUTSIDE = (errno.ECONNREFUSED, errno.ECONNRESET)
_PROVEN_MS = const(60_000)  # a connection that lived so long makes the next wait short again


class Connection:
    """One server, one stream, one WebSocket. The old socket is closed before a new one is opened.

    on_open() and on_close() are called from poll(): once per connection that really opened;
    on_failure() after each attempt that did not get so far: tls.cause and last_http_status tell.
    link_up False closes at once and lets nothing through; True again connects at once.
    """

    def __init__(self, resolver, stream, websocket, backoff, clock, events):
        self._resolver = resolver
        self._plain_stream = stream
        self.tls = TlsAttempt(events)
        self.stream = stream  # the one of the latest attempt
        self._websocket = websocket
        self._backoff = backoff
        self._clock = clock
        self._events = events
        self._url = None  # Url, once configured
        self._auth_b64 = None  # bytes for HTTP Basic, or None
        self._on_open = None
        self._on_close = None
        self._on_failure = None
        self.link_up = True
        self.stage = STAGE_STOPPED
        self.is_open = False
        self.up_since_ms = 0  # when the connection opened; means something while is_open
        self.attempts = 0  # attempts since the last connection that opened
        self.connects = 0  # connections that opened since boot
        self.failures = 0  # attempts and connections that ended without a sign of the server
        self.refusals = 0  # and those that somebody out there has refused or ended
        self.last_http_status = 0  # of the latest upgrade; 0: none came
        self._deadline_ms = 0  # of the stage: WAIT ends, the others time out
        self._was_link_up = True
        self._is_retry_due = False  # the next attempt needs no wait
        self._is_proven = False  # this connection has told the backoff that it is good

    def set_callbacks(self, on_open, on_close):
        """Set what to call, without arguments, when the channel opens and when it closes."""
        self._on_open = on_open
        self._on_close = on_close

    def set_on_failure(self, on_failure):
        """Set what to call, without arguments, when an attempt has failed."""
        self._on_failure = on_failure

    def configure(self, url, identity, auth_key, is_tls=None, is_mutual=False):
        """Set where to connect and as whom; all bytes, auth_key may be None. Acts at the next try.

        is_tls: counts instead of the URL's scheme. is_mutual: only to a server that asks for our
        certificate (security profile 3).
        Errors: ConfigError("url") or ("identity").
        Source: OCPP-J 1.6 §3.1; the user is the identity as it is, not percent-encoded.
        """
        parts = Url(url, identity, is_tls)
        if parts.is_tls and not self.tls.is_possible:
            raise ConfigError("url")
        self.tls.is_mutual = is_mutual
        if auth_key is None:
            self._auth_b64 = None
        elif b":" in identity:
            raise ConfigError("identity")
        else:
            self._auth_b64 = binascii.b2a_base64(identity + b":" + auth_key).replace(b"\n", b"")
        self._url = parts

    def start(self):
        """Begin to connect. Errors: ConfigError("url") when there is nothing configured."""
        if self._url is None:
            raise ConfigError("url")
        if self._url.is_tls:
            self.tls.load(self._plain_stream)  # while the heap is still in one piece
        if self.stage == STAGE_STOPPED:
            self._wait_ms(0)

    def stop(self):
        """Close and stay closed until start()."""
        self._websocket.close(CLOSE_NORMAL)
        self._closed()
        self._websocket.abort(CLOSE_NORMAL)
        self._abandon()
        self.stage = STAGE_STOPPED

    def reconnect_now(self):
        """End a wait; with a connection open, close it and connect again without delay."""
        if self.stage == STAGE_WAIT:
            self._wait_ms(0)
        elif self.stage == STAGE_OPEN:
            self._is_retry_due = True
            self.drop(CLOSE_NORMAL)

    def drop(self, code):
        """Close the connection with that code; the next attempt comes after the usual wait."""
        self._websocket.close(code)

    def confirmed(self):  # HOT
        """Take it that this server is the right one (it accepted the boot): next wait is short."""
        self._is_proven = True
        self._backoff.succeeded()

    @property
    def is_ended_by_server(self):
        """Whether the latest connection was ended by the other side."""
        return self._websocket.is_ended_by_server

    def poll(self, now_ms):  # HOT
        """Do what can be done without waiting."""
        if self.link_up != self._was_link_up:
            self._link_changed()
        stage = self.stage
        if stage == STAGE_OPEN or stage == STAGE_CLOSING:
            self._poll_open(now_ms)
        elif stage == STAGE_WAIT:
            self._poll_wait(now_ms)
        elif stage == STAGE_RESOLVE:
            self._poll_resolve(now_ms)
        elif stage == STAGE_TCP:
            self._poll_tcp(now_ms)
        elif stage == STAGE_TLS:
            self._poll_tls(now_ms)
        elif stage == STAGE_UPGRADE:
            self._poll_upgrade(now_ms)
        elif stage == STAGE_CLOCK:
            self._poll_clock(now_ms)

    def _poll_wait(self, now_ms):  # HOT
        if self.link_up and ticks_diff(now_ms, self._deadline_ms) >= 0:
            if not (self._url.is_tls and self.tls.has_to_wait(now_ms)):
                self._begin(now_ms)

    def _link_changed(self):
        self._was_link_up = self.link_up
        if self.stage == STAGE_STOPPED:
            return
        self._websocket.abort(CLOSE_GOING_AWAY)
        self._closed()
        self._abandon()
        self._wait_ms(0)

    def _begin(self, now_ms):
        self.attempts += 1
        self.last_http_status = 0
        self.tls.cause = tls_causes.TLS_NONE
        if self._url.is_tls:
            if not self.tls.load(self._plain_stream):
                self._tls_failed(now_ms, tls_causes.TLS_NO_HEAP)
                return
            self.stream = self.tls.stream
            self.stage = STAGE_CLOCK
            self.tls.start_clock(now_ms)
            self._poll_clock(now_ms)
        else:
            self.stream = self._plain_stream
            self._look_up(now_ms)

    def _poll_clock(self, now_ms):
        """Wait for a date to check certificates with; SNTP keeps its own time."""
        state = self.tls.poll_clock(now_ms)
        if state > 0:
            self._look_up(now_ms)
        elif state < 0:
            self._tls_failed(now_ms, tls_causes.TLS_CLOCK)

    def _look_up(self, now_ms):
        self._websocket.use(self.stream)
        self.stage = STAGE_RESOLVE
        self._resolver.start(self._url.host, now_ms)
        self._poll_resolve(now_ms)

    def _poll_resolve(self, now_ms):
        """Wait for the address; the resolver keeps its own time."""
        state = self._resolver.poll(now_ms)
        if state == 0:
            return
        if state < 0:
            self._events.add(EV_DNS_FAILED, state)
            self._fail(now_ms, state == E_MISSING)
        elif self.stream.open(self._resolver.ip_text, self._url.port) != OK:
            self._tcp_failed(now_ms)
        else:
            self.stage = STAGE_TCP
            self._deadline_ms = ticks_add(now_ms, _TCP_TIMEOUT_S * 1000)

    def _poll_tcp(self, now_ms):
        state = self.stream.poll_connected()
        if state < 0:
            self._tcp_failed(now_ms)
        elif state > 0:
            if not self.stream.is_tls:
                self._upgrade(now_ms)
            elif self.stream.secure(self._url.host) != OK:
                self._tls_failed(now_ms, self.stream.cause)
            else:
                self.stage = STAGE_TLS
                self._deadline_ms = ticks_add(now_ms, _TLS_TIMEOUT_S * 1000)
        elif ticks_diff(now_ms, self._deadline_ms) >= 0:
            self._events.add(EV_CONNECT_TIMEOUT, _TCP_TIMEOUT_S, STAGE_TCP)
            self._resolver.forget()  # the address may be an old one
            self._fail(now_ms, False)

    def _tcp_failed(self, now_ms):
        self._events.add(EV_TCP_FAILED, self.stream.errno)
        self._resolver.forget()
        self._fail(now_ms, self.stream.errno in _FROM_OUTSIDE)

    def _poll_tls(self, now_ms):
        state = self.stream.poll_secured()
        if state > 0:
            self.tls.succeeded()
            self._upgrade(now_ms)
        elif state < 0:
            if self.tls.wants_another_name():
                self._is_retry_due = True
                self._fail(now_ms, True)
            else:
                self._tls_failed(now_ms, self.stream.cause)
        elif ticks_diff(now_ms, self._deadline_ms) >= 0:
            self._tls_failed(now_ms, tls_causes.TLS_TIMEOUT)

    def _tls_failed(self, now_ms, cause):
        """Tell why TLS came to nothing. What the other side has refused is a sign of it."""
        is_sign = self.tls.failed(cause)
        alert = self.stream.alert if self.stream.is_tls else -1
        self._events.add(tls_causes.TLS_EVENTS + cause, alert, self.stream.errno)
        self._fail(now_ms, is_sign)

    def _upgrade(self, now_ms):
        url = self._url
        self._websocket.open_upgrade(url.host_header, url.path, _SUBPROTOCOL, self._auth_b64)
        self.stage = STAGE_UPGRADE
        self._deadline_ms = ticks_add(now_ms, _UPGRADE_TIMEOUT_S * 1000)

    def _poll_upgrade(self, now_ms):
        websocket = self._websocket
        websocket.poll(now_ms)
        self.last_http_status = websocket.http_status
        if websocket.is_open:
            self._opened(now_ms)
        elif websocket.state == WS_CLOSED:
            if websocket.http_status == 0:  # else the WebSocket has said what was wrong
                self._events.add(EV_DISCONNECTED, websocket.close_code)
            self._fail(now_ms, websocket.http_status != 0 or websocket.is_ended_by_server)
        elif ticks_diff(now_ms, self._deadline_ms) >= 0:
            self._events.add(EV_CONNECT_TIMEOUT, _UPGRADE_TIMEOUT_S, STAGE_UPGRADE)
            self._fail(now_ms, False)

    def _opened(self, now_ms):
        self._events.add(EV_CONNECTED, self.attempts)
        self.stage = STAGE_OPEN
        self.is_open = True
        self.up_since_ms = now_ms
        self.connects += 1
        self.attempts = 0
        self._is_proven = False
        if self._on_open is not None:
            self._on_open()

    def _poll_open(self, now_ms):  # HOT
        websocket = self._websocket
        websocket.poll(now_ms)
        if not websocket.is_open:
            self._closed()
            if websocket.state == WS_CLOSED:
                self._fail(now_ms, websocket.is_ended_by_server, False)
        elif not self._is_proven and ticks_diff(now_ms, self.up_since_ms) >= _PROVEN_MS:
            self.confirmed()

    def _closed(self):
        """Tell that the channel is gone, once."""
        if not self.is_open:
            return
        self.is_open = False
        self.stage = STAGE_CLOSING
        self._events.add(EV_DISCONNECTED, self._websocket.close_code)
        if self._on_close is not None:
            self._on_close()

    def _fail(self, now_ms, is_refusal, is_attempt=True):
        """Clear up after an attempt or a connection, and wait before the next attempt."""
        self._abandon()
        self.stage = STAGE_WAIT
        if self._is_retry_due:
            self._is_retry_due = False
            self._deadline_ms = now_ms
            return
        if is_refusal:
            self.refusals += 1
        else:
            self.failures += 1
        wait_ms = self._backoff.next_wait_ms()
        self._events.add(EV_RETRY_IN, (wait_ms + 999) // 1000)
        self._deadline_ms = ticks_add(now_ms, wait_ms)
        if is_attempt and self._on_failure is not None:
            self._on_failure()

    def _abandon(self):
        self._websocket.abort(CLOSE_GOING_AWAY)
        self._resolver.stop()
        self.tls.stop()
        self.stream.close()

    def _wait_ms(self, wait_ms):
        self.stage = STAGE_WAIT
        self._deadline_ms = ticks_add(self._clock.ticks_ms(), wait_ms)
