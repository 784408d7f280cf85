"""SafetyStep: the scheduler's guard: what must be looked at before anything else runs.

Called by: Scheduler before every entry (step) and after a failure (on_failure); main.py.
Never: feeds dead man and watchdog unless every check of a full step has passed in this call.
A controller is an object with interlock.watch(now_ms), step(now_ms) and emergency_open(reason).
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.events import EV_SAFETY_LATE
from chargecore.base.ticks import ticks_add, ticks_diff
from chargecore.safety.reasons import OPEN_EXCEPTION

PERIOD_MS = const(20)  # R57
_LATE_MS = const(60)  # R57: a gap worth a warning


class SafetyStep:
    """Watches all interlocks in each pass, steps all controllers every 20 ms."""

    def __init__(self, controllers, dead_man, watchdog, clock, events):
        self._controllers = controllers
        self._dead_man = dead_man
        self._watchdog = watchdog
        self._events = events
        now_ms = clock.ticks_ms()
        self._due_ms = now_ms
        self._full_at_ms = now_ms
        self._is_started = False  # the gap before the first full step is the boot itself
        self.full_steps = 0  # wraps at 2^29
        self.worst_gap_ms = 0  # longest time between two full steps
        self.late_steps = 0  # gaps of more than 60 ms

    def step(self, now_ms):  # HOT
        """Watch; when a burst is due, run the full step and then feed dead man and watchdog."""
        for controller in self._controllers:
            controller.interlock.watch(now_ms)
        if ticks_diff(now_ms, self._due_ms) < 0:
            return
        self._schedule(now_ms)
        self._measure(now_ms)
        for controller in self._controllers:
            controller.step(now_ms)
        self._dead_man.feed()
        self._watchdog.feed()

    def open_all(self, reason):  # HOT
        """Open every contactor at once."""
        for controller in self._controllers:
            controller.emergency_open(reason)

    def on_failure(self):  # HOT
        """Open every contactor because a step raised an exception (F39)."""
        self.open_all(OPEN_EXCEPTION)

    def _schedule(self, now_ms):  # HOT
        """Keep to the grid, so that two bursts are never more than 20 ms and one pass apart."""
        due_ms = ticks_add(self._due_ms, PERIOD_MS)
        if ticks_diff(now_ms, due_ms) >= 0:  # a whole period late: no burst of bursts
            due_ms = ticks_add(now_ms, PERIOD_MS)
        self._due_ms = due_ms

    def _measure(self, now_ms):  # HOT
        gap_ms = ticks_diff(now_ms, self._full_at_ms)
        self._full_at_ms = now_ms
        self.full_steps = (self.full_steps + 1) & 0x1FFFFFFF
        if not self._is_started:
            self._is_started = True
            return
        if gap_ms > _LATE_MS:
            self.late_steps += 1
        if gap_ms > self.worst_gap_ms:
            self.worst_gap_ms = gap_ms
            if gap_ms > _LATE_MS:  # each new worst one: a slow board must not flood the log
                self._events.add(EV_SAFETY_LATE, gap_ms)
