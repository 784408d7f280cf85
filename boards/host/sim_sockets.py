"""SimSockets: the socket module, remembering what is open so that a power cut closes it.

Called by: the firmware's net package instead of the module; the board at a reset or power cut.
"""

import socket


class SimSockets:
    """Offers what net needs of the socket module."""

    AF_INET = socket.AF_INET
    SOCK_STREAM = socket.SOCK_STREAM
    SOCK_DGRAM = socket.SOCK_DGRAM
    SOL_SOCKET = socket.SOL_SOCKET
    SO_REUSEADDR = socket.SO_REUSEADDR
    SO_KEEPALIVE = socket.SO_KEEPALIVE

    def __init__(self):
        self._opened = []

    def socket(self, *kind):
        """Return a new socket. Those that were closed meanwhile are not kept any longer."""
        made = socket.socket(*kind)
        for i in range(len(self._opened)):
            if self._opened[i].fileno() < 0:
                self._opened[i] = made
                return made
        self._opened.append(made)
        return made

    def getaddrinfo(self, host, port, *more):
        """Return the address of a numeric host: names go through the firmware's own resolver."""
        return socket.getaddrinfo(host, port, *more)

    def close_all(self):
        """Close what is still open, as the network sees it when the supply fails."""
        for made in self._opened:
            try:
                made.close()
            except OSError:
                pass
        self._opened = []
