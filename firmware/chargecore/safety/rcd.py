"""Rcd: the trip input of a residual-current monitor, latched.

Called by: Interlock every pass. The input is fail-safe: healthy drives it high, so a trip, a
broken wire and a missing sensor look alike (F18, F22). The latch is software; the hardware path
acts alone.
Heap: none after __init__.
"""


class Rcd:
    """`is_tripped` stays until reset() finds the input healthy again."""

    def __init__(self, trip_pin):
        self._trip_pin = trip_pin
        self.is_tripped = False
        self.trips = 0  # since boot

    def poll(self):  # HOT
        """Read the input. Return True while healthy and not latched."""
        if self._trip_pin.value() != 1 and not self.is_tripped:
            self.is_tripped = True
            self.trips += 1
        return not self.is_tripped

    def reset(self):  # HOT
        """Clear the latch if the input is healthy. Return True when clear."""
        if self._trip_pin.value() == 1:
            self.is_tripped = False
        return not self.is_tripped
