"""LowPulse: -12 V on purpose for a while: to wake a car (R42), or to tell it of a fault (R41).

Called by: EvseController once per step. Never: drives the pilot; it returns an event of the state
table. Source: IEC 61851-1 A.5.3 and Table A.5 as in evse-hardware.md §2: a car that stays in B2
for 30 s without ever having asked gets 4 s of -12 V, then 0.75 s of +12 V, then the PWM again,
once per session. A fault under load shows -12 V for 300 ms; station.json leaves that out by
default: +12 V stops a car just as well (seq. 9), an unplugging is seen at once, and some older
hybrids keep a fault of their own after -12 V (evse-hardware.md §5). While -12 V is driven nothing
is seen of the car. A plug that is pulled meanwhile shows at the proximity contact, which ends a
wake-up, or at the latest when the pulse is over. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff
from chargecore.evse.state_table import EVENT_PULSE, EVENT_PULSE_END

NO_EVENT = const(-1)

WAKE_AFTER_MS = const(30_000)
WAKE_MS = const(4_000)
_FAULT_MS = const(300)


class LowPulse:
    """`is_on`: -12 V is wanted now. `has_woken`: to wake the car, so X1 may be short after it."""

    def __init__(self, clock):
        self.wakes = True  # set by the station file: R42
        self.tells_faults = False  # set by the station file: R41
        self.is_on = False
        self.has_woken = False
        self._is_spent = False  # the car has asked, or was woken, in this session
        self._is_waiting = False  # the car is in B2
        self._since_ms = clock.ticks_ms()  # of that, of the pulse, or of the latest step

    def tell_fault(self, now_ms):  # HOT
        """Begin the pulse of a fault under load. Return EVENT_PULSE, or NO_EVENT if unwanted."""
        return self._begin(False, now_ms) if self.tells_faults else NO_EVENT

    def step(self, is_session, is_b2, asks, is_disturbed, now_ms):  # HOT
        """Return EVENT_PULSE, EVENT_PULSE_END or NO_EVENT.

        is_session: a car is there and somebody may draw energy. is_b2: current is offered to a car
        that rests. asks: it asks for energy. is_disturbed: no offer any more, or another cable.
        """
        took_ms = ticks_diff(now_ms, self._since_ms)
        if self.is_on:
            is_cut = self.has_woken and is_disturbed
            if not is_cut and took_ms < (WAKE_MS if self.has_woken else _FAULT_MS):
                return NO_EVENT
            self.is_on = False
            self.has_woken = self.has_woken and not is_cut
            return EVENT_PULSE_END
        if asks or not is_session:
            self._is_spent = asks
        if not (is_b2 and self._is_waiting):
            self._is_waiting = is_b2
            self._since_ms = now_ms
        elif self.wakes and not self._is_spent and took_ms >= WAKE_AFTER_MS:
            self._is_spent = True
            return self._begin(True, now_ms)
        return NO_EVENT

    def _begin(self, is_wake_up, now_ms):  # HOT
        self.is_on = True
        self.has_woken = is_wake_up
        self._is_waiting = False
        self._since_ms = now_ms
        return EVENT_PULSE
