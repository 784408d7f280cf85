"""FaultRig: one station in the simulator, faults at its pins, and what came of them.

Used by test_faults_*.py. Instants are the board's own, in simulated ms, so that neither the
control socket nor a busy machine adds to a reaction. Waiting runs fast, a reaction at real speed.
"""

import json
import os
from pathlib import Path

from octt import TAG, Bench
from sim_station import STATION_ID

FAST = 50  # simulated seconds per second while nothing is measured
REAL = 1
_SLOW = 0.5  # a busy machine that looks up 0.2 s late is 0.1 s late
_SLOW_MS = 1_000
_WAIT_S = 20  # real time anything may take
_NEVER = 1 << 29  # no event has that number
_REPORT = "CHARGECORE_REACTIONS"  # folder for what was measured, see chargecore_tools.figures

X1 = 1000  # duty in permille: static +12 V
LOW = 0  # static -12 V
PWM_32_A = 533

_CONFIG = {"MeterValueSampleInterval": "0", "HeartbeatInterval": "86400"}


class FaultRig:
    """A station on a server that accepts everything. `cable` is "socket" or "tethered"."""

    def __init__(self, state, cable="socket", max_current=32):
        station = {"cable": cable, "max_current": max_current}
        self.bench = Bench(state, station=station, config=_CONFIG, speed=FAST).start()
        self._set = {}  # kind: fields, of the faults that are active
        self._told = 0  # StatusNotifications that belong to what was before
        self._event = 0  # number of the first event that belongs to this test
        self._boots = 1
        self.wait_idle()

    def close(self):
        """End station and server."""
        self.bench.close()

    # ---- hands ----

    def do(self, cmd, **fields):
        """Send a command for the connector."""
        return self.bench.ctl(cmd, connector=1, **fields)

    def fault(self, kind, **fields):
        """Set a fault; heal() clears it."""
        self._set[kind] = fields
        self.do("fault", kind=kind, **fields)

    def clear(self, kind):
        """Clear a fault."""
        del self._set[kind]
        self.do("fault", kind=kind, active=False)

    def swipe(self):
        """Hold the card of the session to the reader."""
        self.bench.swipe(TAG)

    def speed(self, factor):
        """Let simulated time run that fast."""
        self.bench.ctl("speed", factor=factor)

    def power_cycle(self):
        """Take the supply away and wait until the station is accepted again."""
        self.bench.ctl("power_cycle")
        self.until_reset()

    def until_reset(self):
        """Wait until the station has restarted by itself and is accepted again."""
        self._boots += 1
        self._event = 0  # the log is of one boot
        self.speed(FAST)
        self.until_accepted()

    def plug(self, **ev):
        """Put in the cable of a car that stays in B."""
        self.do("plug")
        if ev:
            self.do("ev", state="B", **ev)

    def charge(self, for_s=12, **ev):
        """Charge a car that does only what it is told, until that long after the closing."""
        self.plug()
        self.swipe()
        self.until(lambda row: 0 < row["duty_permille"] < X1, "an offer")
        self.do("ev", state="C", **ev)
        self.until(lambda row: row["contactor"] == "closed", "a closed contactor")
        self.run_s(for_s)
        self.until(lambda row: row["status"] == "Charging", "Charging")
        self.note()

    def heal(self):
        """Undo everything, with a power cycle if nothing else helps, and be idle again."""
        self.speed(FAST)
        for kind in list(self._set):
            self.clear(kind)
        self.bench.ctl("site_limit")
        self.do("rcd", trip=False)
        self.do("weld", active=False)
        self.do("lock", jam=False)
        self.do("unplug")
        self.run_s(3)
        row = self.row()
        if row["error_code"] != "NoError":
            self.power_cycle()
        self.wait_idle()

    # ---- time ----

    def run_s(self, simulated_s):
        """Let that much simulated time pass."""
        end_ms = self.bench.sim.now_ms() + simulated_s * 1000
        self.bench.wait_sim(
            lambda status: status["station"]["simulated_ms"] >= end_ms, "the time", _WAIT_S
        )

    def run_to(self, uptime_ms):
        """Let time pass to an instant of this boot; the last of it slowly, not to pass it by."""
        self._wait_uptime(uptime_ms - _SLOW_MS)
        self.speed(_SLOW)
        self._wait_uptime(uptime_ms)

    def _wait_uptime(self, uptime_ms):
        self.bench.wait_sim(
            lambda status: status["station"]["uptime_ms"] >= uptime_ms, "the time", _WAIT_S
        )

    def until(self, has_come, what):
        """Wait until has_come(row of the connector) and return the row."""
        status = self.bench.wait_sim(
            lambda status: has_come(status["connectors"][0]), what, _WAIT_S
        )
        return status["connectors"][0]

    def until_accepted(self):
        """Wait until this boot is accepted and everything is told."""

        def has_come(status):
            station = status["station"]
            is_up = station["boots"] == self._boots and station["registration"] == "Accepted"
            return is_up and station["outbox"] == 0

        self.bench.wait_sim(has_come, "an accepted station", _WAIT_S)

    def wait_idle(self):
        """Wait until nothing is left of the last test."""
        self.until_accepted()

        def has_come(row):
            return (
                row["status"] == "Available"
                and row["error_code"] == "NoError"
                and row["contactor"] == "open"
                and row["duty_permille"] == X1
                and row["pilot_state"] == "A"
                and not row["locked"]
                and row["transaction_id"] is None
            )

        self.until(has_come, "an idle connector")
        self.note()

    # ---- what came of it ----

    def row(self):
        """Return the status of the connector."""
        return self.bench.sim_status()

    def note(self):
        """What is told and logged from here on belongs to the test."""
        self._told = self.bench.count("StatusNotification")
        self._event = self.bench.ctl("events", since=_NEVER)["total"]

    def events(self):
        """Return the texts of the events since note()."""
        return [row["text"] for row in self.bench.ctl("events", since=self._event)["events"]]

    def wait_told(self, status, error_code):
        """Wait until the server was told this status and error code since note()."""

        def fits(call):
            return call["connectorId"] == 1 and (call["status"], call["errorCode"]) == (
                status,
                error_code,
            )

        def has_come():
            calls = self.bench.server.history.calls(STATION_ID, "StatusNotification")
            return any(fits(call) for call in calls[self._told :])

        self.bench.server.history.wait(has_come, _WAIT_S, f"{status} {error_code}")

    def opened(self, factor=REAL):
        """Wait until coil and contacts are off. Return (ms to the command, ms to dead, row)."""
        self.speed(factor)

        def has_come(row):
            return row["contactor"] == "open" and row["opened_at_ms"] >= row["fault_at_ms"]

        row = self.until(has_come, "an open contactor")
        self.speed(FAST)
        command_ms = row["opened_at_ms"] - row["fault_at_ms"]
        return command_ms, row["switched_at_ms"] - row["fault_at_ms"], row


def report(name, what, limit_ms, command_ms, dead_ms=None):
    """Write a reaction down for those who print them: to the command, and to dead contacts."""
    folder = os.environ.get(_REPORT)
    if folder:
        row = {"id": name, "what": what, "limit_ms": limit_ms}
        row.update(command_ms=command_ms, dead_ms=dead_ms)
        path = Path(folder) / f"reactions_{os.getpid()}.jsonl"
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
