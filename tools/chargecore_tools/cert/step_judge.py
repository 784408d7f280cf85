"""The words `check`, `make` and `verify`."""

from chargecore_tools.cert.checks import CHECKS
from chargecore_tools.cert.errors import Failed
from chargecore_tools.cert.makers import MAKERS
from chargecore_tools.cert.scope import Saved

_NOT_FIELDS = ("save", "note", "when")


class JudgeSteps:
    """run: the CaseRun."""

    def __init__(self, run):
        self._run = run
        self.words = {"check": self._check, "make": self._make, "verify": self._verify}

    def _check(self, step):
        CHECKS[step.value].run(self._run.lab, **self._values(step))

    def _make(self, step):
        value = MAKERS[step.value].run(self._run.lab, **self._values(step))
        clock = self._run.lab.clock
        self._run.scope.save(step.get("save"), Saved(value, clock.now_s(), clock.now()))

    def _verify(self, step):
        value = self._run.scope.resolve(step.value)
        misfit = self._run.matcher().misfit(step.get("is"), value, str(step.value).lstrip("$"))
        if misfit:
            raise Failed(misfit, "value")

    def _values(self, step):
        return {
            name: self._run.scope.resolve(value)
            for name, value in step.fields.items()
            if name not in _NOT_FIELDS
        }
