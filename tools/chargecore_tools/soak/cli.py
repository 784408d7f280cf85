"""`chargecore soak`: many sessions on several simulated stations while everything goes wrong.

The ledger at the end says whether a watt-hour or a session was lost; docs of the rules: books.py.
"""

import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chargecore_tools.soak.soak_report import SoakReport
from chargecore_tools.soak.soak_run import SoakRun
from chargecore_tools.soak.soak_settings import SoakPlan

_EXIT_FAILED = 1
_EXIT_USAGE = 2
_LOOK_S = 0.2
_LINE_EVERY = 50  # looks, where no bar can be drawn
_FAULTS_SHOWN = 10


class _Interrupted(Exception):
    """SIGTERM or Ctrl-C."""


def soak(
    sessions: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Sessions, over all stations.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Decides everything that happens.")] = 1,
    minutes: Annotated[
        float, typer.Option(min=0.1, max=10_000, help="Real minutes after which it has failed.")
    ] = 30.0,
    stations: Annotated[int, typer.Option(min=1, max=16, help="Simulated stations.")] = 2,
    connectors: Annotated[int, typer.Option(min=1, max=8, help="Connectors of each.")] = 4,
    speed: Annotated[
        float, typer.Option(min=1, max=200, help="Simulated seconds per real second.")
    ] = 60.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Ledger as JSON on standard output.")
    ] = False,
    keep: Annotated[
        Optional[Path],
        typer.Option(help="Folder, not there yet, for flash and logs; else kept on failure only."),
    ] = None,
):
    """Charge 1,000 times while networks, servers and the mains fail; then compare the books.

    Cut, half-open and slow connections, lost, doubled, swapped and damaged messages, servers that
    restart, refuse or do not answer, power cuts, residual currents and other faults, in an order
    that the seed decides. Exit status 0 when nothing was lost or doubled, the heap stayed flat,
    flash was spared and no station fell silent; else 1 with the reason on the last line.

    Example: chargecore soak --sessions 100 --seed 7
    """
    plan = SoakPlan(
        seed=seed,
        sessions=sessions,
        minutes=minutes,
        stations=stations,
        connectors=connectors,
        speed=speed,
    )
    if keep is not None and keep.exists():
        print(f"chargecore soak: --keep {keep}: is there already", file=sys.stderr)
        raise typer.Exit(_EXIT_USAGE)
    folder = keep or Path(tempfile.mkdtemp(prefix="chargecore-soak-"))
    screen = Console(stderr=as_json, highlight=False)
    report = _run(plan, folder, screen)
    if keep is None and report.is_good:
        shutil.rmtree(folder)
    else:
        screen.print(f"flash and logs: {folder}", markup=False, soft_wrap=True)
    if as_json:
        print(json.dumps(report.as_dict()))
    else:
        _show(report, screen)
    if not report.is_good:
        raise typer.Exit(_EXIT_FAILED)


def _run(plan, folder, screen):
    """Run it and show how far it is. Return the SoakReport."""
    run = SoakRun(plan, folder)
    before = [(n, signal.signal(n, _interrupt)) for n in (signal.SIGTERM, signal.SIGINT)]
    try:
        run.start()
        if screen.is_terminal:
            _watch_bar(run, screen)
        else:
            _watch_lines(run, screen)
    except _Interrupted:
        run.interrupt()
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    return SoakReport(plan, run.results)


def _watch_bar(run, screen):
    columns = (
        TextColumn("sessions"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task("", total=run.plan.sessions)
        while run.is_running:
            run.wait(_LOOK_S)
            progress.update(task, completed=run.sessions, description=_state(run))


def _watch_lines(run, screen):
    looks = 0
    while run.is_running:
        run.wait(_LOOK_S)
        looks += 1
        if looks % _LINE_EVERY == 0:
            text = f"{run.sessions} of {run.plan.sessions} sessions, {_state(run)}"
            screen.print(text, markup=False)


def _state(run):
    results = run.results
    hours = sum(result.simulated_s for result in results) / 3600
    troubles = sum(sum(result.troubles.values()) for result in results)
    faults = sum(len(result.faults) for result in results)
    return f"{hours:.1f} h simulated, {troubles} troubles, {faults} faults"


def _show(report, screen):
    screen.print(report.table())
    for fault in report.faults[:_FAULTS_SHOWN]:
        screen.print(fault, markup=False, soft_wrap=True)
    if len(report.faults) > _FAULTS_SHOWN:
        screen.print(f"and {len(report.faults) - _FAULTS_SHOWN} more", markup=False)
    screen.print(report.last_line(), markup=False, soft_wrap=True)


def _interrupt(_number, _frame):
    raise _Interrupted
