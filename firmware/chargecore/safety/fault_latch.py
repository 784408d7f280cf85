"""FaultLatch: the fault that keeps a connector from charging, and when it may be tried again.

Called by: Interlock. Never: opens a contactor.
Source: R36, R50..R53 (docs/safety.md): unplugging clears; some faults clear by themselves after a
time, a few times per session; a weld, a failed self-test and a contactor that twice did not close
are permanent: they outlive every reset, and after a power cycle the self-test decides.
Heap: none after __init__.
"""

from array import array

from micropython import const

from chargecore.base.events import EV_FAULT, EV_FAULT_CLEARED
from chargecore.base.ticks import ticks_diff, ticks_recent
from chargecore.safety.faults import FAULT_NONE
from chargecore.safety.reasons import (
    OPEN_AUX_FAULT,
    OPEN_DIODE,
    OPEN_FEEDBACK_LOST,
    OPEN_LOCK_LOST,
    OPEN_NOT_CLOSING,
    OPEN_OVER_CURRENT,
    OPEN_OVER_TEMPERATURE,
    OPEN_PE_LOST,
    OPEN_PILOT_INVALID,
    OPEN_PILOT_SHORT,
    OPEN_PILOT_SUPPLY,
    OPEN_PROXIMITY,
    OPEN_RCD,
    OPEN_SELF_TEST,
    OPEN_TEMPERATURE_UNKNOWN,
    OPEN_VENTILATION,
    OPEN_WELDED,
)

NO_REASON = const(-1)
_CLEAR_MS = const(1_000)  # unplugged, and the cause gone, for this long
_RCD_EARLY_MS = const(10_000)  # R51: a trip this soon after closing locks out until unplugged
_FOR_EVER = const(1_000)  # retries that nobody counts

# Kinds of recovery: index of _WAIT_MS and of the retries left.
_BY_PILOT = const(0)
_BY_RCD = const(1)
_BY_CLOSING = const(2)
_BY_LINE = const(3)
_BY_HAND = const(4)  # unplugging only

_WAIT_MS = (60_000, 900_000, 30_000, 0, 0)
_RETRIES = (3, 4, 1, _FOR_EVER, 0)  # per session

_KINDS = (
    (OPEN_DIODE, _BY_PILOT),
    (OPEN_PILOT_SHORT, _BY_PILOT),
    (OPEN_PILOT_INVALID, _BY_PILOT),
    (OPEN_VENTILATION, _BY_PILOT),
    (OPEN_LOCK_LOST, _BY_PILOT),
    (OPEN_PROXIMITY, _BY_PILOT),
    (OPEN_PILOT_SUPPLY, _BY_PILOT),
    (OPEN_OVER_CURRENT, _BY_PILOT),
    (OPEN_TEMPERATURE_UNKNOWN, _BY_PILOT),
    (OPEN_RCD, _BY_RCD),
    (OPEN_NOT_CLOSING, _BY_CLOSING),
    (OPEN_AUX_FAULT, _BY_LINE),
    (OPEN_OVER_TEMPERATURE, _BY_LINE),  # the sensor waits: below 60 C after 5 min
)  # others: by hand

# Index of FaultLatch.counts; new ones go to the end (SafetyMemory keeps them by index).
COUNTED = (
    OPEN_RCD,
    OPEN_WELDED,
    OPEN_NOT_CLOSING,
    OPEN_SELF_TEST,
    OPEN_OVER_CURRENT,
    OPEN_OVER_TEMPERATURE,
    OPEN_FEEDBACK_LOST,
    OPEN_PE_LOST,
)
_COUNT_MAX = const(0xFFFF)


def _kind_of(reason):  # HOT
    for row in _KINDS:
        if row[0] == reason:
            return row[1]
    return _BY_HAND


class FaultLatch:
    """`fault` is FAULT_*. The first is kept; only an RCD trip and what is permanent replace it."""

    def __init__(self, clock, events, connector_id):
        self._events = events
        self._connector_id = connector_id
        self.fault = FAULT_NONE
        self.reason = NO_REASON  # OPEN_* it came from
        self.is_permanent = False  # R52: until the next power cycle
        self.is_on_trial = False  # permanent before a power cycle, and the self-test still runs
        self.counts = array("H", [0] * len(COUNTED))  # R53, of all boots together
        self._retries_left = array("i", _RETRIES)
        self._kind = _BY_HAND
        self._is_locked_out = False  # an early RCD trip
        self._seen_at_ms = clock.ticks_ms()  # when the cause was last there

    def latch(self, reason, fault, now_ms):  # HOT
        """Take a fault, or learn that it is still there."""
        self._seen_at_ms = now_ms
        if self.is_permanent:
            return
        is_for_good = self._is_for_good(reason)
        if reason == self.reason and fault == self.fault:
            self.is_permanent = is_for_good  # what was on trial is there again
            return
        is_worse = is_for_good or (reason == OPEN_RCD and not self.is_on_trial)
        if self.fault != FAULT_NONE and reason != self.reason and not is_worse:
            return
        self.fault = fault
        self.reason = reason
        self._kind = _kind_of(reason)
        self.is_permanent = is_for_good
        self._count(reason)
        self._events.add(EV_FAULT, self._connector_id, fault)

    def restore(self, reason, fault, is_on_trial):
        """Take back what was permanent before this boot. is_on_trial: the supply was off."""
        self.fault = fault
        self.reason = reason
        self._kind = _BY_HAND
        self.is_permanent = not is_on_trial
        self.is_on_trial = is_on_trial
        self._events.add(EV_FAULT, self._connector_id, fault)

    def acquit(self):  # HOT
        """End a trial: the self-test has passed."""
        if self.is_on_trial and not self.is_permanent:
            self.is_on_trial = False
            self._clear()

    def kept_reason(self):  # HOT
        """Return the OPEN_* that must outlive a reset, or NO_REASON."""
        return self.reason if self.is_permanent or self.is_on_trial else NO_REASON

    def _is_for_good(self, reason):  # HOT
        if reason == OPEN_NOT_CLOSING:  # R36: its one retry is used up
            return self._retries_left[_BY_CLOSING] == 0
        return reason == OPEN_WELDED or reason == OPEN_SELF_TEST

    def _count(self, reason):  # HOT
        for idx in range(len(COUNTED)):
            if COUNTED[idx] == reason and self.counts[idx] < _COUNT_MAX:
                self.counts[idx] += 1

    def lock_out_if_early(self, closed_ms):  # HOT
        """Forbid the retry of an RCD trip that came closed_ms after closing (R51)."""
        if closed_ms <= _RCD_EARLY_MS:
            self._is_locked_out = True

    def step(self, is_cause_gone, unplugged_ms, now_ms):  # HOT
        """Clear the fault when it is time. unplugged_ms: for how long no car is there, or -1."""
        if self.is_permanent or self.is_on_trial:
            return
        if self.fault != FAULT_NONE and not is_cause_gone:
            self._seen_at_ms = now_ms
            return
        gone_ms = ticks_diff(now_ms, self._seen_at_ms)
        if unplugged_ms >= _CLEAR_MS and (self.fault == FAULT_NONE or gone_ms >= _CLEAR_MS):
            for idx in range(_BY_HAND):
                self._retries_left[idx] = _RETRIES[idx]
            self._is_locked_out = False
            self._clear()
        elif self.fault != FAULT_NONE and gone_ms >= _WAIT_MS[self._kind]:
            self._retry()

    def refresh(self, now_ms):  # HOT
        """Keep old instants old. Call at least once a day."""
        self._seen_at_ms = ticks_recent(self._seen_at_ms, now_ms)

    def _retry(self):  # HOT
        """Clear without unplugging, as long as the session has retries left."""
        left = self._retries_left[self._kind]
        if left == 0 or (self.reason == OPEN_RCD and self._is_locked_out):
            return
        if left < _FOR_EVER:
            self._retries_left[self._kind] = left - 1
        self._clear()

    def _clear(self):  # HOT
        if self.fault == FAULT_NONE:
            return
        self._events.add(EV_FAULT_CLEARED, self._connector_id, self.fault)
        self.fault = FAULT_NONE
        self.reason = NO_REASON
