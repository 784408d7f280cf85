"""The commands `cert cases` and `cert settings`."""

import json
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.cert.case_loader import CASES, CaseBook
from chargecore_tools.cert.errors import CertError
from chargecore_tools.cert.lab_settings import sample

EXIT_USAGE = 2


def cases(
    cases_in: Annotated[Path, typer.Option("--cases", help="Folder of the cases.")] = CASES,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
):
    """List the cases, when each applies, and those that no server can drive, with the reason.

    Example: chargecore cert cases
    """
    try:
        book = CaseBook(cases_in)
    except CertError as error:
        raise _failed(error) from None
    rows = [_row(one) for one in book.cases.values()]
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    for profile in dict.fromkeys(row["profile"] for row in rows):
        print(profile)
        for row in rows:
            if row["profile"] == profile:
                _show(row)
    driven = sum(not row["cannot"] for row in rows)
    print(f"{len(rows)} cases, {driven} of them driven")


def _row(case):
    return {
        "case": case.id,
        "title": case.title,
        "profile": case.profile,
        "own": case.own,
        "when": list(case.when),
        "cannot": case.cannot,
    }


def _show(row):
    own = " (own case)" if row["own"] else ""
    print(f"  {row['case']:14} {row['title']}{own}")
    if row["when"]:
        print(f"{'':17}when {'; '.join(row['when'])}")
    if row["cannot"]:
        print(f"{'':17}not driven: {row['cannot']}")


def settings(
    out: Annotated[Optional[Path], typer.Option(help="File to write; else it is shown.")] = None,
):
    """Write a lab.yaml with every setting, its default, and what it is.

    Example: chargecore cert settings --out lab.yaml
    """
    if out is None:
        print(sample(), end="")
        return
    if out.exists():
        raise _failed(f"{out} is there already; nothing was written")
    try:
        out.write_text(sample(), encoding="utf-8")
    except OSError as error:
        raise _failed(f"{out}: {error.strerror}") from None


def _failed(text):
    print(f"chargecore cert: {text}", file=sys.stderr)
    return typer.Exit(EXIT_USAGE)
