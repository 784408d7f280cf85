"""Report: all of a session in one dict, as JSON and as a page; bench.json is what resumes it."""

import json
import os
from pathlib import Path

from chargecore_tools.bench.result import FAIL, NOT_DONE, PASS, StepResult
from chargecore_tools.bench.step_table import PART_MAINS, STEPS
from chargecore_tools.device.errors import EXIT_USAGE, DeviceError
from chargecore_tools.html_page import html_page

FORMAT = 1
JSON, HTML = "bench.json", "bench.html"
_TEMPLATES = Path(__file__).with_name("templates")
# What a session must agree with to be gone on with.
_SAME = ("board", "firmware_sha256", "is_simulated", "is_quick", "wiring_faults")


class Report:
    """Keeps a session in a folder. facts: board, chip, id, serial, operator, firmware, dates."""

    def __init__(self, folder, facts):
        self.folder = folder
        self.facts = {"format": FORMAT, **facts}
        self.results = []

    def save(self, results):
        """Write both files; the old or the new one, whatever happens."""
        by_number = {result.number: result for result in results}
        self.results = [by_number[step.number] for step in STEPS if step.number in by_number]
        self.folder.mkdir(parents=True, exist_ok=True)
        _replace(self.folder / JSON, json.dumps(self.as_dict(), indent=1) + "\n")
        _replace(self.folder / HTML, page(self.as_dict()))

    def as_dict(self):
        """Return the whole report."""
        return {
            **self.facts,
            "verdict": self.verdict,
            "parts": {"1": self._verdict_of(1), "2": self._verdict_of(PART_MAINS)},
            "steps": [
                {**result.as_dict(), "part": _step(result.number).part}
                | {"expect": _step(result.number).expect}
                for result in self.results
            ],
        }

    @property
    def verdict(self):
        """Return PASS, FAIL or NOT DONE: of part I, and of part II where it was begun."""
        parts = [self._verdict_of(1)]
        if self.facts.get("qualified_person"):
            parts.append(self._verdict_of(PART_MAINS))
        return FAIL if FAIL in parts else NOT_DONE if NOT_DONE in parts else PASS

    def _verdict_of(self, part):
        verdicts = {step.number: NOT_DONE for step in STEPS if step.part == part}
        for result in self.results:
            if result.number in verdicts:
                verdicts[result.number] = result.verdict
        found = set(verdicts.values())
        return FAIL if FAIL in found else NOT_DONE if NOT_DONE in found else PASS


def print_failed(facts, folder):
    """Print the one object of --json for a session that has not passed."""
    failed = [row["number"] for row in facts["steps"] if row["verdict"] == FAIL]
    text = f"step {failed[0]} has failed" if failed else "not all steps were done"
    print(json.dumps({"ok": False, "error": text, "report": str(folder / HTML), **facts}))


def results_of(folder, facts):
    """Return (facts, StepResults) of a session that goes on. Errors: DeviceError."""
    path = folder / JSON
    fresh = "--fresh begins anew"
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, []
    except (OSError, ValueError, RecursionError) as error:
        raise DeviceError(f"{path}: {error}", fresh, EXIT_USAGE) from None
    try:
        if before["format"] != FORMAT:
            raise DeviceError(f"{path}: format {before['format']}", fresh, EXIT_USAGE)
        for name in _SAME:
            if before[name] != facts[name]:
                text = f"{path} is of another session: {name} is not {facts[name]!r}"
                raise DeviceError(text, fresh + ", --out keeps it elsewhere", EXIT_USAGE)
        rows = before.pop("steps")
        return before, [_result(row) for row in rows]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DeviceError(f"{path} is no report: {error!r}", fresh, EXIT_USAGE) from None


def _result(row):
    row = {name: value for name, value in row.items() if name not in ("part", "expect")}
    return StepResult.of_dict(row)


def _step(number):
    return next(step for step in STEPS if step.number == number)


def _replace(path, text):
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


def page(facts):
    """Return the report as HTML; every text in it is escaped."""
    return html_page(_TEMPLATES, "bench", facts=facts)
