"""Authorize: takes the authorizer's questions to the server. Heap: none after __init__.

Source: OCPP 1.6 §4.1.
"""

from chargecore.base.codes import OK
from chargecore.ocpp16.id_tag_info import IdTagInfo
from chargecore.station.auth_question import Q_ASKING
from chargecore.wire.rpc import ANSWER_RESULT


class Authorize:
    """One question at a time."""

    def __init__(self, rpc, authorizer, config):
        self._rpc = rpc
        self._authorizer = authorizer
        self._config = config
        self._info = IdTagInfo()
        self._render = self.render
        self._answer = self.answered

    def poll_call(self, now_ms):  # HOT
        """Send the next question. Return True when a call was placed."""
        question = self._authorizer.next_question()
        if question is None:
            return False
        timeout_ms = self._config.message_timeout_s * 1000
        code = self._rpc.call(b"Authorize", self._render, question, self._answer, timeout_ms)
        if code != OK:
            return False
        question.state = Q_ASKING
        return True

    def render(self, w, question):  # HOT
        """Write the payload."""
        w.open_object()
        w.key(b"idTag")
        w.text_range(question.tag.buf, 0, question.tag.length)
        w.close_object()

    def answered(self, status, question):  # HOT
        """Hand the verdict to the authorizer; without one it decides by the offline rules."""
        info = self._info
        if status != ANSWER_RESULT or info.read(self._rpc.reader, self._rpc.payload_idx) != OK:
            self._authorizer.unanswered(question)
            return
        question.parent.copy_from(info.parent)
        self._authorizer.remember(question.tag, info.status, info.expiry_s, info.parent)
        self._authorizer.answered(question, info.status)
