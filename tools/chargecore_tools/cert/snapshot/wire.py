"""Wire: one station at our server, as the measurements see it: what arrived, and when.

Times are the station's: seconds of the wall for a real one, its own simulated time for a simulator
(lab_clock), so that a PC that is too slow for --speed changes no figure.
"""

import time

from chargecore_tools.csms.events import CALL
from chargecore_tools.csms.registers import instant

_PERIODIC = "Sample.Periodic"  # OCPP 1.6 §7.35: the default of a context
_SPARE_S = 5.0  # of the wall, for what takes longer than it should
_SLOWEST = 20  # so much slower than --speed may a simulator be before it counts as dead
_DEAD_S = 30.0
_LOOK_S = 0.05


class Wire:
    """Hears everything from the moment it is made. clock: one of lab_clock."""

    def __init__(self, server, identity, clock):
        self.server = server
        self.identity = identity
        self.speed = clock.speed
        self._clock = clock
        self._pings_s = []
        self._calls = []  # (when it arrived, Frame)
        server.on_ping = self._take_ping
        server.add_observer(self._take_event)

    def _take_ping(self, identity):
        if identity == self.identity:
            self._pings_s.append(self._clock.now_s())

    def _take_event(self, event):
        if getattr(event, "kind", "") == CALL and event.is_from_station:
            if event.station_id == self.identity:
                self._calls.append((self._clock.now_s(), event))

    # ---- what to do ----

    def call(self, action, payload):
        """Send a CALL and return the payload that answers it. Errors: CsmsError."""
        return self.server.call(self.identity, action, payload)

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
        return self._clock.now_s()

    # ---- what arrived ----

    def calls(self, action, since_s=0.0):
        """Return the station's CALLs of an action since then, in order."""
        return [call for at_s, call in tuple(self._calls) if _is(call, action) and at_s >= since_s]

    def times_s(self, action, since_s):
        """Return when they arrived."""
        return [at_s for at_s, call in tuple(self._calls) if _is(call, action) and at_s >= since_s]

    def pings_s(self, since_s):
        """Return when pings arrived since then."""
        return [at_s for at_s in tuple(self._pings_s) if at_s >= since_s]

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
        rows = [
            (at_s, call)
            for at_s, call in tuple(self._calls)
            if _is(call, "StatusNotification")
            and at_s >= since_s
            and call.payload.get("connectorId") == connector
        ]
        if all("timestamp" in call.payload for _at_s, call in rows):
            return [(call["status"], instant(call["timestamp"]).timestamp()) for _, call in rows]
        return [(call["status"], at_s) for at_s, call in rows]


def _is(call, action):
    """Return whether a CALL is of an action and fits its schema."""
    return call.action == action and not call.violation
