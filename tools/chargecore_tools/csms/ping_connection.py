"""PingConnection: a WebSocket connection that tells of pings, which nobody else sees."""

from websockets.asyncio.server import ServerConnection
from websockets.frames import Opcode


class PingConnection(ServerConnection):
    """Calls pinged(connection) in the server's thread for every ping of the station."""

    def __init__(self, pinged, protocol, server, **options):
        super().__init__(protocol, server, **options)
        self._pinged = pinged

    def process_event(self, event):
        """Take an event of the protocol; the pong is the library's own work."""
        if getattr(event, "opcode", None) is Opcode.PING:
            self._pinged(self)
        super().process_event(event)
