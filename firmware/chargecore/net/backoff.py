"""Backoff: how long to wait before the next attempt to connect.

Called by: connection. The three settings are written by whoever holds the configuration.
Heap: none.
"""

from micropython import const

_WAIT_MAX_MS = const(86_400_000)  # a day: no settings may put it off for longer
_SECONDS_MAX = const(86_400)


class Backoff:
    """Waits that double up to repeat_times, each with a new random part.

    Source: OCPP 2.0.1 RetryBackOffWaitMinimum, RetryBackOffRandomRange, RetryBackOffRepeatTimes;
    OCPP 1.6 only asks for "an appropriate back-off" (OCPP-J errata §3.4).
    """

    def __init__(self, random_bits):
        self._random_bits = random_bits
        self.wait_minimum_s = 3
        self.random_range_s = 10
        self.repeat_times = 3
        self.failures = 0  # attempts since the last success that count, at most repeat_times + 1

    def next_wait_ms(self):  # HOT
        """Count a failure and return the time to wait before the next attempt."""
        wait_s = min(max(self.wait_minimum_s, 0), _SECONDS_MAX)
        doublings = min(self.failures, max(self.repeat_times, 0))
        while doublings > 0 and wait_s < _SECONDS_MAX:
            wait_s *= 2
            doublings -= 1
        if self.failures <= self.repeat_times:
            self.failures += 1
        wait_ms = min(wait_s * 1000, _WAIT_MAX_MS)
        return min(wait_ms + self._random_part_ms(), _WAIT_MAX_MS)

    def succeeded(self):  # HOT
        """Begin with the shortest wait again."""
        self.failures = 0

    def _random_part_ms(self):  # HOT
        """Return 0..random_range_s in ms, evenly spread well below what anybody can tell."""
        range_ms = min(max(self.random_range_s, 0), _SECONDS_MAX) * 1000
        return self._random_bits(29) % (range_ms + 1)
