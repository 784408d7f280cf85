"""Presence: what the station does when the server comes, goes, falls silent, or got an answer.

Called by: Ocpp16.
Source: OCPP 1.6 §4.2, OCPP-J 1.6 §5.4; B2, B7, B11, G4, X1 of the behaviour rules.
Heap: none after __init__, but for the file at the first acceptance ever.
"""

from chargecore.ocpp16 import memory


class Presence:
    """Writes `link`, and tells the others. trigger is None when its profile is not loaded."""

    def __init__(
        self,
        boot,
        heartbeat,
        status_notification,
        requests,
        trigger,
        authorizer,
        connection,
        liveness,
        state,
        link,
    ):
        self._boot = boot
        self._heartbeat = heartbeat
        self._status_notification = status_notification
        self._requests = requests
        self._trigger = trigger
        self._authorizer = authorizer
        self._connection = connection
        self._liveness = liveness
        self._state = state
        self.link = link
        link.is_known = memory.is_known(state)

    def accepted(self):
        """The boot was accepted: every status first (B2), and the grid of heartbeats begins."""
        link = self.link
        link.is_online = True
        if not link.is_known:
            link.is_known = True
            memory.set_known(self._state)
        self._connection.confirmed()
        self._heartbeat.start(self._boot.accepted_at_ms)
        self._status_notification.report_all()

    def reconnected(self):
        """Connected again; the accepted boot still counts. Only what changed is reported (B7)."""
        self.link.is_online = True
        self._status_notification.collapse()

    def gone(self):
        """The connection is gone: decide what is open by the offline rules."""
        self.link.is_online = False
        self.link.is_busy = False
        self._requests.dropped()
        if self._trigger is not None:
            self._trigger.dropped()
        self._authorizer.went_offline()
        self._heartbeat.is_unanswered = False

    @property
    def was_dropped(self):
        """Whether it was the server that has ended the latest connection."""
        return self._connection.is_ended_by_server

    @property
    def needs_probe(self):  # HOT
        """Whether the connection has to prove itself."""
        return self._liveness.needs_probe

    def probe(self):  # HOT
        """Ask something harmless. Return True when a call was placed.

        Not for ever what this server does not answer: then the others have their turn.
        """
        return not self._heartbeat.is_unanswered and self._heartbeat.send()

    def answered(self):  # HOT
        """A call of ours was answered, well or badly."""
        self._liveness.answered()

    def silent(self):
        """The server does not answer: only a new connection helps, and what the ladder has."""
        self._liveness.unanswered()

    def replied(self, now_ms):  # HOT
        """An answer has left: what it promised may happen now."""
        self._requests.after_reply(now_ms)
        if self._trigger is not None:
            self._trigger.after_reply(now_ms)
