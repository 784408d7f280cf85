"""GuardedTrip: the trip input as the interlock sees it: the pin, and what the program has seen.

Called by: Interlock (value) as the pin of the residual-current monitor. A trip that is over before
Python looks has dropped the coil all the same: it reads as tripped until the contactor lets go of
the coil. Heap: none after __init__.
"""


class GuardedTrip:
    """An input, 1 = healthy: pin high, and no trip under the present request of the coil."""

    def __init__(self, trip_pin, guard):
        self._trip_value = trip_pin.value
        self._guard = guard

    def value(self):  # HOT
        """Return 1 when healthy."""
        guard = self._guard
        if guard.has_request and guard.is_tripped():
            return 0
        return self._trip_value()
