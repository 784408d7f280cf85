"""Retry: how often a message was refused, and when it may be sent again.

Called by: Outbox. Refusal n is followed by a pause of n x TransactionMessageRetryInterval; after
TransactionMessageAttempts refusals the message is exhausted (T3, T4 of the behaviour rules).
Heap: none.
"""

from micropython import const

from chargecore.base.ticks import ticks_add, ticks_diff

# Connections in a row that the server closes on one message, each after it had answered another
# call. A line that breaks by chance does not do that ten times, and with the waits between
# connections a server has some ten minutes to get well.
_DROPS_MAX = const(10)
_LONGEST_S = const(432000)  # 5 days: ticks do not reach further than 6


class Retry:
    """Of the message whose turn it is. Only refusals count, a lost connection does not."""

    def __init__(self, config):
        self._config = config
        self.attempts = 0  # transmissions that the server failed to process
        self.drops = 0  # connections that the server has closed on it
        self._is_waiting = False  # until this instant
        self._until_ms = 0
        self._wait_ms = 0  # length of that wait

    def clear(self):  # HOT
        """Another message has its turn."""
        self.attempts = 0
        self.drops = 0
        self._is_waiting = False

    def is_due(self, now_ms):  # HOT
        """Return True unless the pause after a refusal lasts."""
        if self._is_waiting:
            left_ms = ticks_diff(self._until_ms, now_ms)
            # More left than the whole wait: offline so long that the ticks have wrapped.
            self._is_waiting = 0 < left_ms <= self._wait_ms
        return not self._is_waiting

    def dropped(self):  # HOT
        """Count a connection that the server closed on it. Return True when it may be tried again.

        The waits are those between connections.
        """
        self.drops += 1
        return self.drops < _DROPS_MAX

    def refused(self, now_ms):  # HOT
        """Count a refusal. Return True when there is another attempt, after a pause."""
        self.attempts += 1
        config = self._config
        if self.attempts >= config.transaction_message_attempts:
            return False
        interval_s = min(config.transaction_message_retry_interval_s, _LONGEST_S)
        wait_s = min(interval_s * min(self.attempts, 1000), _LONGEST_S)
        self._wait_ms = wait_s * 1000
        self._until_ms = ticks_add(now_ms, self._wait_ms)
        self._is_waiting = True
        return True
