"""SimulatedBoard: the bench of the real firmware in the VM, through the control socket.

Time runs fast while nothing may close, and slower while the tool has to keep asking (R59): the
simulated second in which it does not is a fraction of a real one.
"""

import socket
import tempfile
import time
from pathlib import Path

from chargecore_tools.bench.errors import OrderRefused
from chargecore_tools.device.errors import DeviceError
from chargecore_tools.sim_client import SimClient, SimRefused
from chargecore_tools.sim_options import STATION_DEFAULTS
from chargecore_tools.sim_process import HEAP_DEFAULT, SimProcess

_FAST = 100
_CLOSED = 2  # a busy machine may hold the tool up for a second
_START_S = 60  # the image of the firmware may have to be made first
_BOOT_S = 20
_POLL_S = 0.002
_RESTARTING = "it is restarting"  # boards/host/commands.py


class SimulatedBoard:
    """Use it with `with`; the simulator ends with it. station: fields over STATION_DEFAULTS."""

    def __init__(self, station=None, vm="micropython"):
        self._station = {**STATION_DEFAULTS, "id": "BENCH", "csms_url": "ws://127.0.0.1:9/"}
        self._station.update(station or {})
        rows = [{"meter": self._station.pop("meter")}]
        self._station["connectors"] = rows
        self._vm = vm
        self._is_slow = False
        self.facts = None
        self.sim = None

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="chargecore-bench-")
        self._log = (Path(self._folder.name) / "log.txt").open("wb")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = {
            "station": self._station,
            "state": self._folder.name,
            "speed_permille": _FAST * 1_000,
            "dns_servers": [],
            "control_host": "127.0.0.1",
            "control_port": port,
            "prints_events": False,
            "banner": "up",
            "has_lifeline": True,
            "bench": True,
        }
        self._process = SimProcess(options, self._vm, HEAP_DEFAULT, self._log)
        try:
            self.sim = self._connect(port)
            self._await_boot()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End the simulator."""
        if self.sim is not None:
            self.sim.close()
        self._process.stop()
        self._process.wait()
        self._log.close()
        self._folder.cleanup()

    def ask(self, op, **fields):
        """Send an order. Return the answer. Errors: OrderRefused."""
        if op == "permit":
            self._set_speed(True)
        elif op in ("open", "pilot"):
            self._set_speed(False)
        until_s = time.monotonic() + _BOOT_S
        while True:
            try:
                return self.sim.do("bench", connector=1, request={"op": op, **fields})
            except OSError:
                raise self._dead() from None
            except SimRefused as refused:
                if _RESTARTING not in str(refused) or time.monotonic() > until_s:
                    raise OrderRefused(str(refused).removeprefix("bench: ")) from None
            time.sleep(_POLL_S)

    def wait(self, ms):
        """Let ms of simulated time pass."""
        until_ms = self._elapsed_ms() + ms
        while self._elapsed_ms() < until_ms:
            time.sleep(_POLL_S)

    def restart(self, is_power):
        """Begin anew: the supply goes off and on, unless a hand has done that already."""
        if not is_power:
            self.sim.do("power_cycle")
        self._await_boot()

    def _await_boot(self):
        self._set_speed(False)
        self.facts = self.ask("hello")

    def _set_speed(self, is_slow):
        if is_slow != self._is_slow:
            self._is_slow = is_slow
            self.sim.do("speed", factor=_CLOSED if is_slow else _FAST)

    def _elapsed_ms(self):
        return self.sim.do("probe", connector=1)["simulated_ms"]

    def _connect(self, port):
        until_s = time.monotonic() + _START_S
        while True:
            try:
                return SimClient("127.0.0.1", port)
            except OSError:
                if self._process.status is not None or time.monotonic() > until_s:
                    raise self._dead() from None
                time.sleep(0.02)

    def _dead(self):
        """Return the error of a simulator that has ended."""
        self._process.wait()
        text = Path(self._log.name).read_text(errors="replace").strip()[-600:]
        return DeviceError(f"the simulator has ended: {text}")
