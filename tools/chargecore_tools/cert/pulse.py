"""Pulse: whether this machine stood still while a case ran.

A simulator at 20 times the wall's speed waits 1.5 s of the wall for an answer: a busy machine can
be too slow for that. What then fails says nothing about the station.
"""

import threading
import time

_BEAT_S = 0.02


class Pulse:
    """A thread of its own that should wake every 20 ms. Context manager."""

    def __init__(self):
        self._worst_s = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._end.set()
        self._thread.join()

    @property
    def worst_s(self):
        """Return the longest that it stood still, in seconds of the wall."""
        return self._worst_s

    def _beat(self):
        before_s = time.monotonic()
        while not self._end.wait(_BEAT_S):
            now_s = time.monotonic()
            self._worst_s = max(self._worst_s, now_s - before_s - _BEAT_S)
            before_s = now_s
