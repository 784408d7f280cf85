"""Rcd: the trip input of a residual-current monitor, latched, and its test input.

Called by: Interlock every pass, RcdTest. The input is fail-safe: healthy drives it high, so a
trip, a broken wire and a missing sensor look alike (F18, F22). The latch is software; the hardware
path acts alone.
Heap: none after __init__.
"""


class Rcd:
    """`is_tripped` stays until reset() finds the input healthy again."""

    def __init__(self, trip_pin, test_pin=None):
        self._trip_pin = trip_pin
        self._test_pin = test_pin  # 1: test current; None: the monitor cannot be tested
        self.is_tripped = False
        # What the input says is the answer to a test, and before the first one that of a monitor
        # that is waking up, behind a contactor that was never closed: no residual current.
        self.is_testing = test_pin is not None
        self.trips = 0  # since boot
        if test_pin is not None:
            test_pin.value(0)

    def poll(self):  # HOT
        """Read the input. Return True while healthy and not latched."""
        if self._trip_pin.value() != 1 and not self.is_tripped and not self.is_testing:
            self.is_tripped = True
            self.trips += 1
        return not self.is_tripped

    def reset(self):  # HOT
        """Clear the latch if the input is healthy. Return True when clear."""
        if self._trip_pin.value() == 1:
            self.is_tripped = False
        return not self.is_tripped

    def is_healthy(self):  # HOT
        """Return what the input says now, latched or not."""
        return self._trip_pin.value() == 1

    def has_test(self):  # HOT
        """Return False when the monitor has no test input."""
        return self._test_pin is not None

    def drive_test(self, is_on):  # HOT
        """Switch the test current. For RcdTest alone."""
        self._test_pin.value(1 if is_on else 0)
