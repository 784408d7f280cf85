"""FrameOrder: whether a station's calls came in an order that OCPP 1.6 allows.

Per connector: every change of status is one of the table in ocpp16-behaviour.md S3 (source: OCPP
1.6 §4.9), a session is started before it charges and stopped before the next one. Only
StartTransaction/Charging and StopTransaction/Finishing may swap (S14).
"""

from chargecore_tools.csms.events import CALL, Frame

_ROWS = {  # from: to
    "Available": "Preparing Charging SuspendedEV SuspendedEVSE Reserved Unavailable Faulted",
    "Preparing": "Available Charging SuspendedEV SuspendedEVSE Finishing Unavailable Faulted",
    "Charging": "Available SuspendedEV SuspendedEVSE Finishing Unavailable Faulted",
    "SuspendedEV": "Available Charging SuspendedEVSE Finishing Unavailable Faulted",
    "SuspendedEVSE": "Available Charging SuspendedEV Finishing Unavailable Faulted",
    "Finishing": "Available Preparing Unavailable Faulted",
    "Reserved": "Available Preparing Unavailable Faulted",
    "Unavailable": "Available Preparing Charging SuspendedEV SuspendedEVSE Faulted",
    "Faulted": (
        "Available Preparing Charging SuspendedEV SuspendedEVSE Finishing Reserved Unavailable"
    ),
}
ALLOWED = {row: set(words.split()) for row, words in _ROWS.items()}
IN_SESSION = ("Charging", "SuspendedEV", "SuspendedEVSE")
AT_END = ("Finishing", "Available", "Unavailable", "Faulted")


class FrameOrder:
    """Feed it everything the server told; `faults` says what came out of order."""

    def __init__(self):
        self.faults = []
        self._status = {}  # connector -> last status of this connection
        self._open = {}  # connector -> a transaction runs
        self._owed = {}  # connector -> the call that has to come next for it

    def take(self, event):
        """Take a frame or a note of the server, in order."""
        if not isinstance(event, Frame):
            if event.kind == "connected":
                self.connected()
        elif event.kind == CALL and event.is_from_station:
            taker = getattr(self, "_take_" + event.action, None)
            if taker is not None:
                taker(event.payload)

    def connected(self):
        """Forget the statuses: only the present ones are reported on a new connection (B7)."""
        self._status.clear()
        self._owed.clear()

    def finish(self):
        """Check that nothing is missing at the end. Return all faults."""
        for connector, action in self._owed.items():
            self.faults.append(f"connector {connector}: {action} never came")
        return self.faults

    def _take_BootNotification(self, _payload):
        self._status.clear()
        self._owed.clear()

    def _take_StartTransaction(self, payload):
        connector = payload["connectorId"]
        self._settle(connector, "StartTransaction")
        if self._open.get(connector) not in (None, payload):  # the same again is a retry
            self.faults.append(f"connector {connector}: started twice")
        self._open[connector] = payload

    def _take_StopTransaction(self, payload):
        for connector, action in tuple(self._owed.items()):
            if action == "StopTransaction":
                self._settle(connector, "StopTransaction")
                self._open[connector] = None
                return
        # Which connector it is for only the server's books know; with one open it is that one.
        running = [connector for connector, start in self._open.items() if start]
        if len(running) == 1:
            self._open[running[0]] = None

    def _take_StatusNotification(self, payload):
        connector, status = payload["connectorId"], payload["status"]
        if connector:
            self._settle(connector, None)
        former = self._status.get(connector)
        if former not in (None, status) and status not in ALLOWED[former]:
            self.faults.append(f"connector {connector}: {former} -> {status} is not allowed")
        self._status[connector] = status
        if status in IN_SESSION and not self._open.get(connector):
            self._owed[connector] = "StartTransaction"
        elif former in IN_SESSION and status == "Finishing" and self._open.get(connector):
            self._owed[connector] = "StopTransaction"

    def _settle(self, connector, action):
        owed = self._owed.pop(connector, None)
        if owed is not None and owed != action:
            self.faults.append(f"connector {connector}: {owed} must come before {action}")
