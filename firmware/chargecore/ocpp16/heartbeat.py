"""Heartbeat: one every HeartbeatInterval on a fixed grid from the accepted boot (B12).

Its answer also keeps the clock right. Heap: none after __init__.
"""

from chargecore.base.codes import OK
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.ocpp16.boot import set_clock
from chargecore.wire.rpc import ANSWER_RESULT, ANSWER_TIMEOUT


class Heartbeat:
    """`start` begins the grid; `send` sends one now, outside the grid."""

    def __init__(self, rpc, config, clock, events):
        self._rpc = rpc
        self._config = config
        self._clock = clock
        self._events = events
        self._render = self.render
        self._answer = self.answered
        self._due_ms = 0
        self.is_unanswered = False  # the latest one on this connection got no answer
        self._interval_s = 0  # interval that _due_ms was computed with, 0 = not running

    def start(self, now_ms):  # HOT
        """Begin the grid at now_ms: the boot was accepted, or the interval has changed."""
        self._interval_s = self._config.heartbeat_interval_s
        self._due_ms = ticks_add(now_ms, self._interval_s * 1000)

    def poll_call(self, now_ms):  # HOT
        """Send a Heartbeat when it is due. Return True when a call was placed."""
        interval_s = self._config.heartbeat_interval_s
        interval_ms = interval_s * 1000
        left_ms = ticks_diff(self._due_ms, now_ms)
        # More than an interval ahead: offline so long that the ticks wrapped.
        if interval_s != self._interval_s or left_ms > interval_ms:
            self.start(now_ms)
            return False
        if interval_s == 0 or left_ms > 0 or not self.send():
            return False
        self._due_ms = ticks_add(self._due_ms, interval_ms)
        if ticks_diff(now_ms, self._due_ms) >= 0:  # offline for longer: no burst afterwards
            self._due_ms = ticks_add(now_ms, interval_ms)
        return True

    def send(self):  # HOT
        """Send one. Return True when the call was placed."""
        timeout_ms = self._config.message_timeout_s * 1000
        return self._rpc.call(b"Heartbeat", self._render, None, self._answer, timeout_ms) == OK

    def render(self, w, arg):  # HOT
        """Write the empty payload."""
        w.open_object()
        w.close_object()

    def answered(self, status, arg):  # HOT
        """Keep the clock right."""
        self.is_unanswered = status == ANSWER_TIMEOUT
        if status != ANSWER_RESULT:
            return
        reader = self._rpc.reader
        reader.clear()
        wall_s = reader.time_value(reader.find(self._rpc.payload_idx, b"currentTime"))
        if reader.error == OK:
            age_ms = self._rpc.call_age_ms()
            set_clock(self._clock, self._events, wall_s, reader.time_ms, age_ms)
        reader.clear()
