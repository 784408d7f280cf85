"""RcdTest: proves with a test current that the residual-current monitor trips, and releases.

Called by: SelfTest once per full step. Never: runs with a closed contactor or a live outlet.
Source: R3, F21 (evse-hardware.md §4, §8). At boot, in A after each session, in A when the last
test is half a day old, and in any state when it is a day old. Its age stands only between an open
contactor and its closing. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff, ticks_recent

TEST_RUNNING = const(-1)  # or nothing to do
TEST_PASSED = const(0)
TEST_NO_TRIP = const(1)
TEST_NO_RELEASE = const(2)  # also what a real residual current during the test looks like
TEST_STUCK = const(3)  # tripped at boot, before any test current flowed

_TRIP_MS = const(1_000)  # F21
_RELEASE_MS = const(3_000)
_STUCK_MS = const(1_000)
_AGE_MS = const(86_400_000)  # R3
_EARLY_MS = const(43_200_000)  # in A: nobody waits for it then

_NEW = const(0)  # not stepped yet
_IDLE = const(1)
_TRIPPING = const(2)
_RELEASING = const(3)
_FAILED = const(4)  # R52: not tried again before the next boot


class RcdTest:
    """`is_passed` is the verdict of the latest test; a monitor without test input passes."""

    def __init__(self, rcd, contactor, clock):
        self._rcd = rcd
        self._contactor = contactor
        self.is_passed = False
        self._stage = _NEW
        self._since_ms = clock.ticks_ms()  # of the stage
        self.passed_at_ms = self._since_ms
        self._closings = 0  # of the contactor at the latest test

    def step(self, is_a, now_ms):  # HOT
        """Go on with the test. is_a: no car is there. Return TEST_*, a verdict once per test."""
        stage = self._stage
        if stage == _TRIPPING or stage == _RELEASING:
            return self._go_on(now_ms)
        if stage == _NEW:
            self._enter(_IDLE, now_ms)
        if stage == _FAILED or not self.is_due(is_a, now_ms) or not self._is_dead():
            return TEST_RUNNING
        if not self._rcd.has_test():
            return self._pass(now_ms)
        if self._rcd.is_healthy():
            self._rcd.is_testing = True
            self._rcd.drive_test(True)
            self._enter(_TRIPPING, now_ms)
        elif self._contactor.closings == 0 and not self.is_passed:
            if ticks_diff(now_ms, self._since_ms) >= _STUCK_MS:
                return self._fail(TEST_STUCK)
        return TEST_RUNNING

    def is_due(self, is_a, now_ms):  # HOT
        """Return True when a test runs or should run as soon as the outlet is dead."""
        if not self.is_passed or self._stage != _IDLE:
            return True
        age_ms = ticks_diff(now_ms, self.passed_at_ms)
        if is_a and (age_ms >= _EARLY_MS or self._contactor.closings != self._closings):
            return True
        return age_ms >= _AGE_MS

    def is_valid(self, now_ms):  # HOT
        """Return True while the latest test allows to close."""
        return not self.is_due(False, now_ms)

    def refresh(self, now_ms):  # HOT
        """Keep old instants old. Call at least once a day."""
        self._since_ms = ticks_recent(self._since_ms, now_ms)
        self.passed_at_ms = ticks_recent(self.passed_at_ms, now_ms)

    def _go_on(self, now_ms):  # HOT
        """Look at the input before the time: a stall of the station is no fault of the monitor."""
        rcd = self._rcd
        if not self._is_dead():  # nothing may be hidden then: again when it is dead
            self._end()
            return TEST_RUNNING
        is_healthy = rcd.is_healthy()
        stage_ms = ticks_diff(now_ms, self._since_ms)
        if self._stage == _TRIPPING:
            if not is_healthy:
                rcd.drive_test(False)
                self._enter(_RELEASING, now_ms)
            elif stage_ms >= _TRIP_MS:
                return self._fail(TEST_NO_TRIP)
        elif is_healthy:
            return self._pass(now_ms)
        elif stage_ms >= _RELEASE_MS:
            return self._fail(TEST_NO_RELEASE)
        return TEST_RUNNING

    def _is_dead(self):  # HOT
        contactor = self._contactor
        return not contactor.is_closed and not contactor.is_feedback_closed()

    def _enter(self, stage, now_ms):  # HOT
        self._stage = stage
        self._since_ms = now_ms

    def _pass(self, now_ms):  # HOT
        self._end()
        self.is_passed = True
        self.passed_at_ms = now_ms
        self._closings = self._contactor.closings
        return TEST_PASSED

    def _fail(self, verdict):  # HOT
        self._end()
        self._stage = _FAILED
        return verdict

    def _end(self):  # HOT
        """Take the test current away; the input means a residual current again."""
        if self._rcd.has_test():
            self._rcd.drive_test(False)
        self._rcd.is_testing = False
        self.is_passed = False
        self._stage = _IDLE
