"""SimRig: acts through the control socket of a simulator (boards/host/README.md)."""

import time

from chargecore_tools.cert.errors import CertError, RigCannot
from chargecore_tools.sim_client import SimClient, SimRefused

_RECONNECT_S = 20  # a simulator that boots another copy of its code closes the socket meanwhile
_RETRY_S = 0.05


class SimRig:
    """One simulator."""

    name = "simulator"

    def __init__(self, host, port):
        self._address = (host, port)
        self._client = None
        self._acts = {
            "plug": self._plug,
            "unplug": lambda connector: self._do("unplug", connector=connector),
            "swipe": lambda _connector, tag: self._do("swipe", id_tag=str(tag)),
            "fault": lambda connector, kind: self._fault(connector, kind, True),
            "heal": lambda connector, kind: self._fault(connector, kind, False),
            "jam_lock": lambda connector: self._do("lock", connector=connector, jam=True),
            "free_lock": lambda connector: self._do("lock", connector=connector, jam=False),
            "car_draws": lambda connector, amps: self._do(
                "ev_current", connector=connector, amps=amps
            ),
            "car_state": lambda connector, state: self._do("ev", connector=connector, state=state),
            "cut_power": lambda _connector: self._do("power", up=False),
            "restore_power": lambda _connector: self._do("power", up=True),
            "power_cycle": lambda _connector: self._do("power_cycle"),
            "cut_network": lambda _connector: self._do("network", up=False),
            "restore_network": lambda _connector: self._do("network", up=True),
        }

    def act(self, name, connector, **fields):
        """Do one act."""
        if name not in self._acts:
            raise RigCannot(f"the simulator has no command for '{name}'")
        try:
            self._acts[name](connector, **fields)
        except SimRefused as error:
            raise RigCannot(f"the simulator refused: {error}") from error

    def close(self):
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _plug(self, connector, amps=16, phases=None):
        more = {} if phases is None else {"phases": int(phases)}
        self._do("plug", connector=connector, auto=True, amps=amps, **more)

    def _fault(self, connector, kind, active):
        for number in [connector] if connector else self._connectors():
            self._do("fault", connector=number, kind=kind, active=active)

    def _connectors(self):
        """Return the numbers of all connectors: a fault of the whole station is one of each."""
        return [row["connector"] for row in self._do("status")["connectors"]]

    def _do(self, cmd, **fields):
        """Send a command, return the answer; connect again once if the socket was closed."""
        try:
            if self._client is None:
                self._connect()
            return self._client.do(cmd, **fields)
        except OSError:
            self.close()
            self._connect()
            return self._client.do(cmd, **fields)

    def _connect(self):
        end_s = time.monotonic() + _RECONNECT_S
        while True:
            try:
                self._client = SimClient(*self._address)
                return
            except OSError as error:
                if time.monotonic() >= end_s:
                    where = "%s:%s" % self._address
                    raise CertError(f"control socket {where}: {error}") from error
                time.sleep(_RETRY_S)
