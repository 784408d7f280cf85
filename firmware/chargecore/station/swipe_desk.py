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
    Q_FREE,
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
        self.reservations = None  # Reservations, when they are loaded
        authorizer.set_handler(self.decided)

    def present(self, tag, hint):  # HOT
        """Act on a tag at the reader: stop, unlock, cancel, ask, or ignore it."""
        if self._settle(tag, hint):
            return
        connector = self._free_connector(hint, tag)
        purpose = PURPOSE_START
        if connector is None:
            connector = self._taken_with_parent(hint)
            purpose = PURPOSE_STOP
        if connector is None:
            self._events.add(EV_SWIPE_IGNORED, hint, _WHY_NO_CONNECTOR)
        elif not self._ask(connector.connector_id, tag, purpose, hint):
            self._events.add(EV_SWIPE_IGNORED, connector.connector_id, _WHY_BUSY)

    def start_remotely(self, connector_id, tag):  # HOT
        """Try to start by RemoteStartTransaction; connector_id 0 lets the station choose.

        Return the id of the connector it is tried on, 0 when it cannot be (R1).
        """
        connector = self._free_connector(connector_id, tag)
        if connector is None:
            return 0
        chosen_id = connector.connector_id
        is_tried = False
        if not self._config.authorize_remote_tx_requests:
            reservations = self.reservations
            parent = self._no_parent if reservations is None else reservations.look_up(tag)
            is_tried = connector.authorize(tag, parent, WAY_REMOTE)
        if not is_tried:  # wanted, or only the server can tell the tag's family (V3)
            is_tried = self._ask(chosen_id, tag, PURPOSE_REMOTE_START, chosen_id)
        return chosen_id if is_tried else 0

    def _ask(self, connector_id, tag, purpose, hint):  # HOT
        question = self._authorizer.questions[connector_id - 1]
        if question.state == Q_FREE:
            question.hint = hint
        return self._authorizer.ask(connector_id, tag, purpose)

    def decided(self, question, status, way):  # HOT
        """Carry out what the authorizer found."""
        if status != TAG_ACCEPTED:
            return
        connector = self._connectors[question.connector_id - 1]
        if question.purpose == PURPOSE_STOP:
            if connector.transaction.parent.equals(question.parent):  # never with a tag (A8)
                _end_for(connector, question.tag)
            return
        if connector.authorize(question.tag, question.parent, way):
            return
        if self.reservations is not None:  # kept for another family: is there anything else?
            connector = self._free_connector(question.hint, question.tag, question.parent)
        if connector is None or not connector.authorize(question.tag, question.parent, way):
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

    def _free_connector(self, hint, tag, parent=None):  # HOT
        """Return the connector a start is meant for: the plugged one before an empty one.

        parent: what the server said of the tag, None while it has not been asked.
        """
        if self.reservations is not None:
            return self.reservations.choose(hint, tag, parent)
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
