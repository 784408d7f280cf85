"""Session: the steps one after the other, what each leaves behind, and when there is no use.

Called by: cli. Whatever ends a step, the permission of the bench is taken back behind it.
"""

import time

from chargecore_tools.bench.errors import BenchEnded, OrderRefused, StepFailed
from chargecore_tools.bench.result import FAIL, NOT_DONE, NOT_FITTED, PASS, StepResult

NEXT, REPEAT, QUIT = "next", "repeat", "quit"


class Session:
    """guide: tells people of steps: begin(step, result), end(step, result) -> NEXT, ...

    store: save(results) after every step. results: those of a session that goes on.
    """

    def __init__(self, tester, guide, store, results=()):
        self._tester = tester
        self._guide = guide
        self._store = store
        self.results = {result.number: result for result in results}
        self._has_failed = False  # the last step that was done

    def run(self, steps):
        """Do the steps. Return whether all passed or are not fitted. Errors: BenchEnded."""
        for step in steps:
            result = self.results.get(step.number)
            if result is None or result.verdict != PASS:
                self._do(step, result)
        return all(self.results[step.number].verdict in (PASS, NOT_FITTED) for step in steps)

    def _do(self, step, before):
        result = before or StepResult(step.number, step.title, step.source)
        self.results[step.number] = result
        wish = REPEAT
        while wish == REPEAT:
            result.verdict, result.look = self._hindrance(step)
            if result.verdict != PASS:
                wish = NEXT
            else:
                if self._has_failed:  # so that this step is not blamed for the one before
                    self._tester.recover()
                self._guide.begin(step, result)
                self._try(step, result)
                wish = self._guide.end(step, result)
            self._store.save(self.results.values())
        if wish == QUIT:
            raise BenchEnded

    def _hindrance(self, step):
        """Return (verdict, why) of a step that cannot be done; PASS: it can."""
        if step.fitted and not self._tester.has(step.fitted):
            return NOT_FITTED, ""
        for number in step.needs:
            needed = self.results.get(number)
            if needed is None or needed.verdict not in (PASS, NOT_FITTED):
                return NOT_DONE, f"Step {number} comes first."
        return PASS, ""

    def _try(self, step, result):
        tester = self._tester
        result.tries += 1
        result.done_at = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        result.readings = tester.readings = []
        result.verdict, result.look = FAIL, "It was broken off."
        try:
            step.action(tester)
            result.verdict, result.look = PASS, ""
        except StepFailed as failed:
            result.look = str(failed)
        except OrderRefused as refused:
            result.look = f"The board refuses an order: {refused}."
        finally:
            tester.give_up()
            self._store.save(self.results.values())
        self._has_failed = result.verdict == FAIL
