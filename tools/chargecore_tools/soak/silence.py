"""Silence: how long a station got no call answered although nothing stood in its way.

What the ladder of the design allows after the last disturbance, in simulated seconds: a call that
waits for its answer in vain, then either the wait after a boot that was not answered, or a dead
connection found by ping and replaced at the longest back-off; then a call has to be due.
"""

from dataclasses import dataclass

_BOOT_WAIT_S = 76  # B6: 60 s and up to 15 s more, and the next poll
_CLOSING_S = 6  # for the close frame and for TCP
_CONNECT_S = 10 + 15  # time limits of TCP and of the upgrade


@dataclass(frozen=True)
class Ladder:
    """The settings that decide how fast a station notices and returns, in seconds."""

    message_timeout_s: int
    ping_interval_s: int
    heartbeat_interval_s: int
    wait_minimum_s: int
    random_range_s: int
    repeat_times: int

    @property
    def allowed_s(self):
        """Return the longest silence that follows from the settings."""
        back_off_s = self.wait_minimum_s * 2**self.repeat_times + self.random_range_s
        dead_s = 2 * self.ping_interval_s + _CLOSING_S + back_off_s + _CONNECT_S
        return self.message_timeout_s + max(dead_s, _BOOT_WAIT_S) + self.heartbeat_interval_s


class Silence:
    """answered() and disturbed() may be called from any thread, look() from one."""

    def __init__(self):
        self.longest_s = 0.0
        self.is_heard = False  # answered since the last disturbance
        self._events = 0  # answers and disturbances
        self._seen = 0  # of them, at the last look
        self._since_ms = 0

    def answered(self):
        """A call of the station was answered, and the answer reached it."""
        self._events += 1
        self.is_heard = True

    def disturbed(self):
        """Something stood in its way."""
        self._events += 1
        self.is_heard = False

    def look(self, now_ms, is_disturbed):
        """Measure. is_disturbed: something stands in the way now."""
        if is_disturbed or self._events != self._seen:
            self._seen = self._events
            self._since_ms = now_ms
        self.longest_s = max(self.longest_s, (now_ms - self._since_ms) / 1000)
