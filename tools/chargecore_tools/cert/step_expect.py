"""The words `expect`, `any_order`, `optional` and `quiet`."""

from chargecore_tools.cert.desk import Row
from chargecore_tools.cert.errors import Failed
from chargecore_tools.cert.grammar import PSEUDO
from chargecore_tools.cert.listener import Want
from chargecore_tools.cert.scope import Saved
from chargecore_tools.csms.hooks import Hook

_ANSWER_S = 10  # real time until the server has answered what came


class ExpectSteps:
    """run: the CaseRun."""

    def __init__(self, run):
        self._run = run
        self.words = {
            "expect": self._expect,
            "any_order": self._any_order,
            "optional": self._optional,
            "quiet": self._quiet,
        }

    # ---- wants, and answers that stand ready ----

    def want(self, step, bound=None):
        """Return the Want of an `expect`; bound: fields of for_each."""
        scope = self._run.scope
        matcher = {**step.get("with", {}), **(bound or {})}

        def misfit(payload):
            return self._run.matcher(scope).misfit(matcher, payload)

        early = step.get("before_answer", False)
        return Want(step, step.value, matcher, scope, may_precede_answer=early, fits=misfit)

    def rows(self, step):
        """Return the desk's rows of a step: those of its own expectations, in order."""
        if step.word in ("any_order", "optional"):
            return [row for inner in step.steps for row in self.rows(inner)]
        if step.word != "expect" or step.value in PSEUDO:
            return []
        scope = self._run.scope
        matcher = step.get("with", {})

        def could_fit(action, payload):
            if action != step.value or not self._run.applies(step):
                return False
            return self._run.matcher(scope).could_fit(matcher, payload)

        return [Row(step, could_fit, self._most(step), lambda: self._hook(step, scope))]

    def _most(self, step):
        if "for_each" in step.fields:
            return 1000  # until the step is over
        times = step.get("times", 1)
        return int(self._run.number(times[1] if isinstance(times, list) else times))

    def _hook(self, step, scope):
        hook = Hook(step.value)
        answer = step.get("answer")
        if step.get("answer_error"):
            hook.error = (step.get("answer_error"), "", {})
        if answer is not None:
            hook.changes = lambda right: merged(right, scope.resolve(answer))
        hook.is_withheld = step.get("no_answer", False)
        if step.get("answer_after_s"):
            hook.delay_s = self._run.number(step.get("answer_after_s")) / self._run.lab.clock.speed
        return hook

    # ---- words ----

    def _expect(self, step):
        if "for_each" in step.fields:
            self._in_any_order(self._each(step), self._within_s(step))
            return
        if "times" in step.fields:
            self._several(step)
            return
        entry = self._one(step, [self.want(step)], self._within_s(step))
        self._judge_time(step, "gap_s", entry, step.get("after"))
        self._save(step, [entry])

    def _one(self, step, wants, within_s):
        _want, entry = self._run.listener.take(wants, within_s)
        self._run.listener.read_up_to(entry)
        return entry

    def _several(self, step):
        times = step.get("times")
        is_range = isinstance(times, list)
        least, most = (
            (self._run.number(times[0]), self._run.number(times[1]))
            if is_range
            else (self._run.number(times), self._run.number(times))
        )
        entries = []
        while len(entries) < most:
            want = self.want(step)
            within_s = self._within_s(step, is_first=not entries)
            if len(entries) >= least and not self._run.listener.peek([want], within_s):
                break
            entries.append(self._one(step, [want], within_s))
            if len(entries) == 1:
                self._judge_time(step, "gap_s", entries[0], step.get("after"))
                if "gap_s" not in step.fields:
                    self._judge_time(step, "every_s", entries[0], step.get("after"))
            else:
                self._judge_gap(step, "every_s", entries[-1], entries[-2].at_s, "the one before")
        self._save(step, entries, is_list=True)

    def _any_order(self, step):
        wants = []
        within_s = self._run.lab.settings.message_timeout_s
        for inner in step.steps:
            is_optional = inner.word == "optional"
            for one in inner.steps if is_optional else [inner]:
                if not self._run.applies(one):
                    continue
                found = self._each(one) if "for_each" in one.fields else [self.want(one)]
                for want in found:
                    want.is_optional = is_optional
                wants += found
                within_s = max(within_s, self._within_s(one))
        self._in_any_order(wants, within_s)

    def _each(self, step):
        """Return one Want for each value of for_each."""
        (name, values), *_more = step.get("for_each").items()
        return [self.want(step, {name: value}) for value in self._run.scope.resolve(values)]

    def _in_any_order(self, wants, within_s):
        entries = []
        while any(not want.is_optional for want in wants):
            want, entry = self._run.listener.take(wants, within_s)
            wants.remove(want)
            entries.append(entry)
            self._judge_time(want.step, "gap_s", entry, want.step.get("after"))
            self._save(want.step, [entry])
        self._run.listener.tolerated += wants
        for entry in entries:
            self._run.listener.read_up_to(entry)

    def _optional(self, step):
        first = step.steps[0]
        default = self._run.lab.settings.quiet_s
        within_s = self._run.number(step.get("within_s", first.get("within_s", default)))
        wants = self._wants_of(first)
        if self._run.listener.peek(wants, within_s):
            self._run.run(step.steps)
        self._run.desk.take_down(step.steps)

    def _wants_of(self, step):
        """Return the Wants of an `expect`, or of all that are in an `any_order`."""
        if step.word == "any_order":
            return [want for inner in step.steps for want in self._wants_of(inner)]
        return self._each(step) if "for_each" in step.fields else [self.want(step)]

    def _quiet(self, step):
        words = step.value if isinstance(step.value, list) else [step.value]
        matcher, scope = step.get("with"), self._run.scope

        def misfit(payload):
            return self._run.matcher(scope).misfit(matcher, payload)

        fits = None if matcher is None else misfit
        self._run.listener.quiet(words, self._run.number(step.get("for_s")), fits)

    # ---- time ----

    def _within_s(self, step, is_first=True):
        """Return how long to wait: what the step says, or long enough for its interval."""
        settings = self._run.lab.settings
        if "within_s" in step.fields:
            return self._run.number(step.get("within_s"))
        longest = settings.message_timeout_s
        for name in ("gap_s", "every_s"):
            if name in step.fields:
                longest = max(longest, self._run.range(step.get(name))[1] + settings.quiet_s)
        return longest

    def _judge_time(self, step, field, entry, after):
        if field not in step.fields or after is None:
            return
        moment = self._run.scope.saved(after)
        self._judge_gap(step, field, entry, moment.at_s, after)

    def _judge_gap(self, step, field, entry, from_s, what):
        if field not in step.fields:
            return
        least, most = self._run.range(step.get(field))
        gap_s = entry.at_s - from_s
        if not least <= gap_s <= most:
            text = (
                f"{entry.action} came {gap_s:.1f} s after {what}: {least:g}..{most:g} s are right"
            )
            raise Failed(text, "timing")

    # ---- names ----

    def _save(self, step, entries, is_list=False):
        if "save" not in step.fields:
            return
        if not entries:
            self._run.scope.save(step.get("save"), Saved([]))
            return
        last = entries[-1]
        value = [entry.payload for entry in entries] if is_list else last.payload
        saved = Saved(value, last.at_s, last.wall, self._answer_of(last), last)
        self._run.scope.save(step.get("save"), saved)

    def _answer_of(self, entry):
        """Return the payload that answered a CALL, once it is."""
        if entry.frame is None:
            return None
        end = self._run.lab.real_s() + _ANSWER_S
        while not entry.frame.is_settled and self._run.lab.real_s() < end:
            self._run.lab.record.wait_change(self._run.lab.record.end(), 0.02)
        answer = entry.frame.answer
        return None if answer is None else answer.payload


def merged(right, changes):
    """Return the right answer with the changes of a case; maps are merged, null takes away."""
    result = dict(right)
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        else:
            result[name] = value
    return result
