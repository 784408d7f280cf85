"""A progress bar on standard error, where somebody looks at it."""

import sys
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn


@contextmanager
def bar_of(label, total_b, is_wanted=True):
    """Give a function that takes the bytes done since the last call."""
    console = Console(file=sys.stderr)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn()
    is_off = not is_wanted or not console.is_terminal
    with Progress(*columns, TransferSpeedColumn(), console=console, disable=is_off) as progress:
        task = progress.add_task(label, total=total_b)
        yield lambda count: progress.advance(task, count)
