"""Answers: what a person would type, out of a file, where there is no terminal.

{"operator": "...", "part_1": true, "part_2": {"name": "...", "sentence": consent.SENTENCE},
 "notes": {"7": "..."}, "photos": {"7": ["a.jpg"]}}. All fields may be left out.
"""

import json

from chargecore_tools.bench.consent import SENTENCE
from chargecore_tools.bench.result import FAIL
from chargecore_tools.bench.session import NEXT
from chargecore_tools.device.errors import EXIT_USAGE, DeviceError

_FIELDS = {"operator": str, "part_1": bool, "part_2": dict, "notes": dict, "photos": dict}
_MOST_B = 65_536


class Answers:
    """Guide of a session that nobody watches. say: called with a line per step."""

    def __init__(self, facts, say):
        self._facts = facts
        self._say = say

    def begin(self, step, result):
        """Nothing to say yet."""

    def end(self, step, result):
        """Add what the file has for the step, tell the verdict, go on."""
        note = self._facts.get("notes", {}).get(step.number)
        if note is not None and note not in result.notes:
            result.notes.append(str(note)[:500])
        for name in self._facts.get("photos", {}).get(step.number, ()):
            if name not in result.photos:
                result.photos.append(str(name)[:500])
        self._say(f"{result.verdict:5}step {step.number}: {step.title}")
        if result.verdict == FAIL:
            self._say(f"     {result.look}")
        return NEXT

    def operator(self):
        """Return the name for the report."""
        return self._facts.get("operator", "nobody: answers of a file")

    def may_begin(self):
        """Return whether part I may begin."""
        return self._facts.get("part_1", False)

    def consent(self):
        """Return the name of who confirms part II, "" for nobody. Errors: DeviceError."""
        found = self._facts.get("part_2")
        if found is None:
            return ""
        name = found.get("name")
        if found.get("sentence") != SENTENCE or not isinstance(name, str) or not name.strip():
            hint = f'"part_2": {{"name": "...", "sentence": "{SENTENCE}"}}'
            raise DeviceError("part_2 of the answers is no confirmation", hint, EXIT_USAGE)
        return name.strip()


def read_answers(path):
    """Return the dict of an answers file. Errors: DeviceError."""
    try:
        text = path.read_text(encoding="utf-8")
        facts = json.loads(text) if len(text) <= _MOST_B else None
    except (OSError, ValueError, RecursionError) as error:
        raise DeviceError(f"{path}: {error}", status=EXIT_USAGE) from None
    if not isinstance(facts, dict):
        raise DeviceError(f"{path}: must be one object", status=EXIT_USAGE)
    for field, value in facts.items():
        if field not in _FIELDS:
            hint = f"there are {', '.join(_FIELDS)}"
            raise DeviceError(f"{path}: no field {field!r}", hint, EXIT_USAGE)
        if not isinstance(value, _FIELDS[field]):
            wanted = _FIELDS[field].__name__
            raise DeviceError(f"{path}: {field} must be a {wanted}", status=EXIT_USAGE)
    return facts
