"""StatusLog: which status changes of one connector are still to be reported.

Called by: Connector and Station (update), the protocol adapter (take).
MinimumStatusDuration lives here: a status is queued only once it lasted that long, and one that
returned to the reported one meanwhile is not queued at all (OCPP 1.6 §4.9).
Heap: none after __init__.
"""

from array import array

from micropython import const

from chargecore.base.ticks import ticks_diff

_SLOTS = const(8)
_FIELDS = const(3)  # status, fault, uptime_s
_NOTHING = const(-1)


class StatusLog:
    """Changes in the order they happened. Full: the oldest is dropped, `dropped` counts it."""

    def __init__(self, clock):
        self._clock = clock
        self._queue = array("i", [0] * (_SLOTS * _FIELDS))
        self._first_idx = 0
        self.count = 0  # changes waiting
        self.dropped = 0  # changes overwritten because nobody took them
        self.status = 0  # status now
        self.fault = 0  # FAULT_* now
        self._since_ms = 0  # when the present pair began
        self._since_uptime_s = 0
        self._queued_status = _NOTHING  # newest pair queued or reported
        self._queued_fault = _NOTHING
        self._is_wanted = False  # report_now() came before the first status was known
        self.taken_status = 0  # the change that take() gave out last
        self.taken_fault = 0
        self.taken_uptime_s = 0
        self._told_status = _NOTHING  # pair the server has acknowledged last
        self._told_fault = _NOTHING

    def update(self, status, fault, now_ms):  # HOT
        """Note the status of this moment."""
        if status != self.status or fault != self.fault or self._queued_status == _NOTHING:
            self.status = status
            self.fault = fault
            self._since_ms = now_ms
            self._since_uptime_s = self._clock.uptime_s
            if self._queued_status == _NOTHING:
                # The status at boot is reported by the boot sequence, not as a change.
                self._queued_status = status
                self._queued_fault = fault
                if self._is_wanted:
                    self._is_wanted = False
                    self._push()

    def settle(self, minimum_s, now_ms):  # HOT
        """Queue the present status if it is new and has lasted minimum_s."""
        if self.status == self._queued_status and self.fault == self._queued_fault:
            return
        if minimum_s and ticks_diff(now_ms, self._since_ms) < minimum_s * 1000:
            return
        self._push()

    def report_now(self):  # HOT
        """Queue the present status, and nothing older, whatever was reported before (boot).

        A status that is not known yet follows as soon as it is.
        """
        self._first_idx = 0
        self.count = 0
        if self._queued_status == _NOTHING:
            self._is_wanted = True
        else:
            self._push()

    def collapse(self):  # HOT
        """Forget the history; keep the present status if the server does not know it."""
        self._first_idx = 0
        self.count = 0
        if self.status != self._told_status or self.fault != self._told_fault:
            self._push()

    def next_status(self):  # HOT
        """Return the status that take() would give out. Only meaningful while count > 0."""
        return self._queue[self._first_idx * _FIELDS]

    def take(self):  # HOT
        """Move the oldest change out of the queue into taken_*. Return False when there is none.

        A notification that gets lost is not put back: after a reconnect collapse() compares the
        present status with the one the server acknowledged (OCPP-J 1.6 §5.4).
        """
        if self.count == 0:
            return False
        at = self._first_idx * _FIELDS
        self.taken_status = self._queue[at]
        self.taken_fault = self._queue[at + 1]
        self.taken_uptime_s = self._queue[at + 2]
        self._first_idx = (self._first_idx + 1) % _SLOTS
        self.count -= 1
        return True

    def take_present(self):  # HOT
        """Put the present status into taken_*, whatever is queued (TriggerMessage)."""
        self.taken_status = self.status
        self.taken_fault = self.fault
        self.taken_uptime_s = self._since_uptime_s
        self._queued_status = self.status
        self._queued_fault = self.fault

    def told(self):  # HOT
        """Note that the server has answered the change in taken_*."""
        self._told_status = self.taken_status
        self._told_fault = self.taken_fault

    def _push(self):  # HOT
        if self.count == _SLOTS:
            self._first_idx = (self._first_idx + 1) % _SLOTS
            self.count -= 1
            self.dropped += 1
        at = (self._first_idx + self.count) % _SLOTS * _FIELDS
        self._queue[at] = self.status
        self._queue[at + 1] = self.fault
        self._queue[at + 2] = self._since_uptime_s
        self._queued_status = self.status
        self._queued_fault = self.fault
        self.count += 1
