"""ChaosState: what is in force at the proxy now. Lives in the proxy's event loop."""

import asyncio
import re

from chargecore_tools.soak.chaos_plan import BOTH, CORRUPT, DOWN, TRUNCATE, UP
from chargecore_tools.soak.ws_units import text_of

_CALL = re.compile(rb'\[2,"[^"]*","(\w+)"')
_ANSWERS = (b"[3,", b"[4,")


class ChaosState:
    """speed: simulated seconds per real one. on_done(action, way): done to a message.

    on_answer(): an answer to the station passed as it is.
    """

    def __init__(self, speed, on_done, on_answer):
        self._speed = speed
        self._on_done = on_done
        self._on_answer = on_answer
        self._last_call = ""  # action of the station's newest call
        self.calm()

    def calm(self):
        """End everything that lasts or waits. Connections that lead nowhere stay as they are."""
        self._waiting = {UP: [], DOWN: []}  # actions for the next messages
        self._frozen_until_s = {UP: 0.0, DOWN: 0.0}
        self._slow_until_s = {UP: 0.0, DOWN: 0.0}
        self._slow_by_s = {UP: 0.0, DOWN: 0.0}
        self._refusing_until_s = 0.0
        self._deaf_until_s = 0.0

    def real_s(self, simulated_s):
        """Return the real seconds of simulated ones."""
        return simulated_s / self._speed

    # ---- begin and end ----

    def arm(self, action):
        """Do it to the next message."""
        self._waiting[action.way].append(action)

    def freeze(self, action):
        """Hold everything back for a while."""
        for way in _ways(action):
            self._frozen_until_s[way] = self._until_s(action)

    def slow(self, action):
        """Let every message take longer for a while."""
        for way in _ways(action):
            self._slow_until_s[way] = self._until_s(action)
            self._slow_by_s[way] = self.real_s(action.by_s)

    def refuse(self, action):
        """Let no connection in for a while."""
        self._refusing_until_s = self._until_s(action)

    def deafen(self, action):
        """Let connections lead nowhere for a while."""
        self._deaf_until_s = self._until_s(action)

    def _until_s(self, action):
        return _now_s() + self.real_s(action.for_s)

    # ---- ask ----

    @property
    def is_refusing(self):
        """Return whether new connections are reset."""
        return _now_s() < self._refusing_until_s

    @property
    def is_deaf(self):
        """Return whether new connections lead nowhere."""
        return _now_s() < self._deaf_until_s

    @property
    def is_calm(self):
        """Return whether nothing that lasts is in force. Actions may wait for their message."""
        ends_s = (
            *self._frozen_until_s.values(),
            *self._slow_until_s.values(),
            self._refusing_until_s,
            self._deaf_until_s,
        )
        return _now_s() >= max(ends_s)

    def delay_s(self, way):
        """Return the real seconds that a message has to wait now."""
        return self._slow_by_s[way] if _now_s() < self._slow_until_s[way] else 0.0

    async def wait_thawed(self, way):
        """Wait while that way is frozen."""
        while _now_s() < self._frozen_until_s[way]:
            await asyncio.sleep(min(self._frozen_until_s[way] - _now_s(), 0.05))

    def take(self, way, raw):
        """Return the action for a message that passes now, or None."""
        about = self._about(way, raw)
        for action in self._waiting[way]:
            if action.target in ("", about):
                self._waiting[way].remove(action)
                self._on_done(action, way)
                return action
        return None

    def take_bytes(self, way):
        """Return the action for bytes that are no WebSocket (TLS), or None."""
        for action in self._waiting[way]:
            if action.kind in (TRUNCATE, CORRUPT) and not action.target:
                self._waiting[way].remove(action)
                self._on_done(action, way)
                return action
        return None

    def passed(self, way, raw):
        """Tell of an answer that nothing was done to."""
        if way == DOWN and text_of(raw)[:3] in _ANSWERS:
            self._on_answer()

    def _about(self, way, raw):
        """Return which call of the station a message is, or answers; "" for all others."""
        text = text_of(raw)
        if way == DOWN:  # one call is in flight at a time
            return self._last_call if text[:3] in _ANSWERS else ""
        found = _CALL.match(text)
        if found is None:
            return ""
        self._last_call = found[1].decode()
        return self._last_call


def _ways(action):
    return (UP, DOWN) if action.way == BOTH else (action.way,)


def _now_s():
    return asyncio.get_running_loop().time()
