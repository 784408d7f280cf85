"""BenchPermission: one condition more for a contactor on the bench: somebody there asked for it,
seconds ago.

Called by: Interlock in every full step (follow); the bench, which alone makes one and sets it
as the interlock's `bench`. It takes the place of no permission: R1..R13 must hold beside it, and
every danger opens as ever.
Never: part of a station: nothing outside chargecore.bench makes one, a reset ends it, and who no
longer asks (tool gone, cable pulled) has an open contactor seconds later.
Source: docs/safety.md, R59. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.codes import E_RANGE, OK
from chargecore.base.ticks import ticks_add, ticks_diff

BENCH_NONE = const(0)  # nobody asks: open
BENCH_GIVEN = const(1)
BENCH_ENDING = const(2)  # R30: may stay closed until the car lets go, and is offered nothing

HOLD_MAX_MS = const(10_000)
_END_MS = const(7_000)  # R30: a car that ignores the end is cut off after 6 s


class BenchPermission:
    """Nothing is given before grant()."""

    def __init__(self):
        self._state = BENCH_NONE
        self._until_ms = 0
        self.grants = 0  # since it was made

    def grant(self, hold_ms, now_ms):
        """Give it for hold_ms from now on, or for longer than before. Return OK or E_RANGE.

        Range: 1..10,000 ms.
        """
        if not 1 <= hold_ms <= HOLD_MAX_MS:
            return E_RANGE
        self._state = BENCH_GIVEN
        self._until_ms = ticks_add(now_ms, hold_ms)
        self.grants += 1
        return OK

    def end(self, now_ms):  # HOT
        """End it as a station ends a session: PWM off, open at B or after 6 s."""
        if self._state == BENCH_GIVEN:
            self._state = BENCH_ENDING
            self._until_ms = ticks_add(now_ms, _END_MS)

    def revoke(self):  # HOT
        """End it at once."""
        self._state = BENCH_NONE

    def follow(self, now_ms):  # HOT
        """Return BENCH_* of this moment; what has run out does not come back by itself."""
        left_ms = ticks_diff(self._until_ms, now_ms)
        if self._state != BENCH_NONE and not 0 < left_ms <= HOLD_MAX_MS:
            self._state = BENCH_NONE
        return self._state
