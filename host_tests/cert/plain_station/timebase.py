"""Timebase: simulated seconds since the start, and the time of day that the server told."""

import asyncio
import time
from datetime import datetime, timedelta, timezone

_STEP_S = 1.0  # smaller differences to the server are its travel time, not an error
_NAP_S = 0.25  # real: a speed set meanwhile counts from then on


class Timebase:
    """Runs `speed` times as fast as the wall. Survives power cuts, as a battery-backed clock does.

    monotonic: source of real seconds, another one in tests.
    """

    def __init__(self, speed=1.0, monotonic=time.monotonic):
        self._monotonic = monotonic
        self._speed = speed
        self._since = monotonic()
        self._before_s = 0.0  # simulated time at `_since`
        self._origin = None  # time of day at simulated second 0, unknown until a server tells

    @property
    def speed(self):
        """Return the simulated seconds per real second."""
        return self._speed

    @property
    def elapsed_s(self):
        """Return the simulated seconds since the start."""
        return self._before_s + (self._monotonic() - self._since) * self._speed

    def set_speed(self, speed):
        """Change the speed from now on."""
        self._before_s, self._since = self.elapsed_s, self._monotonic()
        self._speed = speed

    async def sleep(self, seconds):
        """Wait that many simulated seconds."""
        end_s = self.elapsed_s + seconds
        while self.elapsed_s < end_s:
            await asyncio.sleep(min((end_s - self.elapsed_s) / self._speed, _NAP_S))

    # ---- time of day ----

    @property
    def is_known(self):
        """Return whether the time of day is known."""
        return self._origin is not None

    def set_wall(self, text):
        """Take the server's currentTime. One that cannot be read changes nothing."""
        try:
            told = datetime.fromisoformat(text)
        except ValueError:
            return
        if told.tzinfo is None:
            told = told.replace(tzinfo=timezone.utc)
        origin = told.astimezone(timezone.utc) - timedelta(seconds=self.elapsed_s)
        if self._origin is None or abs((origin - self._origin).total_seconds()) > _STEP_S:
            self._origin = origin

    def wall(self, at_s=None):
        """Return the time of day at a simulated second, now by default; None while unknown."""
        if self._origin is None:
            return None
        return self._origin + timedelta(seconds=self.elapsed_s if at_s is None else at_s)

    def text(self, at_s=None):
        """Return that time as OCPP writes it."""
        wall = self.wall(at_s)
        return None if wall is None else iso(wall)

    def at(self, text):
        """Return the simulated second of a time of day that a server sent."""
        told = instant(text)
        return (told - self._origin).total_seconds() if self._origin is not None else 0.0


def instant(text):
    """Return an OCPP dateTime as UTC. Errors: ValueError."""
    told = datetime.fromisoformat(text)
    return told.replace(tzinfo=told.tzinfo or timezone.utc).astimezone(timezone.utc)


def iso(wall):
    """Return a time of day as OCPP writes it: UTC, milliseconds."""
    return wall.strftime("%Y-%m-%dT%H:%M:%S.") + f"{wall.microsecond // 1000:03d}Z"
