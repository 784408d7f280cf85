"""Steps: says what a command is doing, with the time that it has taken where somebody looks."""

import sys

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from chargecore_tools.device.command import say


class Steps:
    """Use it with `with`; call it with each step: a line for people, and for --json none.

    asks: somebody types at the terminal meanwhile, so nothing may move on it.
    """

    def __init__(self, as_json, asks=False):
        self._as_json = as_json
        console = Console(file=sys.stderr)
        columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
        is_off = as_json or asks or not console.is_terminal
        self._progress = Progress(*columns, console=console, transient=True, disable=is_off)
        self._task = None

    def __enter__(self):
        self._progress.start()
        return self

    def __exit__(self, *_):
        self._progress.stop()

    def __call__(self, text):
        """Begin a step; the one before has ended."""
        say(self._as_json, text)
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(text, total=None)
