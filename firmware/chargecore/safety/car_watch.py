"""CarWatch: since when no car is there, and whether the diode of the one that is there is proven.

Called by: Interlock in every full step; permissions and dangers ask it. Never: decides.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff, ticks_recent
from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C, PILOT_D

NOT_UNPLUGGED = const(-1)
_DIODE_PROVEN_MS = const(100)  # R2
# R23 with a memory: three bad bursts in a row reach the limit, a single one fades in two good
# ones, and a diode that is bad in every second burst still reaches it.
_DIODE_BAD = const(2)
_DIODE_LIMIT = const(5)


class CarWatch:
    """`is_gone` while the pilot is in A."""

    def __init__(self, now_ms):
        self.is_gone = False
        self._gone_since_ms = now_ms
        self._diode_since_ms = now_ms
        self._is_diode_seen = False
        self._diode_badness = 0

    def follow(self, pilot_state, is_pwm_on, is_diode_ok, now_ms):  # HOT
        """Take what a burst has shown. R2: without a break since the last A, E, F or fault."""
        is_gone = pilot_state == PILOT_A
        if is_gone and not self.is_gone:
            self._gone_since_ms = now_ms
        self.is_gone = is_gone
        in_session = pilot_state == PILOT_B or pilot_state == PILOT_C or pilot_state == PILOT_D
        if not (in_session and is_pwm_on):
            self._is_diode_seen = False
            self._diode_badness = 0
        elif not is_diode_ok:
            self._is_diode_seen = False
            self._diode_badness += _DIODE_BAD
        else:
            if self._diode_badness:
                self._diode_badness -= 1
            if not self._is_diode_seen:
                self._is_diode_seen = True
                self._diode_since_ms = now_ms

    def unplugged_ms(self, now_ms):  # HOT
        """Return for how long no car is there, or NOT_UNPLUGGED."""
        return ticks_diff(now_ms, self._gone_since_ms) if self.is_gone else NOT_UNPLUGGED

    def is_diode_proven(self, now_ms):  # HOT
        """Return True once the diode has been there for 100 ms in this session (R2)."""
        diode_ms = ticks_diff(now_ms, self._diode_since_ms)
        return self._is_diode_seen and diode_ms >= _DIODE_PROVEN_MS

    def is_diode_bad(self):  # HOT
        """Return True when too many bursts lacked the negative half (R23)."""
        return self._diode_badness >= _DIODE_LIMIT

    def refresh(self, now_ms):  # HOT
        """Keep old instants old. Call at least once a day."""
        self._gone_since_ms = ticks_recent(self._gone_since_ms, now_ms)
        self._diode_since_ms = ticks_recent(self._diode_since_ms, now_ms)
