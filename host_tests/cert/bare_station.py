"""BareStation: a plain station without a connection, on a clock that the test turns."""

from cert.plain_station.memory import Memory
from cert.plain_station.site import Site
from cert.plain_station.station import Station
from cert.plain_station.timebase import Timebase

START = "2026-11-25T10:00:00Z"


class BareStation:
    """`station` as it is after a boot; what it says stays in its outbox."""

    def __init__(self):
        self.now_s = 0.0
        time = Timebase(1.0, lambda: self.now_s)
        time.set_wall(START)
        self.site = Site(time, Memory(), "CP02", "ws://127.0.0.1:1/ocpp")
        self.boot()

    def boot(self):
        """Start the software anew on what the memory keeps."""
        self.station = Station(self.site, "CP02", "ws://127.0.0.1:1/ocpp")
        for connector in self.station.connectors:
            connector.recover()
        self.station.step()
        return self.station

    @property
    def connector(self):
        """Return the only connector."""
        return self.station.connectors[0]

    @property
    def outlet(self):
        """Return its outlet."""
        return self.site.outlets[0]

    def advance(self, seconds):
        """Let time pass, a tenth of a second per pass."""
        for _ in range(round(seconds * 10)):
            self.now_s += 0.1
            self.station.step()

    def kept(self, action=None):
        """Return the payloads of the transaction messages that wait."""
        rows = self.site.memory.section("outbox", [])
        return [row["payload"] for row in rows if action in (None, row["action"])]

    def status(self):
        """Return the connector's status of this moment."""
        return self.connector.state().status
