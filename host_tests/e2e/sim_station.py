"""SimStation: the simulator as a process: started, cut off, started again on the same state.

Used by the benches. Its now() is what the server tells the station: wall time at the first start,
from then on the station's own simulated time, so that no answer ever moves the station's clock.
"""

import json
import threading
import time
from datetime import datetime, timedelta, timezone

from chargecore_tools.sim_client import SimClient
from chargecore_tools.sim_options import resolve
from chargecore_tools.sim_process import HEAP_DEFAULT, SimProcess

SPEED = 20  # simulated seconds per second of the wall
HEAP = HEAP_DEFAULT
STATION_ID = "CP01"

_UP_S = 20  # until the control socket answers
_PORT_TAKEN = 3  # exit status of the simulator
_STARTS = 3  # tries when somebody else took the port that was free a moment ago


class SimStation:
    """One simulated station. `state` is the folder of its flash and its meter.

    output: open file for what it prints; None: where this process prints.
    """

    def __init__(
        self, url, state, connectors=1, station=None, config=None, speed=SPEED, output=None
    ):
        self._url = url
        self._state = state
        self._connectors = connectors
        self._station_path = _written(state / "station.json", station)
        self._config_path = _written(state / "config.json", config)
        self._speed = speed
        self._output = output
        self.address = None  # (host, port) of the control socket
        self._process = None
        self._client = None
        self._time_client = None  # of its own: now() is asked in the server's thread
        self._lock = threading.Lock()
        self._began_at = datetime.now(timezone.utc)
        self._before_ms = 0  # simulated time of former processes
        self._last_ms = 0  # simulated time of this one, when it was asked last
        self._asked_at_s = time.monotonic()  # real time of the last answer
        self._ended_at_s = None  # real time of the last power cut

    # ---- life ----

    def start(self):
        """Start the simulator and wait until its control socket answers."""
        for _ in range(_STARTS):
            if self._start_once():
                return
        raise RuntimeError("the simulator found no free control port")

    def _start_once(self):
        options = resolve(
            self._url,
            STATION_ID,
            self._station_path,
            self._config_path,
            self._connectors,
            self._state,
            None,
        )
        options["speed_permille"] = self._speed * 1000
        options["prints_events"] = True
        options["banner"] = f"station up, control port {options['control_port']}"
        self.address = address = options["control_host"], options["control_port"]
        with self._lock:
            self._process = SimProcess(options, "micropython", HEAP, self._output)
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
            if self._process.status is not None:
                if self._process.status == _PORT_TAKEN:
                    return None
                raise RuntimeError(f"the simulator ended with status {self._process.status}")
            try:
                return SimClient(*address)
            except OSError:
                time.sleep(0.01)
        raise TimeoutError("the simulator's control socket does not answer")

    def wait_reboot(self, patience_s=30):
        """Wait until another process, and with it maybe another copy of the code, is up."""
        end_s = time.monotonic() + patience_s
        while not self.follow_reboot():
            if time.monotonic() > end_s:
                raise TimeoutError("the simulator does not boot another copy")
            time.sleep(0.01)

    def follow_reboot(self):
        """Start the simulator again if it has ended for that. Return whether it had."""
        before = self._process.pid
        if self._process.status is not None or self._process.pid == before:
            return False
        with self._lock:
            for client in (self._client, self._time_client):
                client.close()
            self._ended_at_s = self._asked_at_s  # so that no time is lost
            self._skip_dark_time()
            self._client = self._connect(self.address)
            self._time_client = SimClient(*self.address)
        return True

    def kill(self):
        """Cut the power for good: SIGKILL."""
        if self._process is not None:
            self.now_ms()  # no record may seem to be from later than this
            self._process.kill()
            self._ended_at_s = time.monotonic()
        for client in (self._client, self._time_client):
            if client is not None:
                client.close()
        self._client = self._time_client = None

    def _skip_dark_time(self):
        """Count the time without power as simulated time, one second of it at least."""
        if self._ended_at_s is None:
            return
        dark_s = time.monotonic() - self._ended_at_s
        self._before_ms += self._last_ms + 1000 + int(dark_s * 1000 * self._speed)
        self._last_ms = 0

    @property
    def exit_status(self):
        """Return the exit status, None while it runs."""
        return self._process.status

    # ---- time ----

    def now(self):
        """Return the simulated time of day, with its zone."""
        return self._began_at + timedelta(milliseconds=self.now_ms())

    def now_ms(self):
        """Return the simulated time since the first start; it never goes back."""
        with self._lock:
            try:
                self._last_ms = self._time_client.station()["simulated_ms"]
                self._asked_at_s = time.monotonic()
            except (AttributeError, OSError):
                pass  # it is without power: time stands still
            return self._before_ms + self._last_ms

    # ---- control socket ----

    def ctl(self, cmd, **fields):
        """Send a control command and return the answer. Errors: SimRefused."""
        return self._client.do(cmd, **fields)

    @property
    def client(self):
        """Return the client of the control socket."""
        return self._client

    def event_texts(self):
        """Return what the event log of this boot says."""
        return [row["text"] for row in self.ctl("events")["events"]]


def _written(path, content):
    """Write an options file; None stands for no file."""
    if content is None:
        return None
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
