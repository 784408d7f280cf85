"""FakeLink: the network interface as Liveness sees it; remembers when it was restarted."""


class FakeLink:
    """`history` holds the uptime of every restart, in seconds."""

    def __init__(self, clock):
        self._clock = clock
        self.is_up = True
        self.history = []

    def restart(self):
        self.history.append(self._clock.uptime_s)
