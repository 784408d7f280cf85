"""TlsConnection: a WebSocket connection whose TLS handshake is seen.

asyncio says nothing of a handshake that fails. Here the TCP connection is taken first and the
handshake done on it, so that a refusal has an address and a reason.
"""

import asyncio

from chargecore_tools.csms.ping_connection import PingConnection

HANDSHAKE_S = 20  # a chip needs some seconds for its signature


class TlsConnection(PingConnection):
    """Tells refused(address, error) of a handshake that fails; is a PingConnection after it."""

    def __init__(self, context, refused, handshakes, pinged, protocol, server, **options):
        super().__init__(pinged, protocol, server, **options)
        self._context = context
        self._refused = refused
        self._early = bytearray()  # what came between the handshake's end and _open()
        self._is_open = False
        self._is_lost = False
        self._handshakes = handshakes  # set of the tasks that are running

    def connection_made(self, transport):
        """Begin the handshake; nothing is read before TLS reads it."""
        transport.pause_reading()
        task = self.loop.create_task(self._shake(transport))
        self._handshakes.add(task)
        task.add_done_callback(self._handshakes.discard)

    async def _shake(self, raw):
        address = raw.get_extra_info("peername")
        try:
            transport = await self.loop.start_tls(
                raw,
                self,
                self._context,
                server_side=True,
                ssl_handshake_timeout=HANDSHAKE_S,
            )
        except (OSError, asyncio.TimeoutError) as error:
            self._refused(address, error)
            return
        if self._is_lost or transport is None:
            self._refused(address, ConnectionResetError("the connection broke"))
            return
        self._is_open = True
        super().connection_made(transport)
        if self._early:
            super().data_received(bytes(self._early))

    def data_received(self, data):
        """Take what came; early data waits for its connection."""
        if self._is_open:
            super().data_received(data)
        else:
            self._early += data

    def eof_received(self):
        """Take the end of the stream."""
        if self._is_open:
            super().eof_received()

    def connection_lost(self, exc):
        """Take the end of the connection."""
        self._is_lost = True
        if self._is_open:
            super().connection_lost(exc)
