"""Ocpp16: the gate in front of every outgoing message, and the dispatcher of incoming calls.

Called by: main.py (poll), Connection (opened, closed), Rpc (on_call).
Never: sends anything but BootNotification before the boot is accepted (pattern 1 of the
certification facts). Sources are asked in a fixed order; one call is in flight at a time.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.base.events import EV_SERVER_SILENT, EV_UNKNOWN_ACTION
from chargecore.ocpp16 import tables
from chargecore.ocpp16.boot import BOOT_PENDING
from chargecore.wire import fields
from chargecore.wire.rpc import code_for

_SILENT_CALLS = const(2)  # unanswered calls in a row after which the connection counts as dead


class Ocpp16:
    """Owns the order of the sources; the sources own what they send."""

    def __init__(self, rpc, boot, sources, triggered, requests, actions, link, events):
        """Take the parts.

        sources: tuple of objects with poll_call(now_ms), asked in this order once accepted.
        triggered: those of them that may also send while Pending.
        actions: tuple of (action, field table, handler).
        """
        self._rpc = rpc
        self._boot = boot
        self._sources = sources
        self._triggered = triggered
        self._requests = requests
        self._actions = actions
        self._link = link
        self._events = events
        self._on_accepted = None
        self._on_offline = None
        self._on_online = None
        self._on_silent = None
        self._timeouts = 0  # rpc.timeouts when the last answer came
        self._answers = 0  # rpc.answers seen last
        self._is_open = False
        rpc.set_handler(self.on_call)

    def set_hooks(self, on_accepted, on_online, on_offline, on_silent):
        """Store bound methods: boot accepted, back online, offline, server silent."""
        self._on_accepted = on_accepted
        self._on_online = on_online
        self._on_offline = on_offline
        self._on_silent = on_silent

    def opened(self):
        """The WebSocket is open. A reconnect is not a boot (OCPP-J 1.6 §5.4)."""
        self._is_open = True
        self._timeouts = self._rpc.timeouts
        if self._boot.is_accepted:
            self._link.is_online = True
            self._on_online()

    def closed(self):
        """The WebSocket is gone."""
        self._is_open = False
        self._rpc.on_channel_closed()
        self._requests.dropped()
        self._link.is_online = False
        self._on_offline()

    def poll(self, now_ms):  # HOT
        """Take what came in, then place the next call if one is due."""
        rpc = self._rpc
        rpc.poll(now_ms)
        self._requests.poll(now_ms)
        if not self._is_open:
            return
        self._watch_silence()
        if not rpc.can_call:
            return
        boot = self._boot
        if not boot.is_accepted:
            if not boot.poll_call(now_ms) and boot.state == BOOT_PENDING:
                self._ask(self._triggered, now_ms)
            return
        if not self._link.is_online:  # the boot has just been accepted
            self._link.is_online = True
            self._link.is_known = True
            self._on_accepted(now_ms)
        self._ask(self._sources, now_ms)

    def _ask(self, sources, now_ms):  # HOT
        for source in sources:
            if source.poll_call(now_ms):
                return

    def _watch_silence(self):  # HOT
        """Connected means our calls get answered (design, liveness)."""
        rpc = self._rpc
        if rpc.answers != self._answers:
            self._answers = rpc.answers
            self._timeouts = rpc.timeouts
        elif rpc.timeouts - self._timeouts >= _SILENT_CALLS:
            self._events.add(EV_SERVER_SILENT, rpc.timeouts - self._timeouts)
            self._timeouts = rpc.timeouts
            self._on_silent()

    # ---- incoming ----

    def on_call(self, rpc):
        """Answer one call of the server, or refuse it with the right CALLERROR (J7)."""
        reader = rpc.reader
        if self._boot.blocks_answers(rpc.now_ms):
            rpc.ignore()
            return
        for action, table, handler in self._actions:
            if reader.equals(rpc.action_idx, action):
                code = fields.check(reader, rpc.payload_idx, table)
                if code == OK:
                    handler(reader, rpc.payload_idx)
                else:
                    rpc.reply_error(code_for(code), b"")
                return
        for action in tables.KNOWN_ACTIONS:
            if reader.equals(rpc.action_idx, action):
                rpc.reply_error(b"NotSupported", b"feature profile not supported")
                return
        self._events.add(EV_UNKNOWN_ACTION)
        rpc.reply_error(b"NotImplemented", b"")
