"""SimLink: the network interface of the simulated station; restart() leaves it down for a moment.

Called by: net.liveness (restart, is_up), the board (set_network, step), the control socket.
Heap: none after __init__.
"""

from micropython import const

RESTART_MS = const(1_500)  # what a Wi-Fi interface takes to associate again


class SimLink:
    """Up while the cable is in and no restart is under way. It keeps its count over reboots."""

    def __init__(self):
        self.is_plugged = True  # the control socket's `network`
        self.restarts = 0  # since the simulator started
        self._left_ms = 0  # until a restart is over

    @property
    def is_up(self):
        """Tell whether packets pass."""
        return self.is_plugged and self._left_ms <= 0

    def restart(self):
        """Take the interface down and up again."""
        self.restarts += 1
        self._left_ms = RESTART_MS

    def step(self, dt_ms):
        """Let dt_ms pass."""
        if self._left_ms > 0:
            self._left_ms -= dt_ms
