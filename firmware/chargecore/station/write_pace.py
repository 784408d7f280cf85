"""WritePace: says when something that has changed may go to flash.

Called by: SecurityDesk. Not while a contactor is closed, because a slow erase would open it (R57),
unless the change has waited an hour. Whoever makes change after change cannot wear out the flash:
after _CREDITS writes there is one per _CREDIT_MS. Behind a refusal of flash there is a pause.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff

_CREDITS = const(10)
_CREDIT_MS = const(300_000)
_PATIENCE_MS = const(3_600_000)  # longest wait for an open contactor
_RETRY_MS = const(60_000)  # pause after flash has refused


class WritePace:
    """poll() once per pass; wrote() behind every try."""

    def __init__(self, connectors):
        self._connectors = connectors
        self._credits = _CREDITS  # writes that may follow at once
        self._credit_at_ms = 0  # when the last one came, or was spent with all of them there
        self._is_waiting = False  # a change is not on flash yet, since
        self._waits_since_ms = 0
        self._is_refused = False  # the last write failed, then
        self._refused_at_ms = 0

    def poll(self, has_changed, now_ms):  # HOT
        """Return True when a change may be written now."""
        if self._credits == _CREDITS:
            self._credit_at_ms = now_ms
        elif ticks_diff(now_ms, self._credit_at_ms) >= _CREDIT_MS:
            self._credits += 1
            self._credit_at_ms = now_ms
        if not has_changed:
            self._is_waiting = False
            return False
        if not self._is_waiting:
            self._is_waiting = True
            self._waits_since_ms = now_ms
        return self._credits > 0 and self._may_write(now_ms)

    def wrote(self, is_good, now_ms):
        """A write was tried."""
        self._credits -= 1
        self._is_refused = not is_good
        self._refused_at_ms = now_ms

    def _may_write(self, now_ms):  # HOT
        if self._is_refused and ticks_diff(now_ms, self._refused_at_ms) < _RETRY_MS:
            return False
        for connector in self._connectors:
            if connector.controller.is_energised:
                return ticks_diff(now_ms, self._waits_since_ms) >= _PATIENCE_MS
        return True
