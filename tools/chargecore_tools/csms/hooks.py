"""Hooks: what tests make the server do instead of answering properly.

Set from any thread; the session takes one hook per CALL. The newest for an action counts first.
"""

import threading
from dataclasses import dataclass
from typing import Callable, Optional

ANY = "*"


@dataclass
class Hook:
    """One deviation, for the next `times` CALLs of an action; None = until cleared."""

    action: str
    station_id: Optional[str] = None
    times: Optional[int] = 1
    delay_s: float = 0.0
    is_withheld: bool = False
    payload: Optional[dict] = None  # sent instead of the right answer, not validated
    changes: Optional[Callable] = None  # takes the right answer, returns what is sent instead
    error: Optional[tuple] = None  # (code, description, details) of a CALLERROR
    text: Optional[str] = None  # sent as it is instead of an answer


class Hooks:
    """All deviations in force."""

    def __init__(self):
        self._hooks = []
        self._lock = threading.Lock()

    def delay(self, action, delay_s, times=1, station_id=None):
        """Answer later by delay_s."""
        self._add(Hook(action, station_id, times, delay_s=delay_s))

    def withhold(self, action, times=1, station_id=None):
        """Take the CALL, but never answer: as if the answer was lost on its way."""
        self._add(Hook(action, station_id, times, is_withheld=True))

    def replace(self, action, payload, times=1, station_id=None):
        """Answer with this payload, right or wrong."""
        self._add(Hook(action, station_id, times, payload=payload))

    def refuse(self, action, code, description="", details=None, times=1, station_id=None):
        """Answer with a CALLERROR; the CALL has no effect."""
        error = (code, description, details if details is not None else {})
        self._add(Hook(action, station_id, times, error=error))

    def send_text(self, action, text, times=1, station_id=None):
        """Send this text instead of an answer; `{id}` in it becomes the message id."""
        self._add(Hook(action, station_id, times, text=text))

    def clear(self, action=None):
        """Forget the hooks of an action, or all."""
        with self._lock:
            self._hooks = [h for h in self._hooks if action not in (None, h.action)]

    def take(self, station_id, action, _payload=None):
        """Return the Hook for a CALL that came in, one without deviation when there is none."""
        with self._lock:
            for hook in reversed(self._hooks):
                if hook.action in (action, ANY) and hook.station_id in (None, station_id):
                    self._use(hook)
                    return hook
        return Hook(action)

    def _add(self, hook):
        if hook.times is not None and hook.times < 1:
            raise ValueError("times: must be 1 or more, or None")
        with self._lock:
            self._hooks.append(hook)

    def _use(self, hook):
        if hook.times is None:
            return
        hook.times -= 1
        if not hook.times:
            self._hooks.remove(hook)
