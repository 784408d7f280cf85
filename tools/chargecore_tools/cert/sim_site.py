"""SimSite: a simulator that the runner starts itself, and the lab around it."""

import shutil
import threading
import time
from pathlib import Path

from chargecore_tools.cert.errors import CertError
from chargecore_tools.cert.file_server import FileServer
from chargecore_tools.cert.freeze.on_simulator import put_into_simulator
from chargecore_tools.cert.lab import Lab
from chargecore_tools.cert.lab_clock import SimClock
from chargecore_tools.cert.rigs.sim_rig import SimRig
from chargecore_tools.sim_client import SimClient
from chargecore_tools.sim_options import OptionError, resolve
from chargecore_tools.sim_process import HEAP_DEFAULT, SimProcess

_UP_S = 30
_TRIES = 3
_LOOK_S = 0.1


class SimSite:
    """`folder` holds flash, log and options of the station. connectors: how many.

    station: SimStation, which has certificates and firmware; fields, keys: on top of what it says.
    vm, sources: as those of SimProcess; frozen: (facts, folder) of a freeze whose bytes it boots.
    """

    may_replay = True

    def __init__(
        self,
        settings,
        folder,
        station,
        connectors=2,
        fields=None,
        keys=None,
        vm="micropython",
        sources=None,
        frozen=None,
    ):
        self.settings = settings
        self._played = settings  # the same, but for the security profile of the running case
        self._folder = Path(folder)
        self._connectors = connectors
        self._station = station
        self._fields, self._keys = fields, keys
        self._vm, self._sources = vm, sources
        self._frozen = frozen
        self._process = None
        self._keeper = None  # thread that looks after the process
        self._log = None
        self.lab = None

    def start(self):
        """Start server and simulator; return the Lab, with its station read out.

        Errors: CertError.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._log = (self._folder / "station.log").open("wb")
        for _ in range(_TRIES):
            if self._try() and self._has_come():
                return self.lab
            self._end()
        self.close()
        raise CertError(f"the simulator does not start: {self._folder / 'station.log'} says why")

    def _has_come(self):
        """Return whether the station connects and can be read out."""
        try:
            self.lab.wait_station(_UP_S)
        except (TimeoutError, CertError):
            return False
        return True

    def renew(self, security_profile=None):
        """Go on with a station that is as new, set to a security profile. Errors: CertError.

        security_profile: None for that of lab.yaml.
        """
        self._played = self.settings
        if security_profile is not None:
            self._played = self.settings.with_profile(security_profile)
        self.close()
        for path in self._folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.start()
        return True

    def _try(self):
        """Start both. Return whether the simulator came up."""
        settings = self._played
        keys = {"SecurityProfile": str(settings.security_profile), **(self._keys or {})}
        files = self._station.files(self._folder, self._fields, keys)
        try:
            options = resolve(
                "ws://127.0.0.1:1/ocpp",
                settings.identity,
                *files,
                self._connectors,
                self._folder,
                None,
            )
        except OptionError as error:
            raise CertError(str(error)) from error
        host, port = options["control_host"], options["control_port"]
        speed = settings.speed
        served = FileServer(self._folder / "files", host, settings)
        clock = SimClock(host, port, speed)
        self.lab = Lab(settings, SimRig(host, port), clock, host, files=served)
        options["station"]["csms_url"] = self.lab.start()
        options["speed_permille"] = round(speed * 1000)
        options["prints_events"] = True
        options["banner"] = f"station up, control port {port}"
        if self._frozen is not None:
            put_into_simulator(*self._frozen, self._folder)
        vm, sources = self._vm, self._sources
        self._process = SimProcess(options, vm, HEAP_DEFAULT, self._log, sources)
        self._keeper = threading.Thread(target=self._keep, args=(self._process,), daemon=True)
        self._keeper.start()
        return self._is_up(host, port)

    def _is_up(self, host, port):
        end_s = time.monotonic() + _UP_S
        while time.monotonic() < end_s and self._process.status is None:
            try:
                SimClient(host, port).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def _keep(self, process):
        """Start the simulator again whenever it ends because another copy of its code boots."""
        while process is self._process and process.status is None:
            time.sleep(_LOOK_S)

    def close(self):
        """End both."""
        self._end()
        if self._log is not None:
            self._log.close()
            self._log = None

    def _end(self):
        if self._process is not None:
            process, self._process = self._process, None
            self._keeper.join()  # or it would start what is ended here
            process.kill()
        if self.lab is not None:
            self.lab.close()
            self.lab = None
