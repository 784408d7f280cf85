"""SelfTest: what must be proven before the pilot offers anything, and the test of the RCD.

Called by: Interlock once per full step. Never: closes anything; it writes the interlock's outputs
wants_low and wants_x1 and its permission is_tested.
Source: R55, R3 (evse-hardware.md §8.1). At boot: contactor off and its feedback open, the RCD
trips and releases, the pilot reads +12 V and, for a moment, -12 V. With a car plugged the pilot is
left alone: the diode check proves its negative half. Both levels inside a band that is narrower
than what a wrong reference of the ADC makes of them prove that reference as well.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.events import EV_SELF_TEST
from chargecore.base.ticks import ticks_diff, ticks_recent
from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C, PILOT_D
from chargecore.safety.rcd_test import TEST_PASSED, TEST_RUNNING, RcdTest

TEST_PILOT_HIGH = const(4)  # +12 V not read back
TEST_PILOT_LOW = const(5)  # -12 V not read back

# 12 V +-5 % (evse-hardware.md §1.1), read by an ADC that may be off by 0.4 V before calibration.
_LEAST_MV = const(11_000)
_MOST_MV = const(13_000)
_PATIENCE_MS = const(1_000)  # a supply may still be rising
_FEEDBACK_MS = const(100)  # as long as a weld takes to be found at boot

_HIGH = const(0)  # waits for the pilot to be seen
_LOW = const(1)  # drives -12 V
_DONE = const(2)
_FAILED = const(3)  # R52: not tried again before the next boot


class SelfTest:
    """`is_passed` once everything was proven after this boot; nothing is offered before."""

    def __init__(self, rcd, contactor, clock, events, connector_id):
        self._contactor = contactor
        self._events = events
        self._connector_id = connector_id
        self.rcd_test = RcdTest(rcd, contactor, clock)
        self.is_passed = False
        self._pilot_stage = _HIGH
        self._since_ms = clock.ticks_ms()  # of the pilot's stage, or since it was right last

    def step(self, lock, now_ms):  # HOT
        """Go on with what is due. Return False when a test has just failed."""
        verdict = self.rcd_test.step(lock.pilot_state == PILOT_A, now_ms)
        if verdict != TEST_RUNNING:
            self._tell(verdict)
        is_good = verdict <= TEST_PASSED
        if self._pilot_stage == _HIGH or self._pilot_stage == _LOW:
            is_good = self._read_back(lock, now_ms) and is_good
        if not self.is_passed:
            self.is_passed = (
                self._pilot_stage == _DONE
                and self.rcd_test.is_passed
                and not self._contactor.is_feedback_closed()
                and ticks_diff(now_ms, self._contactor.opened_at_ms) >= _FEEDBACK_MS
            )
            lock.wants_x1 = not self.is_passed
        lock.is_tested = self.is_passed and self.rcd_test.is_valid(now_ms)
        return is_good

    def refresh(self, now_ms):  # HOT
        """Keep old instants old. Call at least once a day."""
        self._since_ms = ticks_recent(self._since_ms, now_ms)
        self.rcd_test.refresh(now_ms)

    def _read_back(self, lock, now_ms):  # HOT
        """Prove both rails of the pilot. Return False when one is not there."""
        if self._pilot_stage == _LOW:
            if -_MOST_MV <= lock.low_mv <= -_LEAST_MV:
                lock.wants_low = False
                self._pilot_stage = _DONE
            elif ticks_diff(now_ms, self._since_ms) >= _PATIENCE_MS:
                lock.wants_low = False
                return self._fail(TEST_PILOT_LOW)
            return True
        state = lock.pilot_state
        if state == PILOT_B or state == PILOT_C or state == PILOT_D:
            self._pilot_stage = _DONE
        elif state != PILOT_A:  # not seen yet, or a fault that has its own name
            self._since_ms = now_ms
        elif _LEAST_MV <= lock.high_mv <= _MOST_MV:
            lock.wants_low = True
            self._pilot_stage = _LOW
            self._since_ms = now_ms
        elif ticks_diff(now_ms, self._since_ms) >= _PATIENCE_MS:
            return self._fail(TEST_PILOT_HIGH)
        return True

    def _fail(self, verdict):  # HOT
        self._pilot_stage = _FAILED
        self._tell(verdict)
        return False

    def _tell(self, verdict):  # HOT
        self._events.add(EV_SELF_TEST, self._connector_id, verdict)
