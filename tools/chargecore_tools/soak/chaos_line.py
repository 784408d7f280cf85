"""ChaosLine: one connection of the station, and the one behind it to the server."""

import asyncio
import contextlib

from chargecore_tools.soak.chaos_pipe import ChaosPipe
from chargecore_tools.soak.chaos_plan import BOTH, DOWN, UP

_CONNECT_S = 5


class ChaosLine:
    """Serves until both pipes have ended. A deaf line reads nothing and connects nowhere."""

    def __init__(self, reader, writer, target, chaos):
        self._reader = reader
        self._writer = writer
        self._target = target  # (host, port)
        self._chaos = chaos
        self._server_writer = None
        self._pipes = []
        self._tasks = []

    async def serve(self):
        """Forward both ways. A target that is not there ends the line."""
        try:
            opening = asyncio.open_connection(*self._target)
            reader, self._server_writer = await asyncio.wait_for(opening, _CONNECT_S)
            self._pipes = [
                ChaosPipe(UP, self._reader, self._server_writer, self._chaos),
                ChaosPipe(DOWN, reader, self._writer, self._chaos),
            ]
            self._tasks = [asyncio.create_task(self._run(pipe)) for pipe in self._pipes]
            await asyncio.wait(self._tasks)
        except (OSError, asyncio.TimeoutError):
            pass
        finally:
            self._close()

    async def serve_deaf(self):
        """Keep the connection open and lead it nowhere until the station gives up."""
        await self._reader.read(-1)
        self._close()

    async def _run(self, pipe):
        if await pipe.run():
            self._close()

    def make_holes(self, way):
        """Swallow everything that way from now on."""
        for pipe in self._pipes:
            if way in (BOTH, pipe.way):
                pipe.is_hole = True

    def cut(self):
        """Reset both connections."""
        for writer in (self._writer, self._server_writer):
            if writer is not None:
                with contextlib.suppress(OSError):
                    writer.transport.abort()
        for task in self._tasks:
            task.cancel()

    def _close(self):
        """Close both connections behind what is still to be sent."""
        for writer in (self._writer, self._server_writer):
            if writer is not None:
                with contextlib.suppress(OSError):
                    writer.close()
