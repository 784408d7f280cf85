"""GuardFeed: the dead-man output of a board whose coils are held by CoilGuards.

Called by: DeadMan (value) at the end of each full safety step. There is no pin behind it: every
edge becomes a feed of every guard. Heap: none after __init__.
"""


class GuardFeed:
    """An output whose edges feed all guards. A level that is only repeated feeds nothing."""

    def __init__(self, guards):
        self._guards = guards
        self._level = 0

    def value(self, level):  # HOT
        """Take the level that the dead man writes."""
        if level == self._level:
            return
        self._level = level
        for guard in self._guards:
            guard.feed()
