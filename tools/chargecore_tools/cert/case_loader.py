"""Reads cases and states; says of a wrong one which file, which line, and what is allowed."""

import hashlib
import re
from pathlib import Path

from ocpp.v16.enums import Action

from chargecore_tools.cert import conditions, grammar, matcher
from chargecore_tools.cert.case import Case, State, Step
from chargecore_tools.cert.checks import CHECKS
from chargecore_tools.cert.errors import CaseError
from chargecore_tools.cert.makers import MAKERS
from chargecore_tools.cert.marked_yaml import Mapping, parse
from chargecore_tools.cert.scope import REFERENCE

CASES = Path(__file__).with_name("cases")
_STATES = "states"
_OWN = "own"
_ID = re.compile(r"[A-Z][A-Z0-9_]+")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_STATE_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_ACTIONS = frozenset(str(word.value) for word in Action)
_STEP_LISTS = ("any_order", "optional")


class CaseBook:
    """All cases and states below a folder. Errors: CaseError, the first thing that is wrong."""

    def __init__(self, folder=CASES):
        self.folder = Path(folder)
        self.states = {}
        self.cases = {}
        for path in sorted(self.folder.glob(f"{_STATES}/*.yaml")):
            state = _Reader(path).state()
            self.states[state.name] = state
        for path in sorted(self.folder.glob("*/*.yaml")):
            if path.parent.name != _STATES:
                self._add(_Reader(path).case())
        self._check_states()

    def _add(self, case):
        if case.id in self.cases:
            raise CaseError(case.file, 1, f"{case.id} is also {self.cases[case.id].file}")
        self.cases[case.id] = case

    def _check_states(self):
        for case in self.cases.values():
            for step in flat([*case.before, *case.steps, *case.after]):
                self._check_reach(step, ())
        for state in self.states.values():
            for step in flat(state.steps):
                self._check_reach(step, (state.name,))

    def _check_reach(self, step, above):
        if step.word != "reach":
            return
        state = self.states.get(step.value)
        if state is None:
            known = ", ".join(sorted(self.states)) or "none is there"
            raise CaseError(step.file, step.line, f"state '{step.value}': must be one of {known}")
        if state.name in above:
            chain = " -> ".join([*above, state.name])
            raise CaseError(step.file, step.line, f"states in a circle: {chain}")
        for name in step.get("using", ()):
            if name not in state.names:
                known = ", ".join(state.names) or "no names"
                text = f"'{name}' is no name of state {state.name}, which has {known}"
                raise CaseError(step.file, step.line, text)
        for inner in flat(state.steps):
            self._check_reach(inner, (*above, state.name))


def flat(steps):
    """Yield all steps, those inside of others, too."""
    for step in steps:
        yield step
        yield from flat(step.steps)


class _Reader:
    def __init__(self, path):
        self._path = path
        try:
            self._raw = path.read_bytes()
        except OSError as error:
            raise CaseError(path, 0, error.strerror or str(error)) from error
        self._data = parse(self._raw, path)
        if not isinstance(self._data, Mapping):
            raise CaseError(path, 1, "must be a map of fields")

    def case(self):
        """Return the Case in the file."""
        data = self._top(grammar.CASE, grammar.CASE_NEEDS)
        if not _ID.fullmatch(data["id"]):
            self._fail("id", f"id '{data['id']}': capitals, digits and _")
        if self._path.stem != data["id"]:
            self._fail("id", f"id '{data['id']}': the file must be called {data['id']}.yaml")
        if not data.get("steps") and not data.get("cannot"):
            self._fail("id", "a case needs steps, or says with 'cannot' why nobody can drive it")
        return Case(
            id=data["id"],
            title=data["title"],
            profile=data["profile"],
            when=data.get("when", []),
            source=data["source"],
            before=data.get("before", []),
            steps=data.get("steps", []),
            after=data.get("after", []),
            allow=data.get("allow", []),
            names=dict(data.get("names", {})),
            cannot=data.get("cannot", ""),
            own=self._path.parent.name == _OWN,
            note=data.get("note", ""),
            file=self._path,
            sha256=hashlib.sha256(self._raw).hexdigest(),
        )

    def state(self):
        """Return the State in the file."""
        data = self._top(grammar.STATE, grammar.STATE_NEEDS)
        if not _STATE_NAME.fullmatch(data["state"]) or self._path.stem != data["state"]:
            self._fail("state", f"state '{data['state']}': the file must be called as the state")
        names = dict(data.get("names", {}))
        return State(data["state"], data["title"], data["steps"], names, self._path)

    def _top(self, fields, needs):
        data = self._data
        for name in data:
            if name not in fields:
                self._fail(name, f"'{name}': must be one of {', '.join(fields)}")
        for name in needs:
            if data.get(name) in (None, ""):
                raise CaseError(self._path, 1, f"'{name}' is missing")
        return {
            name: self._field(name, value, fields[name], data.lines[name])
            for name, value in data.items()
        }

    def _fail(self, name, text):
        raise CaseError(self._path, self._data.lines.get(name, 1), text)

    # ---- fields ----

    def _field(self, name, value, kind, line):
        if isinstance(kind, tuple):
            if value not in kind:
                self._wrong(line, name, f"one of {', '.join(kind)}")
            return value
        if kind == "steps":
            return self._steps(name, value, line)
        getattr(self, "_kind_" + kind.replace(" ", "_"))(name, value, line)
        return value

    def _wrong(self, line, name, text):
        raise CaseError(self._path, line, f"'{name}' must be {text}")

    def _kind_text(self, name, value, line):
        if not isinstance(value, str) or not value.strip():
            self._wrong(line, name, "a text")

    def _kind_word(self, name, value, line):
        if not isinstance(value, str) or not value or " " in value:
            self._wrong(line, name, "one word")
        if name in ("save", "after") and not _NAME.fullmatch(value):
            self._wrong(line, name, "a name in small letters, digits and _")

    def _kind_number(self, name, value, line):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            if not _is_reference(value):
                self._wrong(line, name, "a number, or a $name")

    def _kind_number_or_range(self, name, value, line):
        if not isinstance(value, list):
            return self._kind_number(name, value, line)
        if len(value) != 2:
            self._wrong(line, name, "a number or [least, most]")
        for one in value:
            self._kind_number(name, one, line)
        return None

    def _kind_word_or_list(self, name, value, line):
        words = value if isinstance(value, list) else [value]
        for word in words:
            self._kind_word(name, word, line)

    def _kind_map(self, name, value, line):
        if not isinstance(value, dict) and not _is_reference(value):
            self._wrong(line, name, "a map of fields")

    def _kind_one_field(self, name, value, line):
        if not isinstance(value, dict) or len(value) != 1:
            self._wrong(line, name, "one field and its values: {connectorId: $all_connectors}")

    def _kind_connectors(self, name, value, line):
        if not isinstance(value, dict) or list(value) != ["connector"]:
            self._wrong(line, name, "the connectors: {connector: $every_connector}")

    def _kind_flag(self, name, value, line):
        if not isinstance(value, bool):
            self._wrong(line, name, "true or false")

    def _kind_value(self, name, value, line):
        """Anything will do."""

    def _kind_matcher(self, name, value, line):
        matcher.check(value, self._path, line)

    def _kind_conditions(self, name, value, line):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self._wrong(line, name, "a list of conditions")
        for text, where in zip(value, value.lines):
            conditions.check(text, self._path, where)

    # ---- steps ----

    def _steps(self, name, value, line):
        if not isinstance(value, list) or not value:
            self._wrong(line, name, "a list of steps")
        steps = []
        for item, where in zip(value, value.lines):
            if not isinstance(item, Mapping):
                raise CaseError(self._path, where, "a step is a map that begins with its word")
            steps.append(self._step(item, where))
        if name in ("any_order", "allow"):
            self._check_expects(name, steps)
        if name == "optional":
            self._check_optional(steps)
        return steps

    def _step(self, item, line):
        words = [name for name in item if name in grammar.STEPS]
        if len(words) > 1 and words[-1] == "note":
            words.remove("note")
        word = next(iter(item), None)
        if not words or word not in grammar.STEPS:
            raise CaseError(
                self._path,
                line,
                f"step '{word}': must begin with one of {', '.join(grammar.STEPS)}",
            )
        kind, fields, needs = grammar.STEPS[word]
        value = self._field(word, item[word], kind, item.lines[word])
        fields, needs = self._fields_of(word, value, fields, needs, line)
        rest = {name: given for name, given in item.items() if name != word}
        for name, given in rest.items():
            allowed = {**fields, **grammar.ALWAYS} if fields is not None else None
            if allowed is not None and name not in allowed:
                text = f"'{name}' does not go with '{word}': {', '.join(allowed)} do"
                raise CaseError(self._path, item.lines[name], text)
            if allowed is not None:
                rest[name] = self._field(name, given, allowed[name], item.lines[name])
        for name in needs:
            if name not in rest:
                raise CaseError(self._path, line, f"'{word} {value}' needs '{name}'")
        if word == "call" and value not in _ACTIONS and not rest.get("unchecked"):
            text = (
                f"call '{value}': no action of OCPP 1.6; `unchecked: true` sends it all the same"
            )
            raise CaseError(self._path, line, text)
        step = Step(word, value, rest, self._path, line)
        step.steps = value if word in _STEP_LISTS else rest.get("steps", [])
        return step

    def _fields_of(self, word, value, fields, needs, line):
        """Return (allowed fields, needed ones) of a step; None = any."""
        if word == "do":
            acts = grammar.ACTS
            self._known(value, acts, "act", line)
            more = {"connector": "number", "for_each": "connectors", "save": "word"}
            return {**more, **acts[value]}, grammar.ACT_NEEDS.get(value, ())
        if word == "server":
            self._known(value, grammar.SERVER, "server", line)
            more = {"save": "word", **grammar.SERVER[value]}
            return more, grammar.SERVER_NEEDS.get(value, ())
        if word == "files":
            self._known(value, grammar.FILES, "files", line)
            return {"save": "word", **grammar.FILES[value]}, grammar.FILES_NEEDS.get(value, ())
        if word in grammar.OPEN_FIELDS:
            registry = CHECKS if word == "check" else MAKERS
            self._known(value, registry, word, line)
            more = {name: "value" for name in registry[value].fields}
            return ({**more, "save": "word"} if word == "make" else more), needs
        if word == "expect" and value not in _ACTIONS and value not in grammar.PSEUDO:
            raise CaseError(self._path, line, f"{word} '{value}': no action of OCPP 1.6")
        return fields, needs

    def _known(self, value, registry, what, line):
        if value not in registry:
            known = ", ".join(sorted(registry)) or "none is there"
            raise CaseError(self._path, line, f"{what} '{value}': must be one of {known}")

    def _check_optional(self, steps):
        if steps[0].word not in ("expect", "any_order"):
            text = "'optional' must begin with 'expect' or 'any_order': what may come or not"
            raise CaseError(self._path, steps[0].line, text)

    def _check_expects(self, name, steps):
        for step in steps:
            inner = step.steps if step.word == "optional" else [step]
            for one in inner:
                if one.word != "expect":
                    raise CaseError(self._path, one.line, f"only 'expect' goes into '{name}'")


def _is_reference(value):
    return isinstance(value, str) and REFERENCE.fullmatch(value) is not None
