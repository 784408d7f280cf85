"""Supervision: how much may be offered while whoever looks after the station is silent (R34).

Called by: Station once per pass, and only where station.json asks for it ("supervisor": {...}).
OCPP lets a charger go on without its server; where the supply was planned for one that is
governed, silence means 6 A per connector after `timeout_s`, and a pause after twice that.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.events import EV_SUPERVISOR_SILENT
from chargecore.base.ticks import ticks_diff, ticks_recent

NO_LIMIT_MA = const(0x3FFFFFFF)
_FALLBACK_MA = const(6_000)  # IEC 61851-1 Annex A: the least a pilot can offer


class Supervision:
    """`limit_ma`: what a connector may offer at most. `is_heard`: set it when somebody speaks."""

    def __init__(self, config, link, clock, events):
        # The server speaks by being there, a site controller by setting its limit again.
        self._link = None if config.supervisor_is_site else link
        self._timeout_ms = config.supervisor_timeout_s * 1000
        self._events = events
        self.is_heard = False  # since the last step
        self.limit_ma = NO_LIMIT_MA
        self._heard_at_ms = clock.ticks_ms()  # at boot: it gets its time to connect

    def step(self, now_ms):  # HOT
        """Follow the supervisor."""
        if self.is_heard or (self._link is not None and self._link.is_online):
            self.is_heard = False
            self._heard_at_ms = now_ms
        self._heard_at_ms = ticks_recent(self._heard_at_ms, now_ms)
        silent_ms = ticks_diff(now_ms, self._heard_at_ms)
        limit_ma = NO_LIMIT_MA
        if silent_ms >= 2 * self._timeout_ms:
            limit_ma = 0
        elif silent_ms >= self._timeout_ms:
            limit_ma = _FALLBACK_MA
        if limit_ma != self.limit_ma:
            self.limit_ma = limit_ma
            level_ma = -1 if limit_ma == NO_LIMIT_MA else limit_ma
            self._events.add(EV_SUPERVISOR_SILENT, level_ma, silent_ms // 1000)
