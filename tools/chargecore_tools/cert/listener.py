"""Listener: reads the record for a case: what is expected, what may come, what must not.

The station's CALLs are read in order and none is passed over but those of grammar.ANY_TIME, those
that the case allows, and those that lab.yaml ignores.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from chargecore_tools.cert.errors import Failed
from chargecore_tools.cert.grammar import ANY_TIME, PSEUDO
from chargecore_tools.cert.record import is_call

_POLL_S = 0.05  # real time between two looks at the clock
_REAL_MIN_S = 5  # a busy PC may stand still while a fast simulator's time goes on
_EVENT = "SecurityEventNotification"  # of several kinds: one that does not fit is passed over


@dataclass(eq=False)
class Want:
    """One expected message: the step that wants it, its action, and what must fit."""

    step: Any
    action: str
    matcher: Any
    scope: Any
    is_optional: bool = False
    may_precede_answer: bool = False
    fits: Any = None  # callable: payload -> misfit text
    extra: dict = field(default_factory=dict)


class Listener:
    """One per case. ignored: actions that are nobody's business."""

    def __init__(self, record, ignored=()):
        self._record = record
        self._clock = record.clock
        self._ignored = frozenset(ignored)
        self.start = record.end()
        self.allowed = []  # Wants that may come at any time, again and again
        self.tolerated = []  # Wants that may still come, once each
        self._place = self.start  # entries before it are read
        self._floor = self.start  # ANY_TIME and notes before it are of the past
        self._answered = (0, 0, "")  # place of the last CALL of ours, of its answer, its action

    def acted(self):
        """Say that the case acts now: what can come at any time counts from here."""
        self._floor = self._record.end()

    def asked(self, call_idx, answer_idx, action):
        """Say that a CALL with an effect was answered: what it caused must come after that."""
        self._answered = (call_idx, answer_idx, action)

    # ---- what must come ----

    def take(self, wants, within_s):
        """Wait for the first entry that fits one of the wants. Return (want, entry).

        Errors: Failed for another one, or for none in time.
        """
        deadline_s = self._clock.now_s() + within_s
        real_end_s = time.monotonic() + min(within_s, _REAL_MIN_S)
        while True:
            seen = self._record.end()
            for entry in self._unread():
                want = self._judge(entry, wants)
                if want is not None:
                    return want, entry
            if self._clock.now_s() >= deadline_s and time.monotonic() >= real_end_s:
                raise Failed(f"{_names(wants)} did not come within {within_s:g} s", "missing")
            self._record.wait_change(seen, _POLL_S)

    def peek(self, wants, within_s):
        """Wait for the next CALL. Return whether it fits one of the wants; it stays unread."""
        deadline_s = self._clock.now_s() + within_s
        while True:
            seen = self._record.end()
            for entry in self._unread():
                if self._fitting(entry, wants) is not None:
                    return True
                if is_call(entry) and not self._may_pass(entry):
                    return False
            if self._clock.now_s() >= deadline_s:
                return False
            self._record.wait_change(seen, _POLL_S)

    def read_up_to(self, entry):
        """Count everything up to an entry as read."""
        self._place = max(self._place, entry.idx + 1)
        self._floor = max(self._floor, self._place)

    def _judge(self, entry, wants):
        want = self._fitting(entry, wants)
        if want is not None:
            entry.is_used = True
            self._check_order(want, entry)
            return want
        if not is_call(entry) or self._may_pass(entry, wants):
            return None
        raise _failed(entry, self._why(entry, wants), "unexpected")

    def _fitting(self, entry, wants):
        if entry.action in ANY_TIME or entry.action in PSEUDO:
            if entry.idx < self._floor:
                return None
        if not is_call(entry) and entry.action not in PSEUDO:
            return None
        for want in wants:
            if want.action == entry.action and not want.fits(entry.payload):
                return want
        return None

    def _may_pass(self, entry, wants=()):
        """Return whether a CALL that nobody waits for may come now."""
        if entry.action in self._ignored:
            return True
        for want in self.allowed:
            if self._fitting(entry, [want]):
                entry.is_used = True
                return True
        for want in self.tolerated:
            if self._fitting(entry, [want]):
                entry.is_used = True
                self.tolerated.remove(want)
                return True
        if entry.action not in ANY_TIME:
            return False
        if entry.action == _EVENT or entry.idx < self._floor:
            return True
        return all(want.action != entry.action for want in wants)

    def _check_order(self, want, entry):
        call_idx, answer_idx, action = self._answered
        if call_idx < entry.idx < answer_idx and not want.may_precede_answer:
            raise _failed(entry, f"{entry.action} came before the answer to {action}", "order")

    def _why(self, entry, wants):
        same = [want for want in wants if want.action == entry.action]
        if same:
            return f"{entry.action}: {same[0].fits(entry.payload)}"
        return f"{_show(entry)} came where {_names(wants)} was expected"

    # ---- what must not come ----

    def quiet(self, words, for_s, fits=None):
        """Look that nothing of these actions comes for that long. Errors: Failed."""
        self.acted()
        end_s = self._clock.now_s() + for_s
        while True:
            seen = self._record.end()
            for entry in self._unread():
                self._check_quiet(entry, words, fits)
            if self._clock.now_s() >= end_s:
                return
            self._record.wait_change(seen, _POLL_S)

    def _check_quiet(self, entry, words, fits):
        if entry.action in ANY_TIME and entry.idx < self._floor:
            return
        if entry.action in PSEUDO:
            is_meant = entry.action in words and entry.idx >= self._floor
        elif not is_call(entry):
            return
        elif "any" in words:
            is_meant = True
        else:
            is_meant = entry.action in words or ("others" in words and not self._may_pass(entry))
        if is_meant and (fits is None or not fits(entry.payload)):
            text = f"{_show(entry)} came where nothing of it may come"
            raise _failed(entry, text, "unexpected")

    def finish(self):
        """Look that no CALL is left which no step wanted. Errors: Failed."""
        for entry in self._unread():
            if is_call(entry) and not self._may_pass(entry):
                text = f"{_show(entry)} came, and no step wanted it"
                raise _failed(entry, text, "unexpected")

    def _unread(self):
        return [entry for entry in self._record.since(self._place) if not entry.is_used]


def _failed(entry, text, rule):
    """Return the Failed for an entry, which tells of it in the report, too."""
    entry.is_used = True
    entry.note = text
    return Failed(text, rule)


def _names(wants):
    return " or ".join(dict.fromkeys(_show_want(want) for want in wants if not want.is_optional))


def _show_want(want):
    words = [str(want.matcher[k]) for k in _TELLING if _is_plain(want.matcher, k)]
    return f"{want.action} ({', '.join(words)})" if words else want.action


def _show(entry):
    payload = entry.payload if isinstance(entry.payload, dict) else {}
    words = [str(payload[name]) for name in _TELLING if name in payload]
    return f"{entry.action} ({', '.join(words)})" if words else entry.action


def _is_plain(matcher, name):
    return isinstance(matcher, dict) and isinstance(matcher.get(name), (str, int))


_TELLING = ("connectorId", "status", "idTag", "reason", "type", "transactionId")
