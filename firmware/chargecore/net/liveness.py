"""Liveness: the ladder from a new socket to a reset, climbed while the server gives no sign.

Called by: the scheduler (poll, in place of connection.poll), the protocol adapter (answered,
unanswered), main.py (needs_reset).
Never: resets anything itself; main.py asks the station, between sessions, when needs_reset is set.
Connected means that calls get answered; an open socket or a 101 alone proves nothing.
Heap: none after __init__.

A sign is an answer to a call, or a refusal that came from outside: TCP refused or reset, HTTP
status, close frame, a name that does not exist. Who refuses is there, so the way to it works and
nothing on this side needs to be restarted: the back-off of the connection is all there is to do.

  rung    when, counted from the first failure without a sign      what
  socket  two calls without an answer, a pong that is missing      a new connection
  TLS     2 failures                                               what TLS keeps is made anew
  link    10 min and 3 failures, then every 30 min                 the network interface restarts
  reset   1 h, 2 restarts of the link, and an answer before in     reset between sessions
          this boot; without that answer, after a day

A boot is the strongest thing a reset could give. So a station that has not heard from its server
since it booted gets nothing out of one more: a dead server costs one reset, then one per day.
"""

from micropython import const

from chargecore.base.events import (
    EV_LINK_RESTARTED,
    EV_RESET_WANTED,
    EV_SERVER_BACK,
    EV_TLS_RENEWED,
)
from chargecore.net.ws_frame import CLOSE_GOING_AWAY

RUNG_NONE = const(0)
RUNG_SOCKET = const(1)
RUNG_TLS = const(2)
RUNG_LINK = const(3)
RUNG_RESET = const(4)

_TLS_FAILURES = const(2)  # one may be chance; making it anew costs a few hundred ms
# A server's restart takes minutes. A link restart can cost a driver the answer to his card, and
# with long RetryBackOff waits 10 min may see no attempt at all: hence the failures.
_LINK_S = const(600)
_LINK_AGAIN_S = const(1_800)
_LINK_FAILURES = const(3)
_HEAP_FAILURES = const(2)  # TLS found no room twice in a row: only a reset makes one
_RESET_S = const(3_600)
_RESET_RESTARTS = const(2)  # of the link: the milder cure has failed twice
_RESET_UNHEARD_S = const(86_400)
_PROBE_S = const(10)  # an open connection on which nothing is asked: ask


class Liveness:
    """`rung` is the highest rung since the last sign. Times are uptime, which does not wrap."""

    def __init__(self, connection, link, clock, events):
        """Take the parts. link: the board's network interface (boards/README.md), or None."""
        self._connection = connection
        self._link = link
        self._clock = clock
        self._events = events
        self.rung = RUNG_NONE
        self.silences = 0  # times the server fell silent, since boot
        self.link_restarts = 0  # since boot
        self.needs_reset = False  # the last rung is due
        self.needs_probe = False  # the open connection has to prove itself: send a Heartbeat
        self._has_heard = False  # the server has answered a call in this boot
        self._since_s = 0  # uptime at which the silence began
        self._failures = 0  # connection.failures accounted for
        self._refusals = 0  # connection.refusals accounted for
        self._tries = 0  # failures since the silence began
        self._link_tries = 0  # and since the link was restarted last
        self._restarts = 0  # of the link, in this silence
        self._link_due_s = _LINK_S  # length of silence at which it is restarted next
        self._connects = 0  # connection.connects seen last
        self._open_at_s = 0  # uptime at which the open connection was first seen
        self._looked_at_s = -1  # uptime of the last look

    @property
    def silent_s(self):
        """Return for how long there has been no sign; 0 while all is well."""
        return self._clock.uptime_s - self._since_s if self.rung else 0

    def answered(self):  # HOT
        """A call was answered, by whatever: everything below works."""
        self._has_heard = True
        self._sign()

    def unanswered(self):
        """Calls in a row got no answer: this connection is dead."""
        self._fall_silent()
        self._connection.drop(CLOSE_GOING_AWAY)

    def poll(self, now_ms):  # HOT
        """Run the connection; look at what became of it once a second."""
        connection = self._connection
        if self._link is not None:
            connection.link_up = self._link.is_up
        connection.poll(now_ms)
        uptime_s = self._clock.uptime_s
        if uptime_s != self._looked_at_s:
            self._looked_at_s = uptime_s
            self._look(uptime_s)

    def _look(self, uptime_s):  # HOT
        connection = self._connection
        if connection.refusals != self._refusals:
            self._refusals = connection.refusals
            self._failures = connection.failures
            self._sign()
        failed = connection.failures - self._failures
        if failed or not connection.link_up:
            self._failures = connection.failures
            self._fall_silent()
            self._tries += failed
            self._link_tries += failed
        if self.rung:
            self._watch_open(uptime_s)
            self._climb(uptime_s - self._since_s)
        if connection.tls.heap_failures >= _HEAP_FAILURES and not self.needs_reset:
            self.needs_reset = True
            self._events.add(EV_RESET_WANTED, self.silent_s)

    def _fall_silent(self):  # HOT
        if self.rung:
            return
        self.rung = RUNG_SOCKET
        self.silences += 1
        self._since_s = self._clock.uptime_s
        self._tries = 0
        self._link_tries = 0
        self._restarts = 0
        self._link_due_s = _LINK_S

    def _sign(self):  # HOT
        """There is somebody: come down from the ladder."""
        if not self.rung:
            return
        self._events.add(EV_SERVER_BACK, self._clock.uptime_s - self._since_s, self.rung)
        self.rung = RUNG_NONE
        self.needs_reset = False
        self.needs_probe = False

    def _watch_open(self, uptime_s):  # HOT
        """Want a probe when a connection has opened and nothing has been answered on it."""
        connection = self._connection
        if connection.connects != self._connects:
            self._connects = connection.connects
            self._open_at_s = uptime_s
        self.needs_probe = connection.is_open and uptime_s - self._open_at_s >= _PROBE_S

    def _climb(self, silent_s):  # HOT
        if (
            self.rung < RUNG_TLS
            and self._tries >= _TLS_FAILURES
            and self._connection.stream.is_tls
        ):
            self._step_to(RUNG_TLS)
            self._connection.stream.renew()
            self._events.add(EV_TLS_RENEWED, silent_s)
        link = self._link
        if link is not None and silent_s >= self._link_due_s and self._is_link_suspect():
            self._link_due_s = silent_s + _LINK_AGAIN_S
            self._link_tries = 0
            self._restarts += 1
            self.link_restarts += 1
            self._step_to(RUNG_LINK)
            self._events.add(EV_LINK_RESTARTED, silent_s, self._restarts)
            link.restart()
        if not self.needs_reset and self._is_reset_due(silent_s):
            self.needs_reset = True
            self._step_to(RUNG_RESET)
            self._events.add(EV_RESET_WANTED, silent_s)

    def _is_link_suspect(self):  # HOT
        return self._link_tries >= _LINK_FAILURES or not self._connection.link_up

    def _is_reset_due(self, silent_s):  # HOT
        if self._link is not None and self._restarts < _RESET_RESTARTS:
            return False
        return silent_s >= (_RESET_S if self._has_heard else _RESET_UNHEARD_S)

    def _step_to(self, rung):  # HOT
        if rung > self.rung:
            self.rung = rung
