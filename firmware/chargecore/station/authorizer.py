"""Authorizer: may this tag start, or stop, a session on that connector?

Called by: Station (ask), the protocol adapter (takes the question to the server and back).
Decides from local list and cache where the settings allow it, asks the server otherwise, and falls
back to the offline rules when the server cannot be asked.
Source: OCPP 1.6 §3.5, §4.1; A1-A6 of the behaviour rules.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.events import EV_REFUSED
from chargecore.station.auth_cache import TAG_ACCEPTED, TAG_UNKNOWN
from chargecore.station.auth_question import (
    PURPOSE_STOP,
    Q_ASKING,
    Q_FREE,
    Q_WAITING,
    AuthQuestion,
)

WAY_CACHE = const(1)
WAY_SERVER = const(2)
WAY_OFFLINE_CACHE = const(3)
WAY_OFFLINE_UNKNOWN = const(4)
WAY_REMOTE = const(5)  # RemoteStart without authorization
WAY_LIST = const(6)
WAY_OFFLINE_LIST = const(7)


class Authorizer:
    """One question per connector at a time. A second one while the first is open is refused."""

    def __init__(self, connector_count, cache, link, config, clock, events):
        self.cache = cache
        self._link = link
        self._config = config
        self._clock = clock
        self._events = events
        self.local_list = None  # LocalList, when that profile is loaded
        self._is_listed = False  # the status found last came from the list
        self._on_answer = None  # called with (question, TAG_* status, WAY_*)
        self.questions = [AuthQuestion(i + 1) for i in range(connector_count)]

    def set_handler(self, on_answer):
        """Store the bound method that receives every decision."""
        self._on_answer = on_answer

    def ask(self, connector_id, tag, purpose):  # HOT
        """Open a question about tag. Return False when one is open for that connector."""
        question = self.questions[connector_id - 1]
        if question.state != Q_FREE:
            return False
        question.tag.copy_from(tag)
        question.purpose = purpose
        question.state = Q_WAITING
        if self._link.is_online:
            if self._config.local_pre_authorize and self._known(tag) == TAG_ACCEPTED:
                self._answer(question, TAG_ACCEPTED, WAY_LIST if self._is_listed else WAY_CACHE)
        else:
            self._decide_offline(question)
        return True

    def next_question(self):  # HOT
        """Return the question to take to the server now, or None."""
        for question in self.questions:
            if question.state == Q_WAITING:
                return question
        return None

    def answered(self, question, status):  # HOT
        """The server has answered: the caller has filled question.parent and the cache."""
        if question.state == Q_ASKING:
            self._answer(question, status, WAY_SERVER)

    def unanswered(self, question):  # HOT
        """The server did not answer, or refused to: decide as if offline."""
        if question.state == Q_ASKING:
            self._decide_offline(question)

    def remember(self, tag, status, expiry_s, parent):  # HOT
        """Put what the server said of an unlisted tag into the cache, if that is enabled."""
        if self._config.authorization_cache_enabled and self._listed(tag) == TAG_UNKNOWN:
            self.cache.put(tag, status, expiry_s, parent, self._clock.wall_s())

    def start_judged(self, tag, status):  # HOT
        """StartTransaction was answered so: the list may say something else (OCPP 1.6 §3.5.2)."""
        if self.local_list is not None:
            self.local_list.compare(tag, status)

    def parent_into(self, tag, parent):  # HOT
        """Copy the parent of a listed or cached IdTag into parent, empty if there is none."""
        if self.local_list is None or not self.local_list.parent_into(tag, parent):
            self.cache.parent_into(tag, parent)

    def went_offline(self):  # HOT
        """The connection is gone: decide what is open by the offline rules."""
        for question in self.questions:
            if question.state != Q_FREE:
                self._decide_offline(question)

    def _listed(self, tag):  # HOT
        return TAG_UNKNOWN if self.local_list is None else self.local_list.status(tag)

    def _known(self, tag):  # HOT
        """Return TAG_* of the list, else of the cache (A1)."""
        status = self._listed(tag)
        self._is_listed = status != TAG_UNKNOWN
        if self._is_listed or not self._config.authorization_cache_enabled:
            return status
        return self.cache.status(tag, self._clock.wall_s())

    def _decide_offline(self, question):  # HOT
        config = self._config
        status = self._known(question.tag)
        way = WAY_OFFLINE_LIST if self._is_listed else WAY_OFFLINE_CACHE
        if not self._link.is_known:  # never accepted by any server: no charging (OCPP 1.6 §4.2.1)
            status = TAG_UNKNOWN
        else:
            # A tag nobody may vouch for is like an unknown one; a refused one stays refused (A4).
            if status == TAG_ACCEPTED and not config.local_authorize_offline:
                status = TAG_UNKNOWN
            # Stopping somebody else's session needs a known parent, not the benefit of the doubt.
            is_start = question.purpose != PURPOSE_STOP
            if status == TAG_UNKNOWN and config.allow_offline_tx_for_unknown_id and is_start:
                status = TAG_ACCEPTED
                way = WAY_OFFLINE_UNKNOWN
        self._answer(question, status, way)

    def _answer(self, question, status, way):  # HOT
        if way != WAY_SERVER:
            self.parent_into(question.tag, question.parent)
        question.state = Q_FREE
        if status != TAG_ACCEPTED:
            self._events.add(EV_REFUSED, question.connector_id, status)
        self._on_answer(question, status, way)
