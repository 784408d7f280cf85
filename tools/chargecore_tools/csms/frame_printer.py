"""FramePrinter: prints every event as one line: time, station, direction, action, payload.

An observer of the server; prints through rich, in colours where there are any.
"""

from rich.text import Text

from chargecore_tools.csms.event_text import line_of, violation_of
from chargecore_tools.csms.events import ERROR, Frame

_WIDTH_WITHOUT_TERMINAL = 200


class FramePrinter:
    """Prints on a rich console, each line cut to its width unless is_full."""

    def __init__(self, console, is_full=False):
        self._console = console
        self._is_full = is_full

    def __call__(self, event):
        """Print one event."""
        clock = event.wall.astimezone().strftime("%H:%M:%S.%f")[:12]
        head = f"{clock} {event.station_id} "
        self._print(head + line_of(event, self._room(head)), _style(event))
        violation = violation_of(event)
        if violation:
            self._print(f"{head}!! {violation}", "bold red")

    def _room(self, head):
        if self._is_full:
            return 0
        width = self._console.width if self._console.is_terminal else _WIDTH_WITHOUT_TERMINAL
        return max(width - len(head), 20)

    def _print(self, line, style):
        # soft_wrap: rich must not fold what the terminal or the reader of a pipe folds itself.
        self._console.print(Text(line, style=style), soft_wrap=True)


def _style(event):
    if not isinstance(event, Frame):
        return "dim"
    if event.kind == ERROR:
        return "yellow"
    return "cyan" if event.is_from_station else "green"
