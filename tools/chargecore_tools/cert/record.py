"""Record: every frame, note and act of the rig with its time in the lab, and waiting for more.

Filled in the server's thread and by the rig, read by the case.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

from chargecore_tools.csms.events import CALL, Frame

STATION, SERVER, RIG = "station", "server", "rig"
_NOTES = {"connected": "connection", "gone": "disconnection", "refused": "refusal"}


@dataclass(eq=False)
class Entry:
    """One line of the record. kind: call, result, error, garbage, note or act."""

    idx: int
    at_s: float
    wall: Any
    sender: str
    kind: str
    action: str
    payload: Any
    text: str
    violation: str = ""
    frame: Any = None
    note: str = ""
    is_used: bool = False  # a step has looked at it
    fields: dict = field(default_factory=dict)


class Record:
    """All entries. identity: whose; clock: the lab's."""

    def __init__(self, identity, clock):
        self.entries = []
        self.clock = clock
        self._identity = identity
        self._changed = threading.Condition()

    def __call__(self, event):
        """Take one event of the server."""
        if event.station_id not in (self._identity, ""):
            return
        at_s, wall = self.clock.now_s(), self.clock.now()
        if isinstance(event, Frame):
            sender = STATION if event.is_from_station else SERVER
            entry = Entry(
                0, at_s, wall, sender, event.kind, event.action, event.payload, event.text
            )
            entry.violation, entry.frame = event.violation, event
        else:
            action = _NOTES.get(event.kind, "")
            payload = dict(event.fields)
            entry = Entry(0, at_s, wall, STATION, "note", action, payload, event.text)
        self._add(entry)

    def note_act(self, text):
        """Enter an act of the rig and return it."""
        return self._add(
            Entry(0, self.clock.now_s(), self.clock.now(), RIG, "act", "", None, text)
        )

    def _add(self, entry):
        with self._changed:
            entry.idx = len(self.entries)
            self.entries.append(entry)
            self._changed.notify_all()
        return entry

    def since(self, start):
        """Return the entries from a place on."""
        with self._changed:
            return self.entries[start:]

    def last_answer(self, action):
        """Return the newest answer of the station to a CALL of that action, None for none."""
        with self._changed:
            for entry in reversed(self.entries):
                if entry.sender == STATION and (entry.kind, entry.action) == ("result", action):
                    return entry
        return None

    def end(self):
        """Return the place behind the last entry."""
        with self._changed:
            return len(self.entries)

    def calls(self, start, action=None):
        """Return the station's CALLs from a place on."""
        return [
            entry
            for entry in self.since(start)
            if is_call(entry) and action in (None, entry.action)
        ]

    def wait_change(self, seen, timeout_s):
        """Wait until there are more than `seen` entries, at most that long in real time."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.entries) > seen, timeout_s)


def is_call(entry):
    """Return whether it is a CALL of the station."""
    return entry.kind == CALL and entry.sender == STATION
