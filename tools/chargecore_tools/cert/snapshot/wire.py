"""Wire: one station at our server, as the measurements see it: what arrived, and when.

Times are the station's: seconds since the start, of the wall for a real one, of the simulator for
a simulated one, which runs `speed` times as fast.
"""

import threading
import time

from chargecore_tools.csms.registers import instant

_PERIODIC = "Sample.Periodic"  # OCPP 1.6 §7.35: the default of a context
_SPARE_S = 5.0  # of the wall, for what takes longer than it should


class Wire:
    """Counts pings from the moment it is made; one per measurement run."""

    def __init__(self, server, identity, speed=1.0):
        self.server = server
        self.identity = identity
        self.speed = speed
        self._pings = []
        self._changed = threading.Event()
        server.on_ping = self._take_ping

    def _take_ping(self, identity):
        if identity == self.identity:
            self._pings.append(time.monotonic())

    # ---- what to do ----

    def call(self, action, payload):
        """Send a CALL and return the payload that answers it. Errors: CsmsError."""
        return self.server.call(self.identity, action, payload)

    def sleep(self, seconds):
        """Let that much time of the station pass."""
        time.sleep(seconds / self.speed)

    def wait(self, has_come, limit_s):
        """Wait until has_come(), for limit_s of the station's time. Return its last result."""
        until_s = time.monotonic() + limit_s / self.speed
        while not (result := has_come()) and time.monotonic() < until_s:
            time.sleep(0.02)
        return result

    def patience_s(self, seconds):
        """Return how long to wait for what should take so long."""
        return seconds + _SPARE_S * max(1.0, self.speed / 10)

    @property
    def now_s(self):
        """Return the station's time."""
        return time.monotonic() * self.speed

    # ---- what arrived ----

    def calls(self, action, since_s=0.0):
        """Return the station's CALLs of an action since then, in order."""
        calls = self.server.history.calls(self.identity, action)
        return [call for call in calls if self.at_s(call) >= since_s]

    def at_s(self, call):
        """Return when a CALL arrived."""
        return call.at_s * self.speed

    def pings_s(self, since_s):
        """Return when pings arrived since then."""
        return [at * self.speed for at in tuple(self._pings) if at * self.speed >= since_s]

    def samples_s(self, context, transaction_id):
        """Return the timestamps, in s, of the meter values of a transaction with a context."""
        found = []
        for call in self.calls("MeterValues"):
            if call.payload.get("transactionId") != transaction_id:
                continue
            for value in call["meterValue"]:
                contexts = {s.get("context", _PERIODIC) for s in value["sampledValue"]}
                if context in contexts:
                    found.append(instant(value["timestamp"]).timestamp())
        return found

    def status_times(self, connector, since_s):
        """Return [(status, time in s)] of a connector: by its timestamps where all have one."""
        calls = [
            call
            for call in self.calls("StatusNotification", since_s)
            if call["connectorId"] == connector
        ]
        if all("timestamp" in call.payload for call in calls):
            return [(call["status"], instant(call["timestamp"]).timestamp()) for call in calls]
        return [(call["status"], self.at_s(call)) for call in calls]
