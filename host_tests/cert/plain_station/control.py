"""Control: the control socket of `chargecore sim`, served for this station.

One JSON object per line in, one per line out. Commands and their fields: boards/host/README.md.
"""

import asyncio
import json

from cert.plain_station.commands import Commands, Refusal


class Control:
    """Listens on host:port until cancelled."""

    def __init__(self, site):
        self._commands = Commands(site)
        self._server = None

    async def start(self, host, port):
        """Listen. Return the port, a free one for 0. Errors: OSError."""
        self._server = await asyncio.start_server(self._serve, host, port)
        return self._server.sockets[0].getsockname()[1]

    def close(self):
        """Stop listening."""
        self._server.close()

    async def _serve(self, reader, writer):
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError, asyncio.CancelledError):
            pass  # the peer went away, or sent a line without end, or the station ends
        finally:
            writer.close()

    async def _answer(self, line):
        try:
            request = json.loads(line)
            return {"ok": True, **await self._commands.run(request)}
        except Refusal as refusal:
            return {"ok": False, "error": str(refusal)}
        except ValueError:
            return {"ok": False, "error": "not a JSON object"}
