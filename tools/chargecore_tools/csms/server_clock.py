"""ServerClock: the time that the server tells its stations.

For a simulator with --speed it can run faster than the wall: else each Heartbeat would set the
station back, and a transaction could stop before it started.
"""

import time
from datetime import timedelta

from chargecore_tools.csms.events import now_utc


class ServerClock:
    """Wall time when made, from then on `speed` times as fast."""

    def __init__(self, speed=1.0):
        self._speed = speed
        self._began_at = now_utc()
        self._began_s = time.monotonic()

    def now(self):
        """Return the time, with its zone."""
        if self._speed == 1.0:
            return now_utc()  # follows when the wall clock is set
        gone_s = (time.monotonic() - self._began_s) * self._speed
        return self._began_at + timedelta(seconds=gone_s)
