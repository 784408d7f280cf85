"""Lamps: shows at each connector what it is doing, and what became of the card.

Called by: the scheduler. Reads statuses, the link and the event log; changes nothing of them.
Heap: none after __init__, as far as the lamps have none.
"""

from array import array

from micropython import const

from chargecore.base.events import EV_AUTHORIZED, EV_REFUSED, EV_SWIPE_IGNORED
from chargecore.base.ticks import ticks_diff
from chargecore.indicators.patterns import (
    PATTERNS,
    ROW_AUTHORIZED,
    ROW_LEN,
    ROW_OFFLINE,
    ROW_REFUSED,
    SLOT_SHIFT,
    SLOTS,
)
from chargecore.station.statuses import AVAILABLE, FAULTED

_FLASH_MS = const(2000)
_EVENTS_MAX = const(16)  # looked at per step; older ones of a burst are not worth a flash
_NO_ROW = const(-1)


class Lamps:
    """lamps go by connector, None where a connector has none."""

    def __init__(self, lamps, connectors, link, events):
        self._lamps = lamps
        self._connectors = connectors
        self._link = link
        self._events = events
        count = len(lamps)
        self._shown = array("i", [_NO_ROW] * count)  # place in PATTERNS, plus 1 while lit
        self._flash_rows = array("i", [_NO_ROW] * count)  # ROW_* of what became of the card
        self._flash_at_ms = array("i", [0] * count)
        self._slot = 0
        self._seen = events.total  # events looked at so far

    def step(self, now_ms):  # HOT
        """Show what there is to show."""
        self._follow_events(now_ms)
        slot = (now_ms >> SLOT_SHIFT) % SLOTS
        # Once per round although nothing changed: a strip forgets what a disturbance told it.
        is_new_round = slot < self._slot
        self._slot = slot
        for idx in range(len(self._lamps)):
            lamp = self._lamps[idx]
            if lamp is None:
                continue
            at = ROW_LEN * self._row(idx, now_ms)
            is_lit = (PATTERNS[at + 3] << 8 | PATTERNS[at + 4]) >> (SLOTS - 1 - slot) & 1
            if self._shown[idx] == at + is_lit and not is_new_round:
                continue
            self._shown[idx] = at + is_lit
            if is_lit:
                lamp.show(PATTERNS[at], PATTERNS[at + 1], PATTERNS[at + 2])
            else:
                lamp.show(0, 0, 0)

    def _row(self, idx, now_ms):  # HOT
        status = self._connectors[idx].status.status
        flash_row = self._flash_rows[idx]
        if flash_row != _NO_ROW:
            if ticks_diff(now_ms, self._flash_at_ms[idx]) >= _FLASH_MS:
                self._flash_rows[idx] = _NO_ROW
            elif status != FAULTED:
                return flash_row
        if status == AVAILABLE and not self._link.is_online:
            return ROW_OFFLINE
        return status

    def _follow_events(self, now_ms):  # HOT
        events = self._events
        total = events.total
        for number in range(max(self._seen, total - _EVENTS_MAX), total):
            code = events.field(number, 0)
            if code == EV_AUTHORIZED:
                self._flash(ROW_AUTHORIZED, events.field(number, 1), now_ms)
            elif code == EV_REFUSED or code == EV_SWIPE_IGNORED:
                self._flash(ROW_REFUSED, events.field(number, 1), now_ms)
        self._seen = total

    def _flash(self, row, connector_id, now_ms):  # HOT
        """Let the lamp of that connector flicker, with 0 all of them."""
        for idx in range(len(self._lamps)):
            if connector_id == 0 or connector_id == idx + 1:
                self._flash_rows[idx] = row
                self._flash_at_ms[idx] = now_ms
