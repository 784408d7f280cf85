"""CallSlot: the call of ours that is in flight: what it says, its id, its deadline, who waits.

Called by: Rpc only. Heap: two short ids at start, none after.
"""

from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.wire.json_text import is_same
from chargecore.wire.message_id import MessageId
from chargecore.wire.rpc_frame import FRAME_CALL


class CallSlot:
    """`is_busy` from begin() to end(), in which answer(status, arg) is called exactly once."""

    def __init__(self, boot_number, random_bits, installation):
        self._id = MessageId(boot_number, random_bits, installation)
        self._action = b""
        self._render = None
        self._arg = None
        self._answer = None
        self._deadline_ms = 0
        self.timeout_ms = 0
        self.is_busy = False
        self.number = 0  # calls placed since boot, this one included

    def prepare(self, action, render, arg, seq):  # HOT
        """Take what write() will write; a repetition of record seq (not 0) gets its id again."""
        if seq:
            self._id.choose_record(seq)
        else:
            self._id.choose_next()
        self._action = action
        self._render = render
        self._arg = arg

    def begin(self, answer, timeout_ms, now_ms):  # HOT
        """The call is on its way."""
        self._answer = answer
        self.timeout_ms = timeout_ms
        self._deadline_ms = ticks_add(now_ms, timeout_ms)
        self.is_busy = True
        self.number += 1

    def restart(self, now_ms):  # HOT
        """Let the whole time run again."""
        self._deadline_ms = ticks_add(now_ms, self.timeout_ms)

    def age_ms(self, now_ms):  # HOT
        """Return how long ago the call left."""
        return ticks_diff(now_ms, self._deadline_ms) + self.timeout_ms

    def is_due(self, now_ms):  # HOT
        """Return whether the time is over."""
        return self.is_busy and ticks_diff(now_ms, self._deadline_ms) >= 0

    def is_answered_by(self, frame, reader, rx_buf):  # HOT
        """Return whether a received frame has the id of this call (J6)."""
        if not self.is_busy:
            return False
        own_buf = self._id.buf
        if frame.id_idx >= 0:
            return reader.equals(frame.id_idx, own_buf)
        length = len(own_buf)
        if frame.id_end - frame.id_start != length + 2:
            return False
        return is_same(rx_buf, frame.id_start + 1, own_buf, length) == 1

    def end(self, status):  # HOT
        """Tell who placed the call what became of it."""
        self.is_busy = False
        self._answer(status, self._arg)

    def write(self, w, arg):  # HOT
        """Write the CALL."""
        w.open_array()
        w.int(FRAME_CALL)
        w.text(self._id.buf)
        w.text(self._action)
        self._render(w, self._arg)
        w.close_array()
