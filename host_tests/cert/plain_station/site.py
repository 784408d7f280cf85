"""Site: what stays when the power goes: outlets, cars, memory, time, and the network cable."""

import asyncio
import contextlib

from cert.plain_station.build import Build
from cert.plain_station.outlet import Outlet
from cert.plain_station.station import Station

_DARK_S = 1.0  # without power, and the least time a reboot takes
_REAL_S = 0.05


class Site:
    """Boots the Station again and again."""

    def __init__(self, time, memory, identity, url, build=None):
        build = Build() if build is None else build
        self.time = time
        self.memory = memory
        numbers = range(1, build.connectors + 1)
        self.outlets = [Outlet(number, build.is_tethered) for number in numbers]
        self.station_faults = {}  # kind -> error code, of the whole station
        self.has_network = True
        self.station = None  # None while it boots
        self.boots = 0
        self._facts = identity, url
        self.build = build
        self._running = None
        self._power = asyncio.Event()
        self._power.set()
        self._last_words = None  # task that says goodbye

    async def run(self):
        """Work until cancelled."""
        while True:
            await self._power.wait()
            self.boots += 1
            self.station = Station(self, *self._facts)
            if self.build.break_it is not None:
                self.build.break_it(self.station)
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
        if self.station is None:
            return
        if self.build.has_backup:
            self._last_words = asyncio.create_task(self._say_goodbye())
        else:
            self._go_down()

    def set_power(self, is_up):
        """Cut the supply until it is put on again."""
        if is_up:
            self._power.set()
        else:
            self._power.clear()
            self.power_cycle()

    async def _say_goodbye(self):
        await self.station.close_sessions("PowerLoss")
        self._go_down()

    def _go_down(self):
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
