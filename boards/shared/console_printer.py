"""ConsolePrinter: what an open console shows: the event log as it grows, and states that changed.

Called by: ChipBoard.idle(), once per pass, where station.json leaves the console open.
Never: waits for a reader, see ConsoleWriter. A reader who is slow misses the oldest events, and a
line says how many. Heap: a line and a few numbers at start, none after.
"""

from array import array

from micropython import const

from boards.shared.console_writer import ConsoleWriter
from chargecore.base.text_line import TextLine
from chargecore.base.ticks import ticks_diff
from chargecore.ocpp16.words import ERROR_CODE, STATUS
from chargecore.station.event_line import put_event

_LOOK_MS = const(1_000)  # at the states
_PILOT = "ABCDEF"


class ConsolePrinter:
    """stalls: the port cannot tell whether somebody reads, so a write may take 500 ms."""

    def __init__(self, board, stalls=False, writer=None):
        self._board = board
        self._stalls = stalls
        self._writer = writer or ConsoleWriter(board.ticks_ms)
        self._line = TextLine()
        self._printed = 0  # events of this boot printed or missed
        self._looked_at_ms = board.ticks_ms()
        # Per connector: status, fault, pilot state, offered mA, whether closed, transaction; then
        # whether connected.
        self._states = array("i", [-1] * (6 * len(board.connectors) + 1))
        self._turn = 0  # connector to look at, the number of connectors: the network

    def poll(self, now_ms):  # HOT
        """Say what is new, or go on with what is being said."""
        app = self._board.app
        if app is None or (self._stalls and self._board.is_closed()):
            return
        writer = self._writer
        if writer.is_free:
            if self._printed < app.events.total:
                self._put_event(app.events)
            elif not self._put_state(app, now_ms):
                return
            self._line.end()
            writer.write(self._line)
        writer.poll(now_ms)

    def _put_event(self, log):  # HOT
        oldest = log.oldest()
        if self._printed < oldest:
            self._line.clear()
            self._line.put_event("{a} events missed", oldest - self._printed, 0)
            self._printed = oldest
            return
        put_event(self._line, log, self._printed)
        self._printed += 1

    def _put_state(self, app, now_ms):  # HOT
        """Look at one connector, or at the network. Return whether it has changed."""
        if self._turn == 0 and ticks_diff(now_ms, self._looked_at_ms) < _LOOK_MS:
            return False
        number = self._turn
        if number < len(app.connectors):
            self._turn = number + 1
            return self._put_connector(app.connectors[number], app.controllers[number], number)
        self._turn = 0
        self._looked_at_ms = now_ms
        if not self._is_new(6 * number, 1 if app.connection.is_open else 0):
            return False
        self._line.clear()
        self._line.put("status  server ")
        self._line.put("connected" if app.connection.is_open else "not connected")
        return True

    def _put_connector(self, connector, controller, number):  # HOT
        transaction = connector.transaction
        is_active = transaction.is_active
        at = 6 * number
        is_new = self._is_new(at, connector.status.status)
        is_new = self._is_new(at + 1, controller.fault) or is_new
        is_new = self._is_new(at + 2, controller.pilot_state) or is_new
        is_new = self._is_new(at + 3, controller.offered_ma) or is_new
        is_new = self._is_new(at + 4, 1 if controller.contactor.is_closed else 0) or is_new
        is_new = self._is_new(at + 5, 1 if is_active else 0) or is_new
        if is_new:
            self._tell(number, at)
        return is_new

    def _tell(self, number, at):  # HOT
        states, line = self._states, self._line
        line.clear()
        line.put_event("status  connector {a}: ", number + 1, 0)
        line.put_word(STATUS[states[at]])
        line.put(", ")
        line.put_word(ERROR_CODE[states[at + 1]])
        line.put(", pilot ")
        pilot = states[at + 2]
        line.put(_PILOT[pilot] if 0 <= pilot < len(_PILOT) else "unknown")
        line.put_event(", {a} mA offered, contactor ", states[at + 3], 0)
        line.put("closed" if states[at + 4] else "open")
        line.put(", in a transaction" if states[at + 5] else ", no transaction")

    def _is_new(self, at, value):  # HOT
        if self._states[at] == value:
            return False
        self._states[at] = value
        return True
