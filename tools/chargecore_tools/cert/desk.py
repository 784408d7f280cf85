"""Desk: what the server answers to the station's CALLs, as the case says it ahead.

Stands in the place of the server's hooks. An answer has to be ready before its CALL comes, so
each list of steps puts its expectations up when it begins; a CALL takes the first that fits.
"""

import threading
from dataclasses import dataclass
from typing import Callable

from chargecore_tools.csms.hooks import Hook


@dataclass(eq=False)
class Row:
    """One expectation: of which step, what fits, how many CALLs it takes, the Hook for each."""

    step: object
    could_fit: Callable  # takes (action, payload)
    left: int
    hook: Callable  # takes nothing, returns a Hook


class Desk:
    """Expectations in the order in which they are to come."""

    def __init__(self):
        self._rows = []
        self._lock = threading.Lock()

    def put_up(self, rows):
        """Be ready for these first, then for what was up before."""
        with self._lock:
            self._rows[:0] = rows

    def take_down(self, steps):
        """Forget the expectations of these steps."""
        with self._lock:
            self._rows = [row for row in self._rows if row.step not in steps]

    def clear(self, _action=None):
        """Forget all."""
        with self._lock:
            self._rows = []

    def take(self, _station_id, action, payload=None):
        """Return the Hook for a CALL: what the first expectation that it fits wants answered."""
        with self._lock:
            for row in self._rows:
                if row.could_fit(action, payload):
                    row.left -= 1
                    if row.left <= 0:
                        self._rows.remove(row)
                    return row.hook()
        return Hook(action)
