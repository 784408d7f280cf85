"""Wire: one station at our server, as the measurements see it: what arrived, and when.

Times are the station's (lab_clock): a PC that is too slow for --speed changes no figure.
"""

import time

from chargecore_tools.cert.desk import Row
from chargecore_tools.csms.hooks import Hook
from chargecore_tools.csms.registers import instant

_PERIODIC = "Sample.Periodic"  # OCPP 1.6 §7.35: the default of a context
_SPARE_S = 5.0  # of the wall, for what takes longer than it should
_SLOWEST = 20  # so much slower than --speed may a simulator be before it counts as dead
_DEAD_S = 30.0
_LOOK_S = 0.05
_MANY = 1_000_000


class Wire:
    """lab: a Lab with its station connected. Counts pings from the moment it is made."""

    def __init__(self, lab):
        self._lab = lab
        self.speed = lab.clock.speed
        self._pings_s = []
        lab.server.on_ping = self._take_ping

    def _take_ping(self, identity):
        if identity == self._lab.settings.identity:
            self._pings_s.append(self.now_s)

    # ---- what to do ----

    def call(self, action, payload):
        """Send a CALL and return the payload that answers it. Errors: CsmsError."""
        return self._lab.call(action, payload)

    def act(self, name):
        """Let the rig do something at the connector. Errors: RigCannot, CertError."""
        self._lab.hands.act(name, self._lab.settings.connector)

    def refuse(self, action, code):
        """Answer every CALL of an action with a CALLERROR from now on."""

        def hook():
            return Hook(action, error=(code, "", {}))

        self._lab.desk.put_up([Row(self, lambda name, _payload: name == action, _MANY, hook)])

    def accept(self):
        """Refuse nothing any more."""
        self._lab.desk.take_down([self])

    def sleep(self, seconds):
        """Let that much time of the station pass."""
        self.wait(lambda: False, seconds)

    def wait(self, has_come, limit_s):
        """Wait until has_come(), for limit_s of the station's time. Return its last result."""
        until_s = self.now_s + limit_s
        dead_s = time.monotonic() + limit_s / self.speed * _SLOWEST + _DEAD_S
        while not (result := has_come()):
            if self.now_s >= until_s or time.monotonic() >= dead_s:
                break
            time.sleep(_LOOK_S)
        return result

    def patience_s(self, seconds):
        """Return how long to wait for what should take so long."""
        return seconds + _SPARE_S * max(1.0, self.speed / 10)

    @property
    def now_s(self):
        """Return the station's time."""
        return self._lab.clock.now_s()

    # ---- what arrived ----

    def calls(self, action, since_s=0.0):
        """Return the entries of the record for the station's CALLs since then, in order."""
        calls = self._lab.record.calls(0, action)
        return [entry for entry in calls if entry.at_s >= since_s and not entry.violation]

    def times_s(self, action, since_s):
        """Return when they arrived."""
        return [entry.at_s for entry in self.calls(action, since_s)]

    def pings_s(self, since_s):
        """Return when pings arrived since then."""
        return [at_s for at_s in tuple(self._pings_s) if at_s >= since_s]

    def samples_s(self, context, transaction_id):
        """Return the timestamps, in s, of the meter values of a transaction with a context."""
        found = []
        for entry in self.calls("MeterValues"):
            if entry.payload.get("transactionId") != transaction_id:
                continue
            for value in entry.payload["meterValue"]:
                contexts = {sample.get("context", _PERIODIC) for sample in value["sampledValue"]}
                if context in contexts:
                    found.append(instant(value["timestamp"]).timestamp())
        return found

    def status_times(self, connector, since_s):
        """Return [(status, time in s)] of a connector: by its timestamps where all have one."""
        entries = [
            entry
            for entry in self.calls("StatusNotification", since_s)
            if entry.payload["connectorId"] == connector
        ]
        has_all = all("timestamp" in entry.payload for entry in entries)
        return [
            (
                entry.payload["status"],
                instant(entry.payload["timestamp"]).timestamp() if has_all else entry.at_s,
            )
            for entry in entries
        ]
