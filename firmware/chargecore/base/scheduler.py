"""Scheduler: a fixed table of steps, with the safety step before every other one.

Called by: main.py, in its endless loop. Steps are bound methods that take now_ms and return at
once.
Never: sleeps, allocates after start, lets a step's exception leave before the contactors opened.
Heap: none after the last add().
"""

from array import array

from micropython import const

from chargecore.base.errors import ConfigError
from chargecore.base.events import EV_STEP_FAILED, EV_STEP_OVERRUN
from chargecore.base.ticks import TICKS_MAX

_TICKS_HALF = const(0x20000000)
_FAILURES_TO_RESET = const(3)


class Scheduler:
    """Runs entries when they are due. Full: add() raises ConfigError.

    on_failure() is called first of all when a step raises: it opens every contactor.
    """

    def __init__(self, clock, capacity, guard_step, on_failure, events):
        self._ticks_ms = clock.ticks_ms
        self._guard_step = guard_step
        self._on_failure = on_failure
        self._events = events
        self._steps = [None] * capacity
        self._due_ms = array("i", [0] * capacity)
        self._period_ms = array("i", [0] * capacity)
        self._budget_ms = array("i", [0] * capacity)
        self._failures = array("i", [0] * capacity)  # exceptions in a row, per entry
        self.worst_ms = array("i", [0] * capacity)  # longest run of each entry
        self.names = [None] * capacity
        self.count = 0  # entries in use
        self.passes = 0  # calls of step(), wraps at 2^29
        self.overruns = 0  # steps that took longer than their budget
        self._has_failed = False  # some entry failed in its last run
        self.failed = 0  # exceptions caught
        self.last_error = None  # the newest exception, for the diagnostics
        self.needs_reset = False  # an entry failed three times in a row: reset between sessions

    def add(self, name, step, period_ms, budget_ms):
        """Add an entry, first due at once. Return its index. Errors: ConfigError when full."""
        if self.count == len(self._steps):
            raise ConfigError("scheduler capacity")
        if not 0 < period_ms < _TICKS_HALF:
            raise ConfigError(name)
        idx = self.count
        self._steps[idx] = step
        self._due_ms[idx] = self._ticks_ms()
        self._period_ms[idx] = period_ms
        self._budget_ms[idx] = budget_ms
        self.names[idx] = name
        self.count = idx + 1
        return idx

    def step(self, now_ms):  # HOT
        """Run the safety step, then each due entry with the safety step before it."""
        self.passes = (self.passes + 1) & 0x1FFFFFFF
        guard_step = self._guard_step
        ticks_ms = self._ticks_ms
        steps = self._steps
        due_ms = self._due_ms
        period_ms = self._period_ms
        idx = -1
        try:
            guard_step(now_ms)
            for idx in range(self.count):
                if (now_ms - due_ms[idx]) & TICKS_MAX < _TICKS_HALF:
                    # From now, not from the last deadline: a late step does not run twice.
                    due_ms[idx] = (now_ms - TICKS_MAX + period_ms[idx] - 1) & TICKS_MAX
                    guard_step(now_ms)
                    steps[idx](now_ms)
                    after_ms = ticks_ms()
                    if after_ms != now_ms:
                        self._account(idx, (after_ms - now_ms) & TICKS_MAX)
                        now_ms = after_ms
                    if self._has_failed:
                        self._recovered(idx)
        except Exception as error:
            self._fail(idx, error)

    def guard(self):  # HOT
        """Run the safety step in the middle of an entry that takes long. Never raises."""
        try:
            self._guard_step(self._ticks_ms())
        except Exception as error:
            self._fail(-1, error)

    def _account(self, idx, took_ms):  # HOT
        if took_ms > self.worst_ms[idx]:
            self.worst_ms[idx] = took_ms
        if took_ms > self._budget_ms[idx]:
            self.overruns += 1
            self._events.add(EV_STEP_OVERRUN, idx, took_ms)

    def _recovered(self, idx):  # HOT
        self._failures[idx] = 0
        self._has_failed = any(self._failures)

    def _fail(self, idx, error):
        self._on_failure()
        self.failed += 1
        self._has_failed = True
        self.last_error = error
        in_a_row = 1
        if idx >= 0:
            in_a_row = self._failures[idx] + 1
            self._failures[idx] = in_a_row
        if in_a_row >= _FAILURES_TO_RESET or idx < 0:
            self.needs_reset = True
        self._events.add(EV_STEP_FAILED, idx, in_a_row)
