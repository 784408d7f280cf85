"""put_event(): an event as the line that every console shows: when, what, and why it opened.

Called by: the printers of the boards, a chip's and the PC's. Heap: none.
"""

from chargecore.base.events import EV_CONTACTOR_OPENED, TEXTS
from chargecore.safety.reasons import ROWS


def put_event(line, log, number):  # HOT
    """Put event `number` of an EventLog into a TextLine, without line end."""
    code, a, b = log.field(number, 0), log.field(number, 1), log.field(number, 2)
    line.clear()
    line.put_number(log.field(number, 3), 8)
    line.put(" s  ")
    for row in TEXTS:
        if row[0] == code:
            line.put_event(row[1], a, b)
            break
    else:
        line.put_event("event {a} (", code, 0)
        line.put_event("{a}, {b})", a, b)
    if code == EV_CONTACTOR_OPENED:
        _put_reason(line, b)


def _put_reason(line, reason):  # HOT
    for row in ROWS:
        if row[0] == reason:
            line.put(": ")
            line.put(row[1])
            line.put(", ")
            line.put(row[2])
