"""Rpc: OCPP-J calls over the channel: one of ours in flight, answers to the server's.

Called by: the protocol adapter (poll, reply...) and the sources of calls. The channel is the
WebSocket or whatever keeps its promises: is_open, rx_ready, rx_buf, rx_len, rx_total_len,
rx_release(), tx_idle, send_message(render, arg).
Never: judges a payload, opens or closes the channel, repeats a call.
Heap: 0.6 KiB at start, none after.
Source: OCPP-J 1.6 §4; J3-J9 of the behaviour rules.
"""

from micropython import const

from chargecore.base.codes import (
    E_BUSY,
    E_EMPTY,
    E_FULL,
    E_LENGTH,
    E_MISSING,
    E_SYNTAX,
    E_TOO_MANY,
    E_TYPE,
    OK,
)
from chargecore.base.events import (
    EV_BAD_JSON,
    EV_BAD_RESULT,
    EV_CALL_ERROR,
    EV_CALL_TIMEOUT,
    EV_OVERSIZED,
    EV_UNKNOWN_ID,
)
from chargecore.wire.call_error import code_number
from chargecore.wire.call_slot import CallSlot
from chargecore.wire.rpc_frame import (
    FRAME_BAD,
    FRAME_CALL,
    FRAME_ERROR,
    FRAME_OTHER,
    FRAME_RESULT,
    ID_MAX,
    RpcFrame,
)

ANSWER_RESULT = const(0)  # payload_idx is its payload while answer() runs
ANSWER_ERROR = const(1)  # a CALLERROR, or an answer that cannot be read; error_code says which
ANSWER_TIMEOUT = const(2)
ANSWER_LOST = const(3)  # the channel has closed: nobody knows whether the call arrived
ANSWER_DROPPED = const(4)  # the server has closed it on this call, having answered others

_TX_NONE = const(0)  # what is being sent
_TX_CALL = const(1)
_TX_REPLY = const(2)
_TX_DEFERRED = const(3)

_UNREADABLE = b"message cannot be read"
_NO_ANSWER = b"no answer"


class Rpc:
    """`reader` holds the message whose handler or answer() runs; the _idx are tokens of it.

    A call of the server is kept in the receive buffer until its answer has left, so a render
    function may read from it; defer() gives the buffer back at once. Nothing is taken in while
    something is being sent, so an answer goes out next, never behind a call of ours that waits.
    """

    def __init__(self, channel, reader, clock, events, random_bits, installation):
        """Take the parts; installation is the mark that message_id.make_installation() made."""
        self._channel = channel
        self.reader = reader
        self._clock = clock
        self._events = events
        self._frame = RpcFrame(reader)
        self._slot = CallSlot(clock.boot_number, random_bits, installation)
        self._on_call = None
        self._on_replied = None
        self._render_call = self._slot.write
        self._render_result = self._write_result
        self._render_error = self._write_error
        self._render_late = self._write_late
        self._defer_buf = bytearray(ID_MAX)
        self.payload_idx = E_MISSING  # token of the payload: an object, or null for none
        self.action_idx = E_MISSING  # token of the action of a call
        self.error_code = 0  # of the latest CALLERROR: its place in call_error.CODES + 1, 0: other
        self.now_ms = 0  # of the poll that runs
        self.timeouts = 0  # calls without an answer in time
        self.answers = 0  # answers to our calls, good and bad
        self.unknown_ids = 0  # answers to no call: late, double or made up
        self.ignored = 0  # messages that are none, or of a type that OCPP-J does not know
        self._tx = _TX_NONE  # _TX_* that is being sent
        self._is_held = False  # the receive buffer holds a message whose handling is not over
        self._is_asked = False  # and it is a call that still needs an answer
        self._reply_render = None
        self._reply_arg = None
        self._error_code = b""
        self._error_text = b""
        self._defer_len = 0  # bytes of the id in _defer_buf; 0: no answer is owed
        self._late_render = None  # not None: the deferred answer waits to be sent
        self._late_arg = None

    def set_handler(self, on_call):
        """Set on_call(rpc) for calls of the server; it calls reply..., defer or ignore."""
        self._on_call = on_call

    def set_on_replied(self, on_replied):
        """Set on_replied(now_ms): an answer has left, all of it."""
        self._on_replied = on_replied

    # ---- our calls ----

    @property
    def can_call(self):  # HOT
        """Whether call() would be taken."""
        channel = self._channel
        return (
            channel.is_open
            and channel.tx_idle
            and not self._slot.is_busy
            and self._tx == _TX_NONE
            and not self._is_held
            and self._late_render is None
        )

    def call(self, action, render, arg, answer, timeout_ms, seq=0):  # HOT
        """Send a call whose payload render(writer, arg) writes. Return OK or E_BUSY.

        After OK answer(ANSWER_*, arg) comes exactly once. timeout_ms counts from when the call has
        left. A repetition of record seq (not 0) of the outbox has the id of the first attempt.
        """
        if not self.can_call:
            return E_BUSY
        slot = self._slot
        slot.prepare(action, render, arg, seq)
        if self._channel.send_message(self._render_call, None) != OK:
            return E_BUSY
        slot.begin(answer, timeout_ms, self._clock.ticks_ms())
        if not self._channel.tx_idle:
            self._tx = _TX_CALL
        return OK

    def call_age_ms(self):  # HOT
        """Return how long ago the latest call left; in answer(), how long its answer took."""
        return self._slot.age_ms(self.now_ms)

    @property
    def is_calling(self):
        """Whether a call of ours waits for its answer."""
        return self._slot.is_busy

    @property
    def is_replying(self):  # HOT
        """Whether an answer to the server is on its way out, or owed."""
        return self._is_held or self._late_render is not None or self._tx > _TX_CALL

    def on_channel_closed(self, is_dropped=False):  # HOT
        """Forget what was on the channel: the call in flight is lost, owed answers are void.

        is_dropped: the server has closed it, and does not do so whatever we send.
        """
        self._tx = _TX_NONE
        self._is_held = False
        self._is_asked = False
        self._defer_len = 0
        self._late_render = None
        if self._slot.is_busy:
            self._end_call(ANSWER_DROPPED if is_dropped else ANSWER_LOST, E_MISSING)

    def poll(self, now_ms):  # HOT
        """Take at most one message in, send an answer that waits, watch the deadline."""
        self.now_ms = now_ms
        channel = self._channel
        if not channel.is_open:
            return
        self._watch_sent(now_ms)
        if self._tx == _TX_NONE:
            if self._is_held:
                self._end_message()  # a handler raised
            elif self._late_render is not None:
                self._send_late()
            elif channel.rx_ready:
                self._take()
            self._watch_sent(now_ms)
        self._watch_deadline(now_ms)

    # ---- answers to the server's call, from on_call ----

    def reply(self, render, arg):  # HOT
        """Answer with the payload that render(writer, arg) writes. Return OK or E_BUSY."""
        self._reply_render = render
        self._reply_arg = arg
        return self._send_reply(self._render_result)

    def reply_error(self, code, text):  # HOT
        """Answer with a CALLERROR; both bytes. Return OK or E_BUSY."""
        self._error_code = code
        self._error_text = text
        return self._send_reply(self._render_error)

    def ignore(self):  # HOT
        """Leave the call without an answer."""
        self._is_asked = False

    def defer(self):  # HOT
        """Answer later, with reply_deferred(). Return OK, or E_BUSY: one is deferred already."""
        if self._defer_len or not self._is_asked:
            return E_BUSY
        frame = self._frame
        rx_buf = self._channel.rx_buf
        defer_buf = self._defer_buf
        start = frame.id_start
        length = frame.id_end - start
        for i in range(length):
            defer_buf[i] = rx_buf[start + i]
        self._defer_len = length
        self._is_asked = False
        return OK

    @property
    def is_deferred(self):  # HOT
        """Whether a deferred answer is owed, or has not left yet."""
        return self._defer_len != 0

    def reply_deferred(self, render, arg):  # HOT
        """Answer the deferred call. Return OK, or E_EMPTY: there is none, the channel was closed.

        render runs as soon as nothing else is being sent, and must still write the same then.
        """
        if not self._defer_len or self._late_render is not None:
            return E_EMPTY
        self._late_render = render
        self._late_arg = arg
        if self._channel.is_open and self._tx == _TX_NONE and not self._is_held:
            self._send_late()
        return OK

    # ---- sending ----

    def _send_reply(self, render):  # HOT
        """Send an answer to the call in the receive buffer. Return OK or E_BUSY."""
        if not self._is_asked or self._tx != _TX_NONE:
            return E_BUSY
        self._is_asked = False
        if self._channel.send_message(render, None) != OK:
            return E_BUSY
        self._tx = _TX_REPLY
        return OK

    def _send_late(self):  # HOT
        if self._channel.send_message(self._render_late, None) == OK:
            self._tx = _TX_DEFERRED

    def _watch_sent(self, now_ms):  # HOT
        """Notice that what was being sent has left."""
        sent = self._tx
        if sent == _TX_NONE or not self._channel.tx_idle or not self._channel.is_open:
            return
        self._tx = _TX_NONE
        if sent == _TX_CALL:
            self._slot.restart(now_ms)
            return
        if sent == _TX_REPLY:
            self._end_message()
        else:
            self._late_render = None
            self._defer_len = 0
        if self._on_replied is not None:
            self._on_replied(now_ms)

    def _write_result(self, w, arg):  # HOT
        frame = self._frame
        w.open_array()
        w.int(FRAME_RESULT)
        w.raw_range(self._channel.rx_buf, frame.id_start, frame.id_end)
        self._reply_render(w, self._reply_arg)
        w.close_array()

    def _write_late(self, w, arg):  # HOT
        w.open_array()
        w.int(FRAME_RESULT)
        w.raw_range(self._defer_buf, 0, self._defer_len)
        self._late_render(w, self._late_arg)
        w.close_array()

    def _write_error(self, w, arg):  # HOT
        frame = self._frame
        w.open_array()
        w.int(FRAME_ERROR)
        w.raw_range(self._channel.rx_buf, frame.id_start, frame.id_end)
        w.text(self._error_code)
        w.text(self._error_text)
        w.open_object()
        w.close_object()
        w.close_array()

    # ---- receiving ----

    def _take(self):  # HOT
        """Read the message in the receive buffer and act on it."""
        channel = self._channel
        frame = self._frame
        frame.read(channel.rx_buf, channel.rx_len, channel.rx_total_len)
        self._is_held = True
        fault = frame.fault
        kind = frame.kind
        if kind == FRAME_BAD or kind == FRAME_OTHER:
            self.ignored += 1
        self._tell_unreadable(fault)
        if kind == FRAME_CALL:
            self._is_asked = True
            if fault == OK:
                self.action_idx = frame.action_idx
                self.payload_idx = frame.payload_idx
                self._on_call(self)
            else:
                self.reply_error(_code_of_fault(fault), _UNREADABLE)
        elif kind == FRAME_RESULT or kind == FRAME_ERROR:
            self._take_answer(fault)
        if self._tx == _TX_NONE:
            self._end_message()

    def _tell_unreadable(self, fault):  # HOT
        if fault == E_FULL:
            self._events.add(EV_OVERSIZED, self._channel.rx_total_len)
        elif fault != OK and self._frame.kind != FRAME_RESULT:
            self._events.add(EV_BAD_JSON, fault)

    def _take_answer(self, fault):  # HOT
        """Give an answer to the call in flight; ignore it when it belongs to none (J6)."""
        frame = self._frame
        number = self._slot.number
        if not self._slot.is_answered_by(frame, self.reader, self._channel.rx_buf):
            self.unknown_ids += 1
            self._events.add(EV_UNKNOWN_ID)
            return
        self.answers += 1
        if frame.kind == FRAME_RESULT and fault == OK:
            self._end_call(ANSWER_RESULT, frame.payload_idx)
            return
        self.error_code = 0
        if frame.kind == FRAME_RESULT:
            self._events.add(EV_BAD_RESULT, number, fault)
        else:
            if fault == OK:
                self.error_code = code_number(self.reader, frame.action_idx)
            self._events.add(EV_CALL_ERROR, number, self.error_code)
        self._end_call(ANSWER_ERROR, E_MISSING)

    def _end_message(self):  # HOT
        """Give the receive buffer back; a call that has no answer, for any reason, gets one."""
        if self._is_asked:
            self.reply_error(b"InternalError", _NO_ANSWER)
            if self._tx != _TX_NONE:
                return
        if self._is_held:  # a closed channel has taken it back already
            self._is_held = False
            self._channel.rx_release()

    def _end_call(self, status, payload_idx):  # HOT
        """Tell who placed the call what became of it."""
        self.payload_idx = payload_idx
        self._slot.end(status)

    def _watch_deadline(self, now_ms):  # HOT
        """End a call that got no answer in time."""
        slot = self._slot
        if not slot.is_due(now_ms):
            return
        self.timeouts += 1
        self._events.add(EV_CALL_TIMEOUT, slot.number, slot.timeout_ms // 1000)
        if self._tx == _TX_CALL:
            # It is still being rendered, so its source must not go on. The adapter sees the count.
            slot.restart(now_ms)
        else:
            self._end_call(ANSWER_TIMEOUT, E_MISSING)


def _code_of_fault(fault):  # HOT
    """Return the CALLERROR code for a call that could not be taken apart."""
    if fault == E_MISSING:
        return b"ProtocolError"  # "payload incomplete"
    if fault == E_SYNTAX or fault == E_TYPE or fault == E_LENGTH:
        return b"FormationViolation"
    if fault == E_TOO_MANY:
        return b"OccurenceConstraintViolation"  # more items than this station reads at once
    return b"InternalError"  # too long or too deep for this station
