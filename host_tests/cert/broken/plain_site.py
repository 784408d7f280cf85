"""PlainSite: a plain station that the runner starts itself, and the lab around it."""

import socket

from cert.plain_process import PlainProcess
from chargecore_tools.cert.lab import Lab
from chargecore_tools.cert.lab_clock import SimClock
from chargecore_tools.cert.rigs.sim_rig import SimRig

_UP_REAL_S = 30
_HOST = "127.0.0.1"


class PlainSite:
    """defect: name of one, None for the honest station. options: of its command line."""

    def __init__(self, settings, defect=None, options=(), connectors=2):
        self._settings = settings
        self._defect = defect
        self._options = options
        self._connectors = connectors
        settings.set("socket", "--tethered" not in options)
        settings.features["backup_power"] = "--backup-power" in options
        self._process = None
        self.lab = None

    def start(self):
        """Start server and station; return the Lab, with its station read out."""
        settings = self._settings
        port = _free_port()
        clock = SimClock(_HOST, port, settings.speed)
        self.lab = Lab(settings, SimRig(_HOST, port), clock)
        more = ["--connectors", str(self._connectors), "--control", f"{_HOST}:{port}"]
        more += self._options
        self._process = PlainProcess(
            self.lab.start(), settings.identity, settings.speed, self._defect, more
        )
        self.lab.wait_station(_UP_REAL_S)
        return self.lab

    def close(self):
        """End both."""
        if self._process is not None:
            self._process.stop()
            self._process = None
        if self.lab is not None:
            self.lab.close()


def _free_port():
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return probe.getsockname()[1]
