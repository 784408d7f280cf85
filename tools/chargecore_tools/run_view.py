"""Views of a run: LiveView on a terminal, PlainView for pipes and logs.

Both are observers of the server and are told each step and each status of the station.
"""

import collections
import threading

from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from chargecore_tools.csms.event_text import line_of

_FRAMES_SHOWN = 8


class PlainView:
    """One line per step and per frame, with the station's time."""

    def __init__(self, console, words):
        self._console = console
        self._words = words  # {OPEN_*: words}
        self._uptime_ms = 0
        self._contactor = "open"

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def __call__(self, event):
        """Print one event of the server."""
        self._print(line_of(event, 160))

    def step(self, text):
        """Print what is waited for now."""
        self._print(f"== {text}")

    def show(self, status):
        """Print when the contactor moved."""
        self._uptime_ms = status["station"]["uptime_ms"]
        connector = status["connectors"][0]
        if connector["contactor"] != self._contactor:
            self._contactor = connector["contactor"]
            self._print(f"-- contactor {contactor_text(connector, self._words)}")

    def _print(self, line):
        text = f"{self._uptime_ms / 1000:9.1f} s  {line}"
        self._console.print(Text(text), soft_wrap=True)


class LiveView:
    """The station's state and the last frames, redrawn in place."""

    def __init__(self, console, words):
        self._console = console
        self._words = words
        self._frames = collections.deque(maxlen=_FRAMES_SHOWN)
        self._lock = threading.Lock()
        self._step = ""
        self._status = None
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self):
        self._live.start()
        return self

    def __exit__(self, *_error):
        self._live.stop()

    def __call__(self, event):
        """Take one event of the server; drawn at the next status."""
        with self._lock:
            self._frames.append(line_of(event, max(self._console.width - 4, 20)))

    def step(self, text):
        """Take what is waited for now."""
        self._console.print(Text(f"== {text}", style="bold"))
        self._step = text

    def show(self, status):
        """Draw the station."""
        self._status = status
        self._live.update(self._drawing(), refresh=True)

    def _drawing(self):
        with self._lock:
            frames = [Text(line, no_wrap=True, overflow="ellipsis") for line in self._frames]
        frames += [Text("")] * (_FRAMES_SHOWN - len(frames))
        return Group(
            Panel(state_table(self._status, self._words), title="station"),
            Panel(Group(*frames), title="frames: -> to the server, <- to the station"),
        )


def state_table(status, words):
    """Return a table of what matters of a status."""
    station, connector = status["station"], status["connectors"][0]
    high_v, low_v = connector["pilot_high_mv"] / 1000, connector["pilot_low_mv"] / 1000
    rows = (
        ("time", f"{station['uptime_ms'] / 1000:.1f} s of the station"),
        ("status", f"{connector['status']}, {connector['error_code']}"),
        ("pilot", f"{connector['pilot_state']}, {high_v:.1f} V / {low_v:.1f} V"),
        ("duty", f"{connector['duty_permille'] / 10:.1f} %, {connector['offered_ma'] / 1000:g} A"),
        ("drawn", f"{connector['drawn_ma'] / 1000:g} A per phase"),
        ("contactor", contactor_text(connector, words)),
        ("power", f"{connector['power_w']} W"),
        ("energy", f"register {connector['register_wh']} Wh"),
        ("transaction", f"{connector['transaction_id']} of {connector['id_tag']}"),
        ("scheduler", f"worst gap {station['scheduler']['worst_gap_ms']} ms"),
    )
    table = Table.grid(padding=(0, 2))
    for name, text in rows:
        table.add_row(Text(name, style="dim"), Text(text))
    return table


def contactor_text(connector, words):
    """Return the contactor's state, and why it is open."""
    if connector["contactor"] == "closed":
        return "closed"
    reason = connector["open_reason"]
    return f"open: {words.get(reason, reason)}"
