"""CaseRun: plays one case against the station and judges it."""

import traceback
from pathlib import Path

from chargecore_tools.cert.conditions import Conditions
from chargecore_tools.cert.errors import CannotResolve, CertError, Failed, Inconclusive
from chargecore_tools.cert.listener import Listener
from chargecore_tools.cert.matcher import Matcher
from chargecore_tools.cert.record import is_call
from chargecore_tools.cert.result import ERROR, FAIL, INCONCLUSIVE, PASS, Result, frames_of
from chargecore_tools.cert.scope import Scope
from chargecore_tools.cert.step_act import ActSteps
from chargecore_tools.cert.step_call import CallSteps
from chargecore_tools.cert.step_expect import ExpectSteps
from chargecore_tools.cert.step_judge import JudgeSteps
from chargecore_tools.csms.errors import CsmsError
from chargecore_tools.csms.frame_order import FrameOrder
from chargecore_tools.csms.rules import RulesError

_SETTLE_S = 2  # of the station's time, after the last step: what else comes


class CaseRun:
    """One attempt at one case. lab: lab.Lab; book: the CaseBook with the states."""

    def __init__(self, lab, book, case):
        self.lab, self.book, self.case = lab, book, case
        self.listener = Listener(lab.record, lab.settings.ignore)
        self.scope = Scope(lab.clock.now, lab.names, lab.settings.get)
        self.desk = lab.desk
        self._step = None  # the one that runs, and the steps around it
        self._numbers = []
        self._words = {}
        for steps in (ActSteps, CallSteps, ExpectSteps, JudgeSteps):
            self._words.update(steps(self).words)

    def play(self):
        """Play it and return the Result. It never raises, but for a lab that is gone."""
        start = self.lab.record.end()
        began_s = self.lab.clock.now_s()
        self.lab.begin_case(start)
        verdict = self._verdict_of(self._play)
        step = self._place()
        if self.case.after:
            self._after()
        entries = self.lab.record.since(start)
        verdict, reason, rule = _with_frames(entries, *verdict)
        took_s = self.lab.clock.now_s() - began_s
        step = None if verdict == PASS else step
        return Result(self.case, verdict, reason, rule, step, took_s, frames=frames_of(entries))

    def _verdict_of(self, play):
        """Return (verdict, reason, rule) of what play() does."""
        try:
            play()
        except Failed as error:
            return FAIL, str(error), error.rule
        except Inconclusive as error:
            return INCONCLUSIVE, str(error), ""
        except (CannotResolve, CertError, CsmsError, RulesError) as error:
            return ERROR, str(error), ""
        except Exception as error:  # a fault of the runner itself: the other cases go on
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(where.filename).name}:{where.lineno}"
            return ERROR, f"the runner failed, {type(error).__name__} at {place}: {error}", ""
        return PASS, "", ""

    def _play(self):
        names = {}
        for name, value in self.case.names.items():
            names[name] = self.scope.with_names(dict(names)).resolve(value)
        self.scope = self.scope.with_names(names)
        self.listener.allowed = [self.want(step) for step in self.case.allow]
        self.run(self.case.before, "before ")
        self.run(self.case.steps, "")
        self._step, self._numbers = None, ["the end"]
        self.lab.wait_s(_SETTLE_S)
        self.listener.finish()

    def _after(self):
        """Play what puts right what the case has done; the verdict stands already."""
        kept = self._step, self._numbers
        self.listener.allowed = []
        self._verdict_of(lambda: self.run(self.case.after, "after "))
        self._step, self._numbers = kept

    def _place(self):
        """Return where it stands now, in words."""
        numbers = "".join(self._numbers[:1]) + ".".join(self._numbers[1:])
        if self._step is None:
            return numbers or None
        where = f"{self._step.file.name}:{self._step.line}"
        return f"{numbers}: {self._step.text} ({where})"

    # ---- for the steps ----

    def run(self, steps, name=None):
        """Play a list of steps. name: of a list that is not inside of a step."""
        rows = [row for step in steps for row in self.words_row(step)]
        self.desk.put_up(rows)
        if name is not None:
            self._numbers = [name]
        self._numbers.append("")
        for number, step in enumerate(steps, 1):
            self._numbers[-1] = str(number)
            self._step = step
            if self.applies(step):
                self._words[step.word](step)
            self.desk.take_down([step])
        self._numbers.pop()

    def applies(self, step):
        """Return whether the conditions of a step are met now."""
        conditions = Conditions(self.lab.station, self.scope.all_saved)
        return conditions.unmet(step.get("when", ())) is None

    def words_row(self, step):
        """Return the rows for the desk that a step needs when its list begins."""
        return ExpectSteps(self).rows(step)

    def want(self, step, bound=None):
        """Return the Want of an `expect`."""
        return ExpectSteps(self).want(step, bound)

    def reach(self, name, using):
        """Play a reusable state."""
        state = self.book.states[name]
        outer = self.scope
        names = {**state.names, **using}
        self.scope = outer.with_names({key: outer.resolve(v) for key, v in names.items()})
        try:
            self.run(state.steps)
        finally:
            self.scope = outer

    def matcher(self, scope=None):
        """Return a Matcher that knows the names of this moment."""
        return Matcher(scope or self.scope, self.lab.settings.time_deviation_s)

    def number(self, value):
        """Return a number that a case wrote or named. Errors: CannotResolve."""
        value = self.scope.resolve(value)
        if isinstance(value, bool):
            raise CannotResolve(f"{value!r} is no number")
        try:
            return value if isinstance(value, (int, float)) else float(value)
        except (TypeError, ValueError):
            raise CannotResolve(f"{value!r} is no number") from None

    def range(self, value):
        """Return (least, most) of a number or a range; a number may be off by the deviation."""
        if isinstance(value, list):
            return self.number(value[0]), self.number(value[1])
        wanted = self.number(value)
        off = self.lab.settings.time_deviation_s
        return max(0, wanted - off), wanted + off


def _with_frames(entries, verdict, reason, rule):
    """Return (verdict, reason, rule) once all frames are judged by themselves, too."""
    broken = next((entry for entry in entries if entry.violation), None)
    if broken is not None and verdict != ERROR:
        # The frame is at the root of what went wrong after it.
        text = f"{broken.action or 'a frame'}: {broken.violation}"
        if verdict == PASS:
            return FAIL, text, "schema"
        return FAIL, f"{text}; {reason}", f"schema, {rule}".rstrip(", ")
    if verdict == PASS:
        fault = _fault_of_order(entries)
        if fault:
            return FAIL, fault, "order"
    return verdict, reason, rule


def _fault_of_order(entries):
    """Return what came in an order that OCPP 1.6 does not allow, "" when nothing did."""
    order = FrameOrder()
    for entry in entries:
        if entry.action == "connection":
            order.connected()
        elif is_call(entry):
            order.take(entry.frame)
    return next(iter(order.finish()), "")
