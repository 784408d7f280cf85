"""SoakStation: a simulated station that is cut off and started again on the same flash.

Its now() is what its server tells it: the station's own simulated time, so that an answer never
moves its clock because this machine was too slow for the speed wanted.
"""

import contextlib
import json
import threading
import time
from datetime import datetime, timedelta, timezone

from chargecore_tools.sim_client import SimClient
from chargecore_tools.sim_options import resolve
from chargecore_tools.sim_process import SimProcess

_UP_S = 20  # until the control socket answers
_PORT_TAKEN = 3  # exit status of the simulator
_STARTS = 3  # tries when somebody else took the port that was free a moment ago
_DARK_MS = 1000  # simulated time that a cut takes at least


class StationFailed(Exception):
    """The simulator ended by itself or does not come up; the text says how."""


class SoakStation:
    """`state` is the folder of flash and meters; `log_path` there has what the simulator says."""

    def __init__(self, station_id, url, state, connectors, settings, speed, heap):
        self.station_id = station_id
        self.connectors = connectors
        self.log_path = state / "sim.log"
        self.boots = 0  # processes started
        self._url = url
        self._state = state
        self._speed = speed
        self._heap = heap
        self._config_path = state / "settings.json"
        self._config_path.write_text(json.dumps(settings), encoding="utf-8")
        self._process = None
        self._client = None
        self._time_client = None  # of its own: now() is asked in the server's thread
        self._lock = threading.Lock()
        self._began_at = datetime.now(timezone.utc)
        self._before_ms = 0  # simulated time of former processes
        self._last_ms = 0  # simulated time of this one, when it was asked last
        self._ended_at_s = None  # real time of the last cut

    # ---- life ----

    def start(self):
        """Start the simulator and wait until it can be controlled. Errors: StationFailed."""
        for _ in range(_STARTS):
            if self._start_once():
                self.boots += 1
                return
        raise StationFailed(f"{self.station_id}: no free control port")

    def _start_once(self):
        connectors, state, config = self.connectors, self._state, self._config_path
        options = resolve(self._url, self.station_id, None, config, connectors, state, None)
        options["speed_permille"] = round(self._speed * 1000)
        options["prints_events"] = True
        options["banner"] = f"process {self.boots + 1}"
        address = options["control_host"], options["control_port"]
        with self.log_path.open("ab") as log, self._lock:
            self._process = SimProcess(options, "micropython", self._heap, log)
            self._skip_dark_time()
            self._client = self._connect(address)
            if self._client is None:
                return False
            self._time_client = SimClient(*address)
        return True

    def _connect(self, address):
        """Return a client; None when somebody else has the port."""
        end_s = time.monotonic() + _UP_S
        while time.monotonic() < end_s:
            status = self._process.status
            if status == _PORT_TAKEN:
                return None
            if status is not None:
                raise StationFailed(self._end_text(status))
            with contextlib.suppress(OSError):
                return SimClient(*address)
            time.sleep(0.01)
        raise StationFailed(f"{self.station_id}: the control socket does not answer")

    def _skip_dark_time(self):
        """Count the time without power as simulated time."""
        if self._ended_at_s is None:
            return
        dark_s = time.monotonic() - self._ended_at_s
        self._before_ms += self._last_ms + _DARK_MS + int(dark_s * 1000 * self._speed)
        self._last_ms = 0

    def kill(self):
        """Cut the power: SIGKILL. Does nothing when it has none."""
        if self._client is None:
            return
        self._process.kill()
        self._ended_at_s = time.monotonic()
        with self._lock:
            for client in (self._client, self._time_client):
                if client is not None:
                    client.close()
            self._client = self._time_client = None

    # ---- time ----

    def now(self):
        """Return the simulated time of day, with its zone."""
        return self._began_at + timedelta(milliseconds=self.now_ms())

    def now_ms(self):
        """Return the simulated time since the first start; it never goes back."""
        with self._lock:
            # Without power time stands still.
            with contextlib.suppress(AttributeError, OSError, ValueError):
                self._last_ms = self._time_client.station()["simulated_ms"]
            return self._before_ms + self._last_ms

    # ---- control socket ----

    def do(self, cmd, **fields):
        """Send a control command and return the answer. Errors: SimRefused, StationFailed."""
        try:
            return self._client.do(cmd, **fields)
        except (OSError, ValueError) as error:
            raise StationFailed(self._end_text(self._process.status)) from error

    def _end_text(self, status):
        lines = self.log_path.read_text(errors="replace").strip().splitlines()
        last = lines[-1] if lines else "nothing"
        return f"{self.station_id}: the simulator ended with status {status}, saying: {last}"
