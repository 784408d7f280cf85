"""The words `do`, `files`, `wait_s`, `reach`, `repeat` and `note`."""

from chargecore_tools.cert.scope import Saved

_NOT_FIELDS = ("save", "note", "when", "connector", "for_each")


class ActSteps:
    """run: the CaseRun."""

    def __init__(self, run):
        self._run = run
        self.words = {
            "do": self._do,
            "files": self._files,
            "wait_s": self._wait,
            "reach": self._reach,
            "repeat": self._repeat,
            "note": self._note,
        }

    def _do(self, step):
        lab = self._run.lab
        self._run.listener.acted()
        numbers = step.get("for_each", {}).get("connector", [step.get("connector", "$connector")])
        for number in self._run.scope.resolve(numbers):
            entry = lab.hands.act(step.value, int(number), **self._fields(step))
        if "save" in step.fields:
            saved = Saved(None, entry.at_s, entry.wall, None, entry)
            self._run.scope.save(step.get("save"), saved)

    def _files(self, step):
        self._run.listener.acted()
        value = getattr(self._run.lab.files, step.value)(**self._fields(step))
        if "save" in step.fields:
            clock = self._run.lab.clock
            self._run.scope.save(step.get("save"), Saved(value, clock.now_s(), clock.now()))

    def _fields(self, step):
        return {
            name: self._run.scope.resolve(value)
            for name, value in step.fields.items()
            if name not in _NOT_FIELDS
        }

    def _wait(self, step):
        self._run.lab.wait_s(self._run.number(step.value))

    def _reach(self, step):
        self._run.reach(step.value, step.get("using", {}))

    def _repeat(self, step):
        for _ in range(int(self._run.number(step.value))):
            self._run.run(step.steps)

    def _note(self, step):
        self._run.lab.record.note_act(self._run.scope.resolve(step.value))
