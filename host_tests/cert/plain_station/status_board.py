"""StatusBoard: which status the server knows of each connector, and what it is to be told next.

Source: OCPP 1.6 §4.9; MinimumStatusDuration holds a status back until it has lasted that long.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """What a StatusNotification says."""

    status: str
    error_code: str = "NoError"
    info: str = ""


@dataclass
class _Row:
    told: State = None  # queued, or sent
    known: State = None  # answered by the server
    seen: State = None  # of this moment
    since_s: float = 0.0  # since then


class StatusBoard:
    """Connector 0 is the station itself."""

    def __init__(self, config, outbox, time):
        self._config = config
        self._outbox = outbox
        self._time = time
        self._rows = {}

    def step(self, states, is_online):
        """Take the states of this moment, {number: State}, and queue what has changed."""
        now_s = self._time.elapsed_s
        least_s = self._config.number("MinimumStatusDuration")
        for number, state in states.items():
            row = self._rows.setdefault(number, _Row())
            if state != row.seen:
                row.seen, row.since_s = state, now_s
            is_first = row.told is None
            if is_online and state != row.told and (is_first or now_s - row.since_s >= least_s):
                row.told = state
                self.tell(number, row)

    def tell(self, number, row=None, is_triggered=False):
        """Queue a StatusNotification of a connector."""
        row = self._rows[number] if row is None else row
        state = row.seen
        payload = {
            "connector_id": number,
            "error_code": state.error_code,
            "status": state.status,
            "timestamp": self._time.text(row.since_s),
        }
        if state.info:
            payload["info"] = state.info
        item = self._outbox.notice("StatusNotification", payload, is_triggered)
        item["state"] = state

    def delivered(self, item):
        """Note that the server has answered a StatusNotification."""
        self._rows[item["payload"]["connector_id"]].known = item["state"]

    def connection_lost(self):
        """Start again from what the server has answered for."""
        for row in self._rows.values():
            row.told = row.known

    def shown(self, number):
        """Return the status of a connector as it was when somebody last looked."""
        row = self._rows.get(number)
        return row.seen.status if row is not None and row.seen is not None else None
