"""Watch: what happens between two questions of the bench, seen in every pass of its loop.

Called by: the bench's scheduler (step), Orders. Never: commands anything. Times are as coarse as a
pass takes, a few ms. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff

_NEVER_MS = const(-1)
_FAR_MV = const(100_000)


class Watch:
    """Of one connector, since mark(). `*_ms` are -1 where it has not been seen."""

    def __init__(self, controller, bolt_pin):
        self._controller = controller
        self._bolt_pin = bolt_pin  # end switch of the lock; None: no lock
        self._coil_at_ms = 0  # when the coil was switched last
        self._is_coil_on = False
        self._waits = False  # the feedback has not followed yet
        self._test_at_ms = 0  # when the present part of the RCD's test began
        self._is_testing = False
        self._is_healthy = True
        self._was_bolt_out = False
        self.mark(0)

    def mark(self, now_ms):
        """Begin anew."""
        self.marked_at_ms = now_ms
        self.high_min_mv = _FAR_MV
        self.high_max_mv = -_FAR_MV
        self.low_min_mv = _FAR_MV
        self.low_max_mv = -_FAR_MV
        self.states = 0  # bit n: pilot state n was seen
        self.bursts = 0
        self.closings = 0  # of the feedback, behind the coil
        self.openings = 0
        self.close_min_ms = self.close_max_ms = _NEVER_MS
        self.open_min_ms = self.open_max_ms = _NEVER_MS
        self.trip_ms = self.release_ms = _NEVER_MS  # of the RCD's test
        self.bolt_at_ms = now_ms  # when the end switch changed last

    def step(self, now_ms):
        """Look."""
        controller = self._controller
        sense = controller.sense
        self.high_min_mv = min(self.high_min_mv, sense.high_mv)
        self.high_max_mv = max(self.high_max_mv, sense.high_mv)
        self.low_min_mv = min(self.low_min_mv, sense.low_mv)
        self.low_max_mv = max(self.low_max_mv, sense.low_mv)
        self.states |= 1 << controller.pilot_state
        self.bursts += 1
        self._follow_contactor(now_ms)
        self._follow_test(controller.rcd, now_ms)
        if self._bolt_pin is not None and (self._bolt_pin.value() == 1) != self._was_bolt_out:
            self._was_bolt_out = not self._was_bolt_out
            self.bolt_at_ms = now_ms

    def _follow_contactor(self, now_ms):
        contactor = self._controller.contactor
        if contactor.is_closed != self._is_coil_on:
            self._is_coil_on = contactor.is_closed
            self._coil_at_ms = contactor.closed_at_ms
            if not self._is_coil_on:
                self._coil_at_ms = contactor.opened_at_ms
            self._waits = True
        if not self._waits or contactor.is_feedback_closed() != self._is_coil_on:
            return
        self._waits = False
        took_ms = ticks_diff(now_ms, self._coil_at_ms)
        if self._is_coil_on:
            self.closings += 1
            self.close_max_ms = max(self.close_max_ms, took_ms)
            self.close_min_ms = _least(self.close_min_ms, took_ms)
        else:
            self.openings += 1
            self.open_max_ms = max(self.open_max_ms, took_ms)
            self.open_min_ms = _least(self.open_min_ms, took_ms)

    def _follow_test(self, rcd, now_ms):
        is_testing, is_healthy = rcd.is_testing, rcd.is_healthy()
        if is_testing and not self._is_testing:
            self._test_at_ms = now_ms
        elif is_testing and self._is_healthy and not is_healthy:
            self.trip_ms = ticks_diff(now_ms, self._test_at_ms)
            self._test_at_ms = now_ms
        elif not self._is_healthy and is_healthy and self.trip_ms != _NEVER_MS:
            self.release_ms = ticks_diff(now_ms, self._test_at_ms)
        self._is_testing = is_testing
        self._is_healthy = is_healthy


def _least(known_ms, took_ms):
    return took_ms if known_ms == _NEVER_MS else min(known_ms, took_ms)
