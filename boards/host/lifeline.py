"""Lifeline: the pipe to the process that started the simulator.

Called by: the board once per loop pass. A line on stdin ends the simulator cleanly; the end of
stdin means the starter was killed, which is a power cut: the process ends without another step.
"""

import select
import sys


class Lifeline:
    """Watches stdin without blocking."""

    def __init__(self, board):
        self._board = board
        self._poller = select.poll()
        self._poller.register(sys.stdin, select.POLLIN)

    def poll(self):
        """Stop the board when told so; leave at once when nobody is there any more."""
        for _ready in self._poller.ipoll(0):
            if not sys.stdin.readline():
                sys.exit(1)
            self._board.stop()
