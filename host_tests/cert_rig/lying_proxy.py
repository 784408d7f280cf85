"""LyingProxy: between a station and its server; what the station says of one key is not true.

TCP passes through unchanged, pings included, but for one text in the station's messages, which is
replaced by another of the same length.
"""

import contextlib
import socket
import threading

from chargecore_tools.soak.ws_units import TEXT, WsUnits, text_of


class LyingProxy:
    """`url` is for the station. truth, lie: bytes of the same length."""

    def __init__(self, server_port, truth, lie):
        assert len(truth) == len(lie)
        self._server_port, self._truth, self._lie = server_port, truth, lie
        self.lies = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}/ocpp"
        self._sockets = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Close everything."""
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                station = self._listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._sockets += [station, server]
                for pump, ways in ((self._lying, (station, server)), (_plain, (server, station))):
                    threading.Thread(target=pump, args=ways, daemon=True).start()

    def _lying(self, station, server):
        units = WsUnits()
        with contextlib.suppress(OSError):
            while data := station.recv(65536):
                for unit in units.feed(data):
                    server.sendall(self._told(unit) if unit.kind == TEXT else unit.raw)
        server.close()

    def _told(self, unit):
        text = text_of(unit.raw)
        if self._truth not in text:
            return unit.raw
        self.lies += 1
        head, mask = unit.raw[: -len(text) - 4], unit.raw[-len(text) - 4 : -len(text)]
        changed = text.replace(self._truth, self._lie)
        return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(changed))


def _plain(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    sink.close()
