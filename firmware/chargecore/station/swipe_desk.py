"""SwipeDesk: which connector a presented tag is meant for, and what it asks there.

Called by: Station (a card was read, a remote start came), Authorizer (a decision is there).
Source: OCPP 1.6 §3.4, §4.1, §4.8; T11 and A5 of the behaviour rules. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.events import EV_SWIPE_IGNORED
from chargecore.station.auth_cache import TAG_ACCEPTED
from chargecore.station.auth_question import (
    PURPOSE_REMOTE_START,
    PURPOSE_START,
    PURPOSE_STOP,
)
from chargecore.station.authorizer import WAY_REMOTE
from chargecore.station.id_tag import IdTag
from chargecore.station.stop_reasons import STOP_LOCAL

_WHY_NO_CONNECTOR = const(1)  # every connector is taken, out of order or not meant
_WHY_BUSY = const(2)  # the previous question is still open
_WHY_NO_LONGER = const(3)  # accepted, but the connector was taken meanwhile


class SwipeDesk:
    """Routes tags. hint is the connector of the reader, 0 when one reader serves all."""

    def __init__(self, connectors, authorizer, config, events):
        self._connectors = connectors
        self._authorizer = authorizer
        self._config = config
        self._events = events
        self._no_parent = IdTag()
        authorizer.set_handler(self.decided)

    def present(self, tag, hint):  # HOT
        """Act on a tag at the reader: stop, unlock, cancel, ask, or ignore it."""
        if self._settle(tag, hint):
            return
        connector = self._free_connector(hint)
        purpose = PURPOSE_START
        if connector is None:
            connector = self._taken_with_parent(hint)
            purpose = PURPOSE_STOP
        if connector is None:
            self._events.add(EV_SWIPE_IGNORED, hint, _WHY_NO_CONNECTOR)
        elif not self._authorizer.ask(connector.connector_id, tag, purpose):
            self._events.add(EV_SWIPE_IGNORED, connector.connector_id, _WHY_BUSY)

    def start_remotely(self, connector_id, tag):  # HOT
        """Try to start by RemoteStartTransaction; connector_id 0 lets the station choose.

        Return the id of the connector it is tried on, 0 when it cannot be (R1).
        """
        connector = self._free_connector(connector_id)
        if connector is None:
            return 0
        if self._config.authorize_remote_tx_requests:
            is_tried = self._authorizer.ask(connector.connector_id, tag, PURPOSE_REMOTE_START)
        else:
            is_tried = connector.authorize(tag, self._no_parent, WAY_REMOTE)
        return connector.connector_id if is_tried else 0

    def decided(self, question, status, way):  # HOT
        """Carry out what the authorizer found."""
        if status != TAG_ACCEPTED:
            return
        connector = self._connectors[question.connector_id - 1]
        if question.purpose == PURPOSE_STOP:
            if connector.transaction.parent.equals(question.parent):  # never with a tag (A8)
                _end_for(connector, question.tag)
            return
        if not connector.authorize(question.tag, question.parent, way):
            self._events.add(EV_SWIPE_IGNORED, question.connector_id, _WHY_NO_LONGER)

    def _settle(self, tag, hint):  # HOT
        """Do what a tag can do without any question. Return True when it was meant for that."""
        for connector in self._connectors:
            if hint and connector.connector_id != hint:
                continue
            if connector.transaction.is_active:
                if connector.transaction.tag.equals(tag):
                    connector.stop(STOP_LOCAL, tag)
                    return True
            elif connector.lock_holder.equals(tag):
                connector.release_lock()
                return True
            elif connector.pending.equals(tag):  # second swipe (B1)
                connector.drop_pending()
                return True
        return False

    def _free_connector(self, hint):  # HOT
        """Return the connector a start is meant for: the plugged one before an empty one."""
        found = None
        for connector in self._connectors:
            if hint and connector.connector_id != hint:
                continue
            if connector.can_start():
                if connector.controller.is_plugged:
                    return connector
                if found is None:
                    found = connector
        return found

    def _taken_with_parent(self, hint):  # HOT
        """Return a connector whose session, or lock after it, has a parent; else None.

        Only then a foreign tag is worth a question (T11, T6).
        """
        for connector in self._connectors:
            if hint and connector.connector_id != hint:
                continue
            is_taken = connector.transaction.is_active or connector.lock_holder.length
            if is_taken and connector.transaction.parent.length:
                return connector
        return None


def _end_for(connector, tag):  # HOT
    """Stop the session, or give the cable free that stayed locked after it."""
    if not connector.stop(STOP_LOCAL, tag) and connector.lock_holder.length:
        connector.release_lock()
