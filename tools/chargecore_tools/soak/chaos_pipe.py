"""ChaosPipe: one direction of one connection through the proxy, and what is done to its units.

Made by ChaosLine. `chaos` is the state that all lines of the proxy share (ChaosState).
"""

import asyncio
import contextlib

from chargecore_tools.soak.chaos_plan import CORRUPT, DUPLICATE, LOSE, SWAP, TRUNCATE
from chargecore_tools.soak.ws_units import CHUNK, TEXT, WsUnits

_CHUNK = 64 * 1024
_FLIP = 0x80  # of any byte of a text frame this can be noticed: no UTF-8, or no frame of that kind


class ChaosPipe:
    """Reads from one side, writes to the other. `is_hole`: swallows everything from now on."""

    def __init__(self, way, reader, writer, chaos):
        self.way = way
        self.is_hole = False
        self._reader = reader
        self._writer = writer
        self._chaos = chaos
        self._units = WsUnits()
        self._held = None  # the message that waits for the one after it (SWAP)
        self._held_timer = None
        self._doers = {
            LOSE: self._lose,
            DUPLICATE: self._duplicate,
            SWAP: self._swap,
            TRUNCATE: self._truncate,
            CORRUPT: self._corrupt,
        }

    async def run(self):
        """Forward until the source ends. Return whether the other side should learn of it."""
        with contextlib.suppress(ConnectionError):
            data = await self._reader.read(_CHUNK)
            while data:
                for unit in self._units.feed(data):
                    if not await self._pass(unit):
                        return True
                data = await self._reader.read(_CHUNK)
        return not self.is_hole

    async def _pass(self, unit):
        """Forward a unit, or what chaos makes of it. Return False when the line ends with it."""
        chaos = self._chaos
        await chaos.wait_thawed(self.way)
        delay_s = chaos.delay_s(self.way)
        if delay_s:
            await asyncio.sleep(delay_s)
        action = None if self.is_hole else self._action_for(unit)
        if action is None:
            await self._send(unit.raw)
            if unit.kind == TEXT and not self.is_hole:
                chaos.passed(self.way, unit.raw)
            await self._send_held()
            return True
        return await self._doers[action.kind](unit.raw, action)

    def _action_for(self, unit):
        if unit.kind == TEXT:
            return self._chaos.take(self.way, unit.raw)
        return self._chaos.take_bytes(self.way) if unit.kind == CHUNK else None

    async def _send(self, raw):
        if not self.is_hole and raw:
            self._writer.write(raw)
            await self._writer.drain()

    async def _send_held(self):
        if self._held is not None:
            raw, self._held = self._held, None
            self._held_timer.cancel()
            await self._send(raw)

    # ---- what is done to a message ----

    async def _lose(self, _raw, _action):
        return True

    async def _duplicate(self, raw, _action):
        await self._send(raw + raw)
        await self._send_held()
        return True

    async def _swap(self, raw, action):
        await self._send_held()
        self._held = raw
        loop = asyncio.get_running_loop()
        self._held_timer = loop.call_later(self._chaos.real_s(action.for_s), self._release)
        return True

    def _release(self):
        """Nothing followed in time: the message goes after all."""
        raw, self._held = self._held, None
        if raw is not None and not self.is_hole and not self._writer.is_closing():
            self._writer.write(raw)

    async def _truncate(self, raw, action):
        await self._send(raw[: _place(raw, action)])
        return False

    async def _corrupt(self, raw, action):
        place = _place(raw, action)
        await self._send(raw[:place] + bytes([raw[place] ^ _FLIP]) + raw[place + 1 :])
        await self._send_held()
        return True


def _place(raw, action):
    """Return an index of raw, not the first byte."""
    return max(len(raw) * action.place_permille // 1000, 1)
