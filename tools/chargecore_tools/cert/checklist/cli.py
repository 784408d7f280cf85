"""`chargecore cert check`: how far the four weeks are, and what is next."""

import datetime
import json
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.text import Text

from chargecore_tools.cert.artefact_error import usage
from chargecore_tools.cert.checklist.item import DONE, OPEN, WRONG
from chargecore_tools.cert.checklist.plan import PLAN, TITLES
from chargecore_tools.cert.evidence import Evidence
from chargecore_tools.cert.options import OUT, Out
from chargecore_tools.device.command import AsJson, told_errors

EXIT_OPEN = 1
_SIGNS = {DONE: ("ok   ", "green"), OPEN: ("open ", "yellow"), WRONG: ("WRONG", "bold red")}


def check(
    week: Annotated[
        int, typer.Option(min=1, max=4, help="Only the items up to this week: 4 is the first.")
    ] = 1,
    lab: Annotated[
        Optional[str], typer.Option(help="Day of the lab, 2026-12-24: says which week it is.")
    ] = None,
    out: Out = OUT,
    as_json: AsJson = False,
):
    """Show the four weeks before the lab as a checklist, computed from what lies in the folder.

    Nothing is ticked by hand: each item looks at reports, snapshot, hashes and dates, and names
    the command that makes what is missing. `open` is not there yet, `WRONG` contradicts something.

    Exit status: 0 all items done, 1 something is open or wrong, 2 wrong options.

    Example: chargecore cert check --week 2

    Example: chargecore cert check --lab 2026-12-24 --json
    """
    with told_errors("cert check", as_json):
        days = _days_to(lab)
        evidence = Evidence(out)
        rows = [item.stand(evidence) for item in PLAN if item.week >= week]
    for row in rows:
        row["command"] = row["command"].replace("OUT", str(out))
    is_done = all(row["state"] == DONE for row in rows)
    if as_json:
        print(json.dumps({"ok": is_done, "days_left": days, "items": rows}))
    else:
        _show(rows, days)
    if not is_done:
        raise typer.Exit(EXIT_OPEN)


def _days_to(lab):
    if lab is None:
        return None
    try:
        day = datetime.date.fromisoformat(lab)
    except ValueError:
        raise usage(f"--lab {lab}: is no day", "--lab 2026-12-24") from None
    return (day - datetime.date.today()).days


def _show(rows, days):
    console = Console(highlight=False, soft_wrap=True)
    if days is not None:
        week = max(1, -(-days // 7))
        left = f"{days} days to the lab: week {week}" if days > 0 else "the day has come"
        console.print(left)
    for week, title in TITLES.items():
        of_week = [row for row in rows if row["week"] == week]
        if not of_week:
            continue
        done = sum(row["state"] == DONE for row in of_week)
        console.print(Text(f"\n{title}  {done} of {len(of_week)}", style="bold"))
        for row in of_week:
            sign, style = _SIGNS[row["state"]]
            console.print(Text.assemble((f"  {sign}", style), f"  {row['text']}"))
            if row["state"] != DONE:
                console.print(Text(f"         {row['why']}"))
                console.print(Text(f"         next: {row['command']}", style="cyan"))
    done = sum(row["state"] == DONE for row in rows)
    console.print(f"\n{done} of {len(rows)} items done")
