"""EventPrinter: prints the station's event log as it grows (`chargecore sim --events`).

Called by: the board once per loop pass. Allocates only when there is something to print.
"""


class EventPrinter:
    """Remembers which event of which boot it printed last."""

    def __init__(self, board):
        self._board = board
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
        from chargecore.base.events import text_of  # its texts cost heap: loaded when needed

        text = text_of(log.field(number, 0), log.field(number, 1), log.field(number, 2))
        print("{:8d} s  {}".format(log.field(number, 3), text))
        self._printed = number + 1
