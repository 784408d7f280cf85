"""ImageKeeper: keeps a table that is its own image over reboot, reset and power loss.

Called by: the station once per pass, and before a reset. For tables with image_buf, image_len,
has_changed and adopt(), as ProfileTable has them; storage is a VersionPair, so that a cut while it
writes leaves the image before.

When it writes: in the pass behind a change, but not while a contactor is closed, because a slow
erase would open it (R57), unless the change has waited an hour. Whoever sends change after change
cannot wear out the flash: after _CREDITS writes there is one per _CREDIT_MS. Heap: opening a file
when it writes.
"""

from micropython import const

from chargecore.base.codes import E_EMPTY, OK
from chargecore.base.events import EV_FLASH_ERROR
from chargecore.base.ticks import ticks_diff

_CREDITS = const(10)
_CREDIT_MS = const(300_000)
_PATIENCE_MS = const(3_600_000)  # longest wait for an open contactor
_RETRY_MS = const(60_000)  # pause after flash has refused


class ImageKeeper:
    """`writes` counts the images written in this boot. old_event: EV_* for a damaged image."""

    def __init__(self, table, storage, connectors, events, old_event):
        self._table = table
        self._storage = storage
        self._connectors = connectors
        self._events = events
        self.writes = 0
        self._credits = _CREDITS  # writes that may follow at once
        self._credit_at_ms = 0  # when the last one came, or was spent with all of them there
        self._is_waiting = False  # a change is not on flash yet, since
        self._waits_since_ms = 0
        self._is_refused = False  # the last write failed, then
        self._refused_at_ms = 0
        length = storage.load(table.image_buf)
        left = table.adopt(length)
        if storage.is_old or (length < 0 and length != E_EMPTY):
            events.add(old_event, left)

    def step(self, now_ms):  # HOT
        """Write what has changed, when it is time."""
        if self._credits == _CREDITS:
            self._credit_at_ms = now_ms
        elif ticks_diff(now_ms, self._credit_at_ms) >= _CREDIT_MS:
            self._credits += 1
            self._credit_at_ms = now_ms
        if not self._table.has_changed:
            self._is_waiting = False
            return
        if not self._is_waiting:
            self._is_waiting = True
            self._waits_since_ms = now_ms
        if self._credits and self._may_write(now_ms):
            self._credits -= 1
            self._is_refused = self.flush() != OK
            self._refused_at_ms = now_ms

    def flush(self):
        """Write what has changed, whatever runs: the station restarts. Return OK or E_IO."""
        table = self._table
        if not table.has_changed:
            return OK
        code = self._storage.save(table.image_buf, table.image_len)
        if code == OK:
            table.has_changed = False
            self.writes += 1
        else:
            self._events.add(EV_FLASH_ERROR, self._storage.errno)
        return code

    def _may_write(self, now_ms):  # HOT
        if self._is_refused and ticks_diff(now_ms, self._refused_at_ms) < _RETRY_MS:
            return False
        for connector in self._connectors:
            if connector.controller.is_energised:
                return ticks_diff(now_ms, self._waits_since_ms) >= _PATIENCE_MS
        return True
