"""`make cert-broken`: every broken charge point, and whether the named cases catch it.

Exit status: 0 all caught, 1 one is not, 2 wrong options.
"""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cert.broken.hunt import NO_CASE, Hunt
from cert.broken.plain_site import PlainSite
from cert.broken.subject import Subject, sound_firmware, subjects
from chargecore_tools.cert.case_loader import CASES, CaseBook
from chargecore_tools.cert.errors import CertError
from chargecore_tools.cert.lab_settings import LabSettings

_SPEED = 20.0
_STYLES = {"caught": "green", "NOT CAUGHT": "bold red", NO_CASE: "yellow"}


def _options():
    parser = argparse.ArgumentParser(prog="cert.broken", description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", help="this charge point; again for more")
    parser.add_argument("--case", action="append", help="only with this case; again for more")
    parser.add_argument("--honest", action="store_true", help="all cases, with no defect")
    parser.add_argument("--sound", action="store_true", help="our firmware with no mutation")
    parser.add_argument("--option", action="append", default=[], help="with --honest: of its own")
    parser.add_argument("--cases", type=Path, default=CASES, help="folder of the cases")
    parser.add_argument("--jobs", type=int, default=2, help="so many at once")
    parser.add_argument("--speed", type=float, default=_SPEED)
    parser.add_argument("--json", type=Path, help="file that gets the findings")
    return parser.parse_args()


def _chosen(options):
    rows = subjects()
    names = {row.name for row in rows}
    for name in options.only or ():
        if name not in names:
            sys.exit(f"cert.broken: --only {name}: must be one of {', '.join(sorted(names))}")
    if options.only:
        rows = [row for row in rows if row.name in options.only]
    if options.case:
        rows = [row for row in rows if set(row.cases) & set(options.case)]
    return rows


def _word(finding):
    if finding.verdict == NO_CASE:
        return NO_CASE
    return "caught" if finding.is_caught else "NOT CAUGHT"


def _table(findings):
    table = Table(title="broken charge points", show_lines=False)
    for name in ("charge point", "what is wrong", "case", "", "verdict", "sentence"):
        table.add_column(name, overflow="fold")
    for row in findings:
        word = _word(row)
        table.add_row(
            row.subject.name,
            row.subject.breaks,
            row.case,
            f"[{_STYLES[word]}]{word}[/]",
            row.verdict,
            row.reason,
        )
    return table


def _idle_cases(book, findings):
    """Return the cases that a server can drive and that have caught nothing."""
    busy = {row.case for row in findings if row.is_caught}
    return [name for name, case in book.cases.items() if name not in busy and not case.cannot]


def _tell_honest(console, findings):
    """Show what did not pass. Return the exit status."""
    failed = [row for row in findings if row.verdict not in ("pass", "not_applicable")]
    for row in findings:
        if row.verdict != "pass":
            console.print(f"{row.case}: {row.verdict}: {row.reason}", markup=False)
    console.print(f"{len(findings) - len(failed)} of {len(findings)} are as they should be")
    return 1 if failed else 0


def _as_dict(row):
    return {
        "charge_point": row.subject.name,
        "kind": row.subject.kind,
        "breaks": row.subject.breaks,
        "case": row.case,
        "caught": row.is_caught,
        "verdict": row.verdict,
        "reason": row.reason,
        "took_s": round(row.took_s, 1),
    }


def _honest(book, hunt, options):
    """Play all cases, or those of --case, against the station without a defect."""
    names = options.case or [name for name, case in book.cases.items() if not case.cannot]
    more = [f"--{word}" for word in options.option]

    def make_site(settings, _folder):
        return PlainSite(settings, None, more)

    rows = [Subject("honest", "plain station", "", (name,), make_site) for name in names]
    return hunt.run(rows, options.jobs)


def main():
    """Play all, show the table, and say what caught nothing."""
    options = _options()
    console = Console(width=160)
    try:
        book = CaseBook(options.cases)
    except CertError as error:
        print(f"cert.broken: {error}", file=sys.stderr)
        return 2

    def tell(row):
        word = row.verdict if options.honest or options.sound else _word(row)
        console.print(f"{word:14} {row.subject.name:32} {row.case:14} {row.took_s:5.1f} s")

    hunt = Hunt(book, lambda: LabSettings(speed=options.speed), tell)
    if options.honest:
        return _tell_honest(console, _honest(book, hunt, options))
    if options.sound:
        rows = [
            row for row in sound_firmware() if not options.case or row.cases[0] in options.case
        ]
        return _tell_honest(console, hunt.run(rows, options.jobs))
    findings = hunt.run(_chosen(options), options.jobs)
    if options.json is not None:
        text = json.dumps([_as_dict(row) for row in findings], indent=1)
        options.json.write_text(text, encoding="utf-8")
    console.print(_table(findings))
    missed = [row for row in findings if not row.is_caught]
    console.print(f"{len(findings) - len(missed)} of {len(findings)} caught")
    if not options.only and not options.case:
        console.print("catch nothing: " + (", ".join(_idle_cases(book, findings)) or "none"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
