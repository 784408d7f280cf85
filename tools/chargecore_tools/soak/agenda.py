"""Agenda: what is due when, on a clock that also runs while the station has no supply."""

import heapq
import itertools


class Agenda:
    """Functions without arguments, by time in seconds."""

    def __init__(self):
        self._rows = []
        self._numbers = itertools.count()  # equal times: in the order they were put in

    def put(self, at_s, function):
        """Call function() once at_s has come."""
        heapq.heappush(self._rows, (at_s, next(self._numbers), function))

    def run(self, now_s):
        """Call everything that is due."""
        while self._rows and self._rows[0][0] <= now_s:
            heapq.heappop(self._rows)[2]()

    def clear(self):
        """Forget everything."""
        self._rows.clear()
