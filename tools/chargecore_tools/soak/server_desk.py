"""ServerDesk: the server of one station: cards, remote starts and stops, troubles, restarts.

What is asked of the station is asked in a thread of its own: an answer may never come.
"""

import concurrent.futures
import contextlib
import time

from chargecore_tools.csms.errors import CsmsError, PortTakenError
from chargecore_tools.csms.events import Frame
from chargecore_tools.csms.rules import Rules
from chargecore_tools.csms.server import Server
from chargecore_tools.soak.trouble_plan import ERROR, LATE, WITHHOLD

_ANSWER_S = 5.0  # real time a station has to answer; what comes later is ignored
_PORT_S = 10.0  # until a port that somebody else took is given up
_DISTURBANCES = ("withheld", "delayed")


class ServerDesk:
    """Owns `server`. silence is told what was not answered."""

    def __init__(self, station_id, speed, heartbeat_interval_s, silence):
        self.server = Server(
            rules=Rules(boots=[("Accepted", heartbeat_interval_s)]), observers=[self._observe]
        )
        self.is_up = False
        self._station_id = station_id
        self._speed = speed
        self._silence = silence
        self._cards = 0
        self._asking = concurrent.futures.ThreadPoolExecutor(4, "ask")
        self._troubles = {
            WITHHOLD: lambda t: self.server.hooks.withhold(t.action, t.times),
            ERROR: lambda t: self.server.hooks.refuse(
                t.action, t.code, "refused on purpose", times=t.times
            ),
            LATE: lambda t: self.server.hooks.delay(t.action, t.for_s / self._speed, t.times),
        }

    def start(self):
        """Listen, on the port of the first time. Errors: PortTakenError."""
        end_s = time.monotonic() + _PORT_S
        while not self.is_up:
            try:
                self.server.start()
                self.is_up = True
            except PortTakenError:
                if time.monotonic() > end_s:
                    raise
                time.sleep(0.1)

    def stop(self):
        """Close everything; what is known is kept."""
        self.is_up = False
        self.server.stop()

    def close(self):
        """End for good."""
        self.stop()
        self._asking.shutdown(cancel_futures=True)

    def make(self, trouble):
        """Answer the next calls as the trouble says."""
        self._troubles[trouble.kind](trouble)

    def new_card(self, is_blocked):
        """Return a card that was never used."""
        self._cards += 1
        card = f"{self._station_id}-{self._cards}"
        if is_blocked:
            self.server.rules.set_tag(card, "Blocked")
        return card

    def remote_start(self, connector, card):
        """Ask for a session."""
        payload = {"connectorId": connector, "idTag": card}
        self._asking.submit(self._ask, "RemoteStartTransaction", payload)

    def remote_stop(self, transaction_id):
        """Ask for the end of a session; without an id yet nothing can be asked."""
        if transaction_id is not None:
            payload = {"transactionId": transaction_id}
            self._asking.submit(self._ask, "RemoteStopTransaction", payload)

    def _ask(self, action, payload):
        with contextlib.suppress(CsmsError):
            self.server.call(self._station_id, action, payload, _ANSWER_S)

    def _observe(self, event):
        if not isinstance(event, Frame) and event.kind in _DISTURBANCES:
            self._silence.disturbed()
