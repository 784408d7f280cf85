"""SecurityEvents: SecurityEventNotification, one after the other, until the server has them.

Called by: Ocpp16 (poll, poll_call). Never: holds up anything else: a pause is between two of them,
and a longer one behind each that got no answer. In order, by the number of the event; told again
after a reboot that came before the answer.
A server without the whitepaper answers NotImplemented or NotSupported: then that event is done
with (W15). Another CALLERROR is tried again, _TRIES times; no answer is tried for ever.
Source: OCPP 1.6 security whitepaper ed.3 A04, §5.15; W14. Heap: none after __init__, but what the
desk reads from flash.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.base.events import DROPPED_SECURITY_EVENT, EV_CALL_DROPPED
from chargecore.base.security_events import NAMES
from chargecore.base.ticks import ticks_diff
from chargecore.store.security_entry import HEAD_LEN
from chargecore.wire.call_error import CE_NOT_IMPLEMENTED, CE_NOT_SUPPORTED
from chargecore.wire.rpc import ANSWER_DROPPED, ANSWER_ERROR, ANSWER_RESULT, ANSWER_TIMEOUT

_TRIES = const(5)  # of an event that the server fails to process, or closes the connection on
_GAP_MS = const(300)  # lets others have their turn
_RETRY_MS = const(60_000)  # times the number of tries
_RETRY_MAX_MS = const(3_600_000)


class SecurityEvents:
    """Source of the notification; also polls the desk and the watch."""

    def __init__(self, rpc, desk, watch, config, clock, events):
        self._rpc = rpc
        self._desk = desk
        self._watch = watch
        self._config = config
        self._clock = clock
        self._events = events
        self._render = self.render
        self._answer = self.answered
        self._is_loaded = False  # desk.entry is to be sent next
        self._tries = 0  # of it, without an answer or with a CALLERROR
        self._refusals = 0  # of it
        self._wait_ms = 0  # pause that began at
        self._waits_since_ms = 0
        self.actions = ()
        self.sources = (self,)

    def poll(self, now_ms):  # HOT
        """Look what has happened, and keep it."""
        self._watch.poll()
        self._desk.poll(now_ms)
        if self._wait_ms and ticks_diff(now_ms, self._waits_since_ms) >= self._wait_ms:
            self._wait_ms = 0

    def poll_call(self, now_ms):  # HOT
        """Send the oldest that waits. Return True when a call was placed."""
        desk = self._desk
        if self._wait_ms or not (self._is_loaded or desk.has_waiting):
            return False
        if not self._is_loaded:
            self._is_loaded = desk.load_waiting()
            self._tries = 0
            self._refusals = 0
        if not self._is_loaded or desk.wall_s == WALL_UNKNOWN:
            self._is_loaded = False
            return False
        timeout_ms = self._config.message_timeout_s * 1000
        action = b"SecurityEventNotification"
        return self._rpc.call(action, self._render, None, self._answer, timeout_ms) == OK

    def render(self, w, arg):  # HOT
        """Write the payload."""
        desk = self._desk
        entry = desk.entry
        w.open_object()
        w.key(b"type")
        w.text(NAMES[entry.code])
        w.key(b"timestamp")
        w.time(desk.wall_s)
        if entry.info_len:
            w.key(b"techInfo")
            w.text_range(entry.buf, HEAD_LEN, HEAD_LEN + entry.info_len)
        w.close_object()

    def answered(self, answer, arg):
        """What was heard is done with; the rest is told again."""
        code = self._rpc.error_code
        if answer == ANSWER_RESULT:
            self._done()
        elif answer == ANSWER_ERROR and code in (CE_NOT_IMPLEMENTED, CE_NOT_SUPPORTED):
            self._done()
        elif answer == ANSWER_ERROR or answer == ANSWER_DROPPED:
            self._refusals += 1
            if self._refusals < _TRIES:
                self._pause()
                return
            self._events.add(EV_CALL_DROPPED, self._refusals, DROPPED_SECURITY_EVENT)
            self._done()
        elif answer == ANSWER_TIMEOUT:
            self._pause()

    def _done(self):
        self._desk.told()
        self._is_loaded = False
        self._wait(_GAP_MS)

    def _pause(self):
        self._tries += 1
        self._wait(min(_RETRY_MS * self._tries, _RETRY_MAX_MS))

    def _wait(self, wait_ms):
        self._wait_ms = wait_ms
        self._waits_since_ms = self._clock.ticks_ms()

    def dropped(self):  # HOT
        """The connection is gone: nothing was owed."""
