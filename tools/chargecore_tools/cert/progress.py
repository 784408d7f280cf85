"""Progress: the run in the terminal: a line per case, what is running, and the sum."""

import json
import threading
from collections import Counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from chargecore_tools.cert.result import PASS, VERDICTS

_STYLES = {
    "pass": "green",
    "fail": "bold red",
    "inconclusive": "yellow",
    "not_applicable": "dim",
    "error": "bold magenta",
}
_INDENT = " " * 9


class Progress:
    """count: of cases; as_json: one JSON object per line instead. A context manager."""

    def __init__(self, count, as_json=False, console=None):
        self._count = count
        self._done = 0
        self._as_json = as_json
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._running = []
        self._lock = threading.Lock()
        columns = BarColumn(30), MofNCompleteColumn(), TextColumn("{task.description}")
        is_hidden = as_json or not self._console.is_terminal
        self._bar = Bar(*columns, console=self._console, transient=True, disable=is_hidden)
        self._task = self._bar.add_task("", total=count)

    def __enter__(self):
        self._bar.start()
        return self

    def __exit__(self, *_error):
        self._bar.stop()

    def start(self, case):
        """A case begins."""
        with self._lock:
            self._running.append(case.id)
            self._show()

    def result(self, result):
        """A case is over."""
        with self._lock:
            self._done += 1
            if result.case.id in self._running:
                self._running.remove(result.case.id)
            if self._as_json:
                row = {k: v for k, v in result.as_dict().items() if k != "frames"}
                print(json.dumps(row), flush=True)
            else:
                self._line(result)
            self._show()

    def _show(self):
        self._bar.update(self._task, completed=self._done, description=", ".join(self._running))

    def _line(self, result):
        style = _STYLES[result.verdict]
        print_ = self._console.print
        case = f"{result.case.id:14} {result.took_s:7.1f} s  {result.case.title}"
        print_(f"{self._done:4}/{self._count} [{style}]{result.verdict:14}[/] {_plain(case)}")
        if result.reason:
            print_(f"{_INDENT}{result.reason}", markup=False)
        if result.step and result.verdict != PASS:
            print_(f"{_INDENT}at {result.step}", markup=False)

    def finish(self, results, out):
        """Show the sum and where the reports are."""
        counts = Counter(result.verdict for result in results)
        words = ", ".join(f"{counts[name]} {name}" for name in VERDICTS if counts[name])
        if self._as_json:
            print(json.dumps({"counts": dict(counts), "out": str(out)}), flush=True)
        else:
            self._console.print(f"{len(results)} cases: {words or 'none'}; {out}/report.html")


def _plain(text):
    """Return a text in which rich finds no markup."""
    return text.replace("[", "\\[")
