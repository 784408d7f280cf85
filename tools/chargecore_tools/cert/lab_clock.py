"""LabClock: the station's time, for waits, intervals and what the server tells it.

With a simulator it is the simulator's own time, asked for on a connection of its own: a machine
that is too slow for --speed then changes no verdict. Else it is the wall's.
"""

import json
import socket
import threading
import time
from datetime import timedelta

from chargecore_tools.csms.events import now_utc

_ASK_S = 2.0


class WallClock:
    """Wall time, `speed` times as fast from when it was made."""

    def __init__(self, speed=1.0):
        self.speed = speed
        self._began_at = now_utc()
        self._began_s = time.monotonic()

    def now_s(self):
        """Return the seconds since the start."""
        return (time.monotonic() - self._began_s) * self.speed

    def now(self):
        """Return the time of day, with its zone."""
        return self._began_at + timedelta(seconds=self.now_s())

    def close(self):
        """Nothing is open."""


class SimClock(WallClock):
    """The time of a simulator; what it does not tell is counted from the wall."""

    def __init__(self, host, port, speed):
        super().__init__(speed)
        self._address = (host, port)
        self._lock = threading.Lock()
        self._stream = None
        self._base_ms = 0  # of former processes, and of the time without one
        self._last_ms = 0  # what this one told last
        self._asked_s = time.monotonic()  # when it told it
        self._is_told = True  # whether it tells a time at all

    def now_s(self):
        """Return the seconds since the start; it never goes back."""
        with self._lock:
            told_ms = self._ask() if self._is_told else None
            now_s = time.monotonic()
            if told_ms is None:  # no supply, or a simulator without a time: as fast as it should
                self._base_ms += (now_s - self._asked_s) * 1000 * self.speed
            else:
                if told_ms < self._last_ms:  # another process
                    self._base_ms += self._last_ms
                self._last_ms = told_ms
            self._asked_s = now_s
            return (self._base_ms + self._last_ms) / 1000

    def close(self):
        """Close the connection."""
        with self._lock:
            self._drop()

    def _ask(self):
        try:
            if self._stream is None:
                link = socket.create_connection(self._address, _ASK_S)
                self._stream = link.makefile("rwb")
                link.close()
            self._stream.write(b'{"cmd": "status"}\n')
            self._stream.flush()
            answer = json.loads(self._stream.readline())
            told = answer["station"].get("simulated_ms")
            self._is_told = told is not None
            return told
        except (OSError, ValueError, KeyError, TypeError):
            self._drop()
            return None

    def _drop(self):
        if self._stream is not None:
            try:
                self._stream.close()
            except OSError:
                pass
            self._stream = None
