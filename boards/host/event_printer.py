"""EventPrinter: prints the station's event log as it grows (`chargecore sim --events`).

Called by: the board once per loop pass. The lines are those of a chip with an open console:
boards/shared/console_printer.py. Allocates only when there is something to print.
"""

from chargecore.base.text_line import TextLine


class EventPrinter:
    """Remembers which event of which boot it printed last."""

    def __init__(self, board):
        self._board = board
        self._line = TextLine()
        self._app = None  # the boot whose events are counted
        self._printed = 0  # events of this boot printed or missed

    def poll(self):
        """Print what is new."""
        app = self._board.app
        if app is not self._app:
            self._app = app  # None while it restarts: the old one has to leave the heap
            self._printed = 0
        if app is None:
            return
        log = app.events
        while self._printed < log.total:
            self._print(log, max(self._printed, log.oldest()))

    def _print(self, log, number):
        from chargecore.station.event_line import put_event  # its texts cost heap: when needed

        line = self._line
        put_event(line, log, number)
        print(str(line.buf[: line.length], "ascii"))
        self._printed = number + 1
