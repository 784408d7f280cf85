"""Progress: the run in the terminal: a line per case, and the sum."""

import json
from collections import Counter

from rich.console import Console

from chargecore_tools.cert.result import VERDICTS

_STYLES = {
    "pass": "green",
    "fail": "bold red",
    "inconclusive": "yellow",
    "not_applicable": "dim",
    "error": "bold magenta",
}


class Progress:
    """count: of cases; as_json: one JSON object per line instead."""

    def __init__(self, count, as_json=False):
        self._count = count
        self._done = 0
        self._as_json = as_json
        self._console = Console(highlight=False)

    def start(self, _case):
        """A case begins."""

    def result(self, result):
        """A case is over."""
        self._done += 1
        if self._as_json:
            row = {k: v for k, v in result.as_dict().items() if k != "frames"}
            print(json.dumps(row), flush=True)
            return
        style = _STYLES[result.verdict]
        self._console.print(
            f"{self._done:4}/{self._count} [{style}]{result.verdict:14}[/] {result.case.id:14} "
            f"{result.took_s:7.1f} s  ",
            end="",
        )
        self._console.print(result.case.title, markup=False)
        if result.reason:
            self._console.print(f"{'':10}{result.reason}", markup=False)
        if result.step and result.verdict != "pass":
            self._console.print(f"{'':10}at {result.step}", markup=False)

    def finish(self, results, out):
        """Show the sum and where the reports are."""
        counts = Counter(result.verdict for result in results)
        words = ", ".join(f"{counts[name]} {name}" for name in VERDICTS if counts[name])
        if self._as_json:
            print(json.dumps({"counts": dict(counts), "out": str(out)}), flush=True)
        else:
            self._console.print(f"{len(results)} cases: {words or 'none'}; reports in {out}")
