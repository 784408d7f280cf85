"""Device: the host's board, with what main.py asks of a real one."""

import machine

from boards.host.board import Board

_OPTIONS = {"state": "/state", "speed_permille": 1_000, "dns_servers": [], "slot": None}


class Device(Board):
    """Restarts as a chip does; its state lies on the same littlefs."""

    def __init__(self, station):
        _make("/state")
        super().__init__(dict(_OPTIONS, station=station))
        self.begin_boot()
        print("board: station", station["id"])

    def restart(self):
        """Restart the chip."""
        machine.reset()


def _make(path):
    import os

    try:
        os.mkdir(path)
    except OSError:
        pass  # it is there
