"""Ocpp16: the gate in front of every outgoing message, and the dispatcher of incoming calls.

Called by: the scheduler (poll), Connection (opened, closed), Rpc (on_call).
Never: sends anything but BootNotification before the boot is accepted (pattern 1 of the
certification facts). Sources are asked in a fixed order; one call is in flight at a time.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.events import EV_CALL_NO_HEAP, EV_SERVER_SILENT, EV_UNKNOWN_ACTION
from chargecore.ocpp16 import tables
from chargecore.ocpp16.boot import BOOT_PENDING
from chargecore.wire import fields
from chargecore.wire.call_error import code_for

_SILENT_CALLS = const(2)  # unanswered calls in a row after which the connection counts as dead
_NO_TEXT = b""


class Ocpp16:
    """Owns the order of the sources; the sources own what they send.

    `boot`, `data_transfer` and `rpc` are for those who want to look, and to send a DataTransfer.
    """

    def __init__(
        self,
        rpc,
        boot,
        data_transfer,
        requests,
        presence,
        sources,
        triggered,
        profiles,
        actions,
        events,
    ):
        """Take the parts.

        sources: tuple of objects with poll_call(now_ms), asked in this order once accepted.
        triggered: those that may also send while Pending: what a TriggerMessage asked for.
        profiles: feature profiles that go on between messages: poll(now_ms), dropped().
        actions: tuple of (action, field table, handler(reader, payload_idx)); the first counts.
        """
        self.rpc = rpc
        self.boot = boot
        self.data_transfer = data_transfer
        self._requests = requests
        self._presence = presence
        self._link = presence.link
        self._sources = sources
        self._triggered = triggered
        self._profiles = profiles
        self._actions = actions
        self._events = events
        self._timeouts = 0  # rpc.timeouts when the last answer came
        self._answers = 0  # rpc.answers seen last
        self._is_open = False
        self._is_answered = False  # a call was, on this connection
        self._is_probing = False  # the latest call is a probe
        self._is_suspicious = False  # the server closed the connection before on a call of ours
        rpc.set_handler(self.on_call)
        rpc.set_on_replied(presence.replied)

    def opened(self):
        """The WebSocket is open. A reconnect is not a boot (OCPP-J 1.6 §5.4)."""
        self._is_open = True
        self._is_answered = False
        self._is_probing = False
        self._answers = self.rpc.answers
        self._timeouts = self.rpc.timeouts
        if self.boot.is_accepted:
            self._presence.reconnected()

    def closed(self):
        """The WebSocket is gone."""
        self._is_open = False
        self._link.is_online = False  # before the call in flight ends: no more questions
        by_server = self._presence.was_dropped
        # A probe that is dropped proves nothing: the next connection begins without one.
        self._is_suspicious = by_server and self.rpc.is_calling and not self._is_probing
        self.rpc.on_channel_closed(by_server and self._is_answered)
        self._presence.gone()
        for profile in self._profiles:
            profile.dropped()

    def poll(self, now_ms):  # HOT
        """Take what came in, then place the next call if one is due."""
        rpc = self.rpc
        self.boot.poll(now_ms)
        rpc.poll(now_ms)
        self._requests.poll(now_ms)
        for profile in self._profiles:
            profile.poll(now_ms)
        if not self._is_open:
            return
        self._watch_silence()
        if rpc.can_call:
            self._place_call(now_ms)
        self._link.is_busy = not rpc.can_call

    def _place_call(self, now_ms):  # HOT
        boot = self.boot
        if boot.is_accepted:
            if not self._link.is_online:  # it has just been accepted
                self._presence.accepted()
            self._is_probing = self._must_probe() and self._presence.probe()
            if not self._is_probing:
                self._ask(self._sources, now_ms)
        elif not boot.poll_call(now_ms) and boot.state == BOOT_PENDING:
            self._ask(self._triggered, now_ms)

    def _must_probe(self):  # HOT
        """Return True when it is not known whether this connection answers anything.

        After a call without an answer; and on a new connection when the server closed the one
        before on a call, so that a message it cannot stand is told from a server that has died.
        """
        if self._timeouts != self.rpc.timeouts:
            return True
        if self._is_answered:
            return False
        return self._is_suspicious or self._presence.needs_probe

    def _ask(self, sources, now_ms):  # HOT
        for source in sources:
            if source.poll_call(now_ms):
                return

    def _watch_silence(self):  # HOT
        """Connected means our calls get answered (design, liveness)."""
        rpc = self.rpc
        if rpc.answers != self._answers:
            self._answers = rpc.answers
            self._timeouts = rpc.timeouts
            self._is_answered = True
            self._presence.answered()
        elif rpc.timeouts - self._timeouts >= _SILENT_CALLS:
            self._events.add(EV_SERVER_SILENT, rpc.timeouts - self._timeouts)
            self._timeouts = rpc.timeouts
            self._presence.silent()

    # ---- incoming ----

    def on_call(self, rpc):  # HOT
        """Answer one call of the server, or refuse it with the right CALLERROR (J7)."""
        reader = rpc.reader
        if self.boot.blocks_answers:
            rpc.ignore()
            return
        for action, table, handler in self._actions:
            if reader.equals(rpc.action_idx, action):
                code = fields.check(reader, rpc.payload_idx, table)
                if code == OK:
                    self._handle(handler, reader, rpc.payload_idx)
                else:
                    rpc.reply_error(code_for(code), _NO_TEXT)
                return
        for action in tables.KNOWN_ACTIONS:
            if reader.equals(rpc.action_idx, action):
                rpc.reply_error(b"NotSupported", b"feature profile not supported")
                return
        self._events.add(EV_UNKNOWN_ACTION)
        rpc.reply_error(b"NotImplemented", _NO_TEXT)

    def _handle(self, handler, reader, payload_idx):  # HOT
        """Carry out a call. Without the heap for it Rpc answers InternalError: no contactor opens.

        What needs heap, such as a log or a certificate, is asked for seldom and loaded for it.
        """
        try:
            handler(reader, payload_idx)
        except MemoryError:
            self._events.add(EV_CALL_NO_HEAP)
