"""SecurityDesk: takes every security event of the station; the newest stay readable.

Called by: whoever notices something (report), ocpp16.security. Never: takes a secret; the caller
keeps it out of info. Heap: what the entries hold, 16 at most.
"""

from micropython import const

from chargecore.base.events import EV_SECURITY
from chargecore.base.security_events import INFO_MAX

_ENTRIES = const(16)


class SecurityDesk:
    """`entries`: [code, boot number, uptime s, info], oldest first. Full: the oldest goes."""

    def __init__(self, clock, events):
        self._clock = clock
        self._events = events
        self.entries = []

    def report(self, code, info=b""):
        """Take an event: SE_* of base.security_events, and up to 255 bytes about it."""
        clock = self._clock
        self._events.add(EV_SECURITY, code)
        if len(self.entries) == _ENTRIES:
            self.entries.pop(0)
        self.entries.append([code, clock.boot_number, clock.uptime_s, bytes(info[:INFO_MAX])])
