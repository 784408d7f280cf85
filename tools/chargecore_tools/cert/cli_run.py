"""The commands `cert run`, `cert cases` and `cert settings`."""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.cert.campaign import Campaign
from chargecore_tools.cert.case_loader import CASES, CaseBook
from chargecore_tools.cert.errors import CertError
from chargecore_tools.cert.file_server import FileServer
from chargecore_tools.cert.foreign_site import ForeignSite
from chargecore_tools.cert.lab import Lab
from chargecore_tools.cert.lab_clock import SimClock, WallClock
from chargecore_tools.cert.lab_settings import LabSettings, sample
from chargecore_tools.cert.progress import Progress
from chargecore_tools.cert.report import html, json_report, junit
from chargecore_tools.cert.result import ERROR, FAIL
from chargecore_tools.cert.rigs.sim_rig import SimRig
from chargecore_tools.cert.run_facts import RunFacts
from chargecore_tools.cert.sim_site import SimSite
from chargecore_tools.cert.sim_station import SimStation
from chargecore_tools.csms.errors import CsmsError

EXIT_FAILED, EXIT_USAGE, EXIT_NO_STATION = 1, 2, 3
_SPEED = 20.0  # of the simulators that the runner starts


def _fail(text, code=EXIT_USAGE):
    print(f"chargecore cert: {text}", file=sys.stderr)
    raise typer.Exit(code)


def run(
    settings: Annotated[Optional[Path], typer.Option(help="lab.yaml: `cert settings`.")] = None,
    case: Annotated[
        Optional[list[str]], typer.Option(help="Only this case; again for more.")
    ] = None,
    profile: Annotated[
        Optional[list[str]], typer.Option(help="Only this profile; again for more.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the reports.")] = Path("build/cert"),
    sim: Annotated[bool, typer.Option("--sim", help="Start simulators to test.")] = False,
    jobs: Annotated[int, typer.Option(help="With --sim: so many at once, 1..8.")] = 1,
    speed: Annotated[
        Optional[float], typer.Option(help="Seconds of the station per second.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "0.0.0.0",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 9000,
    security_profile: Annotated[
        Optional[int], typer.Option(help="Security profile that the station is set to, 0..3.")
    ] = None,
    station: Annotated[
        Optional[Path], typer.Option(help="With --sim: fields of station.json, on top.")
    ] = None,
    config: Annotated[
        Optional[Path], typer.Option(help="With --sim: OCPP keys of the simulators, on top.")
    ] = None,
    connectors: Annotated[int, typer.Option(help="With --sim: how many they have.")] = 2,
    control: Annotated[
        Optional[str], typer.Option(help="Rig: control socket of a simulator, HOST:PORT.")
    ] = None,
    cases_in: Annotated[Path, typer.Option("--cases", help="Folder of the cases.")] = CASES,
    wait_s: Annotated[float, typer.Option(help="How long to wait for the station.")] = 300.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per case.")] = False,
):
    """Run the conformance cases against a charge point, and write reports.

    Example: chargecore cert run --sim --jobs 2

    Example: chargecore cert run --settings lab.yaml --port 9000 --control 127.0.0.1:9100
    """
    try:
        book = CaseBook(cases_in)
        chosen = _chosen(book, case, profile)
        speed = speed or (_SPEED if sim else None)
        facts = LabSettings(settings, speed=speed, security_profile=security_profile)
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="chargecore-cert-") as folder:
            if sim:
                kept = SimStation(out, facts)
                kept.make_firmware()
                more = {
                    "connectors": connectors,
                    "fields": _object(station, "--station"),
                    "keys": _object(config, "--config"),
                }
                count = min(jobs, len(chosen))
                sites, close = _sim_sites(facts, Path(folder), kept, count, more)
            else:
                sites, close = _foreign_site(facts, Path(folder), host, port, control, wait_s)
            try:
                code = _run(sites, book, chosen, out, as_json)
            finally:
                close()
    except (CertError, CsmsError) as error:
        _fail(error)
    raise typer.Exit(code)


def _chosen(book, ids, profiles):
    cases = list(book.cases.values())
    for name in ids or ():
        if name not in book.cases:
            raise CertError(f"case {name}: `chargecore cert cases` lists them")
    if ids:
        cases = [one for one in cases if one.id in ids]
    if profiles:
        known = {one.profile for one in cases}
        for name in profiles:
            if name not in known:
                raise CertError(f"profile {name}: must be one of {', '.join(sorted(known))}")
        cases = [one for one in cases if one.profile in profiles]
    return cases


def _object(path, option):
    """Return the JSON object in a file, {} without one."""
    if path is None:
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CertError(f"{option} {path}: {error}") from error
    if not isinstance(value, dict):
        raise CertError(f"{option} {path}: must hold one JSON object")
    return value


def _sim_sites(settings, folder, station, count, more):
    sites = [SimSite(settings, folder / f"station{n}", station, **more) for n in range(count)]

    def close():
        for site in sites:
            site.close()

    try:
        for site in sites:
            site.start()
        return sites, close
    except BaseException:
        close()
        raise


def _foreign_site(settings, folder, host, port, control, wait_s):
    if control is None:
        raise CertError("who acts at the station? --control HOST:PORT names a simulator's socket")
    address = _address(control)
    clock = SimClock(*address, settings.speed) if control else WallClock(settings.speed)
    files = FileServer(folder / "files", settings.file_host or "127.0.0.1", settings)
    lab = Lab(settings, SimRig(*address), clock, host, port, files)
    lab.start()
    print(f"waiting for {settings.identity} at {lab.server.url}/{settings.identity}")
    try:
        lab.wait_station(wait_s)
    except TimeoutError:
        lab.close()
        _fail(f"{settings.identity} never came within {wait_s:g} s", EXIT_NO_STATION)
    return [ForeignSite(lab)], lab.close


def _address(control):
    host, _, port = control.rpartition(":")
    if not host or not port.isdigit():
        raise CertError(f"--control {control}: must be HOST:PORT")
    return host, int(port)


def _run(sites, book, chosen, out, as_json):
    facts = RunFacts(sites[0].lab)
    progress = Progress(len(chosen), as_json)
    began_s = time.monotonic()
    results = Campaign(book, chosen, progress.result, progress.start).run(sites)
    facts.took_s = time.monotonic() - began_s
    report = json_report.report_of(facts, results)
    json_report.write(out / "report.json", report)
    junit.write(out / "junit.xml", report)
    html.write(out / "report.html", report)
    progress.finish(results, out)
    return EXIT_FAILED if any(row.verdict in (FAIL, ERROR) for row in results) else 0


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
        _fail(error)
    rows = [
        {
            "case": one.id,
            "title": one.title,
            "profile": one.profile,
            "own": one.own,
            "when": list(one.when),
            "cannot": one.cannot,
        }
        for one in book.cases.values()
    ]
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        when = f"  [{'; '.join(row['when'])}]" if row["when"] else ""
        cannot = f"  not driven: {row['cannot']}" if row["cannot"] else ""
        print(f"{row['case']:14} {row['profile']:24} {row['title']}{when}{cannot}")


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
        _fail(f"{out} is there already; nothing was written")
    try:
        out.write_text(sample(), encoding="utf-8")
    except OSError as error:
        _fail(f"{out}: {error.strerror}")
