"""What the server tells its observers: every frame, and what it noticed.

An observer is any callable that takes one event. It is called in the server's thread.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Optional

CALL = "call"
RESULT = "result"
ERROR = "error"
GARBAGE = "garbage"  # not a message of OCPP-J


def now_utc():
    """Return the wall time with its zone."""
    return datetime.now(timezone.utc)


def iso(instant):
    """Return an instant as OCPP writes it, in milliseconds."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Frame:
    """One message, either way. Of a CALL, `answer` is the Frame that answered it.

    frame["idTag"] is short for frame.payload["idTag"].
    """

    station_id: str
    is_from_station: bool
    kind: str
    action: str  # of an answer: the action that it answers; "" when unknown
    message_id: Any
    payload: Any  # of an error: {"code", "description", "details"}
    text: str  # as it went over the wire
    violation: str = ""  # what a station's frame does wrong
    answer: Optional["Frame"] = None
    is_settled: bool = False  # of a CALL: answered, or it is decided that nobody will
    at_s: float = field(default_factory=time.monotonic)
    wall: datetime = field(default_factory=now_utc)

    def __getitem__(self, name):
        return self.payload[name]


@dataclass
class Note:
    """Something noticed: `kind` is a word for programs, `text` a sentence for people."""

    station_id: str
    kind: str
    text: str
    fields: dict = field(default_factory=dict)
    at_s: float = field(default_factory=time.monotonic)
    wall: datetime = field(default_factory=now_utc)
