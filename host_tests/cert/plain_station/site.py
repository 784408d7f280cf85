"""Site: what stays when the power goes: outlets, cars, memory, time, and the network cable."""

import asyncio
import contextlib

from cert.plain_station.outlet import Outlet
from cert.plain_station.station import Station

_DARK_S = 1.0  # without power, and the least time a reboot takes
_REAL_S = 0.05


class Site:
    """Boots the Station again and again. break_it: called with each new Station before it runs."""

    def __init__(self, time, memory, identity, url, connectors=1, password=None, break_it=None):
        self.time = time
        self.memory = memory
        self.outlets = [Outlet(number) for number in range(1, connectors + 1)]
        self.has_network = True
        self.station = None  # None while it boots
        self.boots = 0
        self._facts = identity, url, password
        self._break_it = break_it
        self._running = None

    async def run(self):
        """Work until cancelled."""
        while True:
            self.boots += 1
            self.station = Station(self, *self._facts)
            if self._break_it is not None:
                self._break_it(self.station)
            self._running = asyncio.create_task(self.station.run())
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
            if asyncio.current_task().cancelling():
                return
            self.station = None
            self._darken()
            await self.time.sleep(_DARK_S)
            await asyncio.sleep(_REAL_S)

    def _darken(self):
        """Without power no contactor is closed; the bolts stay where they are."""
        for outlet in self.outlets:
            outlet.offer(0, self.time.elapsed_s)

    def power_cycle(self):
        """Cut the supply; it comes back after a second."""
        if self.station is not None:
            self.station.link.cut()
            self._darken()
            self._running.cancel()

    def set_network(self, is_up):
        """Pull the network cable, or put it in again."""
        self.has_network = is_up
        if self.station is not None:
            if not is_up:
                self.station.link.cut()
            self.station.link.wake()
