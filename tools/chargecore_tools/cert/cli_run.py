"""The command `cert run`."""

import contextlib
import json
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Optional

import typer

from chargecore_tools.cert.artefact_error import ArtefactError
from chargecore_tools.cert.campaign import Campaign
from chargecore_tools.cert.case_loader import CASES, CaseBook
from chargecore_tools.cert.errors import CertError
from chargecore_tools.cert.freeze.frozen import folder_of, read_freeze
from chargecore_tools.cert.lab_settings import LabSettings
from chargecore_tools.cert.options import OUT
from chargecore_tools.cert.progress import Progress
from chargecore_tools.cert.report import html, json_report, junit
from chargecore_tools.cert.result import ERROR, FAIL
from chargecore_tools.cert.run_facts import RunFacts
from chargecore_tools.cert.sim_kinds import KINDS
from chargecore_tools.cert.sites import (
    StationNeverCameError,
    foreign_site,
    rig_of,
    sim_sites,
)
from chargecore_tools.csms.errors import CsmsError

EXIT_FAILED, EXIT_USAGE, EXIT_NO_STATION = 1, 2, 3
_SPEED = 20.0  # of the simulators that the runner starts, unless it is told
_JOBS_MAX = 8
_CONNECTORS_MAX = 15


def run(
    settings: Annotated[
        Optional[Path], typer.Option(help="lab.yaml; `cert settings` writes one.")
    ] = None,
    case: Annotated[
        Optional[list[str]], typer.Option(help="Only this case; repeat it for more.")
    ] = None,
    profile: Annotated[
        Optional[list[str]], typer.Option(help="Only cases of this profile; repeat it for more.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the reports.")] = OUT,
    sim: Annotated[
        bool, typer.Option("--sim", help="Start simulators and play the cases on them.")
    ] = False,
    jobs: Annotated[int, typer.Option(help=f"With --sim: how many, 1..{_JOBS_MAX}.")] = 1,
    connectors: Annotated[int, typer.Option(help="With --sim: connectors of each.")] = 2,
    like: Annotated[
        str, typer.Option(help=f"With --sim: kind of station: {', '.join(KINDS)}.")
    ] = "socket",
    station: Annotated[
        Optional[Path], typer.Option(help="With --sim: JSON of fields for station.json.")
    ] = None,
    config: Annotated[
        Optional[Path], typer.Option(help="With --sim: JSON of OCPP keys and their values.")
    ] = None,
    control: Annotated[
        Optional[str], typer.Option(help="Rig: control socket of a simulator, HOST:PORT.")
    ] = None,
    rig_command: Annotated[
        Optional[str], typer.Option(help="Rig: program that does each act; docs/cert_cases.md.")
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Rig: ask here for what no other rig can do.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "0.0.0.0",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 9000,
    wait_s: Annotated[float, typer.Option(help="How long to wait for the station, s.")] = 300.0,
    security_profile: Annotated[
        Optional[int], typer.Option(help="Security profile of the station, 0..3.")
    ] = None,
    speed: Annotated[
        Optional[float],
        typer.Option(help="Seconds of a simulator in one second.", show_default="--sim: 20"),
    ] = None,
    firmware: Annotated[
        Optional[Path],
        typer.Option(help="freeze.json of what is tested; --sim boots it."),
    ] = None,
    cases_in: Annotated[Path, typer.Option("--cases", help="Folder of the cases.")] = CASES,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per case.")] = False,
):
    """Run the conformance cases against a charge point, and write the reports.

    With --sim on simulators that are started for it. Without, the runner listens, and waits for
    the station that lab.yaml names; what a person would do there is done by a simulator's control
    socket, a program of yours, or you. Cases and rigs: docs/cert_cases.md.

    Writes report.json, junit.xml and report.html. Exit status: 0 all that apply have passed, 1 a
    case failed, 2 wrong options or files, 3 the station never came.

    Example: chargecore cert run --sim --jobs 2

    Example: chargecore cert run --sim --case TC_003_CS --case TC_012_CS --speed 5

    Example: chargecore cert run --settings lab.yaml --rig-command ./relay.sh --ask
    """
    try:
        book = CaseBook(cases_in)
        chosen = _chosen(book, case, profile)
        _check(1 <= jobs <= _JOBS_MAX, f"--jobs {jobs}: must be 1..{_JOBS_MAX}")
        _check(sim or jobs == 1, "--jobs: only with --sim; a station plays one case at a time")
        _check(1 <= connectors <= _CONNECTORS_MAX, f"--connectors: must be 1..{_CONNECTORS_MAX}")
        _check(like in KINDS, f"--like {like}: must be one of {', '.join(KINDS)}")
        _check(0 <= port <= 65535, f"--port {port}: must be 0..65535")
        _check(security_profile in (None, 0, 1, 2, 3), "--security-profile: must be 0..3")
        lab = LabSettings(settings, speed=speed, security_profile=security_profile)
        if sim and "speed" not in lab.told:
            lab.set("speed", _SPEED)
        frozen = None if firmware is None else (read_freeze(firmware), folder_of(firmware))
        sha256 = None if frozen is None else frozen[0]["firmware_sha256"]
        out.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cert-")))
            if sim:
                options = _simulated(lab, like, station, config)
                options["frozen"] = frozen
                count = max(1, min(jobs, len(chosen)))
                opened = sim_sites(lab, out / "sim", work, count, connectors=connectors, **options)
            else:
                rig = rig_of(lab, control, rig_command, ask)
                tell = (lambda _text: None) if as_json else print
                opened = foreign_site(lab, rig, work, host, port, wait_s, tell)
            code = _run(stack.enter_context(opened), book, chosen, out, as_json, sha256)
    except StationNeverCameError as error:
        raise _failed(error, EXIT_NO_STATION) from None
    except (CertError, CsmsError, ArtefactError) as error:
        raise _failed(error) from None
    except OSError as error:
        raise _failed(f"{error.filename or 'network'}: {error.strerror}") from None
    raise typer.Exit(code)


def _failed(text, code=EXIT_USAGE):
    print(f"chargecore cert run: {text}", file=sys.stderr)
    return typer.Exit(code)


def _check(is_right, text):
    if not is_right:
        raise CertError(text)


def _simulated(lab, like, station, config):
    """Return fields and keys of the simulators; lab learns what kind they are of."""
    kind = KINDS[like]
    for name, value in kind.settings.items():
        lab.set(name, value)
    return {
        "fields": {**kind.fields, **_object(station, "--station")},
        "keys": {**kind.keys, **_object(config, "--config")},
    }


def _chosen(book, ids, profiles):
    """Return the cases of these ids and profiles. Errors: CertError."""
    cases = list(book.cases.values())
    for name in ids or ():
        _check(name in book.cases, f"--case {name}: `chargecore cert cases` lists them")
    if ids:
        cases = [one for one in cases if one.id in ids]
    known = sorted({one.profile for one in book.cases.values()})
    for name in profiles or ():
        _check(name in known, f"--profile {name}: must be one of {', '.join(known)}")
    if profiles:
        cases = [one for one in cases if one.profile in profiles]
    _check(cases, "no case is of these ids and profiles")
    return cases


def _object(path, option):
    """Return the JSON object in a file, {} without one. Errors: CertError."""
    if path is None:
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CertError(f"{option} {path}: {error.strerror}") from error
    except ValueError as error:
        raise CertError(f"{option} {path}: not JSON: {error}") from error
    _check(isinstance(value, dict), f"{option} {path}: must hold one JSON object")
    return value


@contextlib.contextmanager
def _term_as_interrupt():
    """Let SIGTERM do what Ctrl-C does: a CI job that is stopped has reports, too."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(sites, book, chosen, out, as_json, sha256):
    """Play the cases and write the reports. Return the exit status."""
    facts = RunFacts(sites[0].lab, sha256)
    progress = Progress(len(chosen), as_json)
    campaign = Campaign(book, chosen, progress.result, progress.start)
    began_s = time.monotonic()
    try:
        with progress, _term_as_interrupt():
            campaign.run(sites)
    finally:  # what has been found is worth a report, also when the run is cut short
        results = campaign.results()
        facts.took_s = time.monotonic() - began_s
        report = json_report.report_of(facts, results)
        json_report.write(out / "report.json", report)
        junit.write(out / "junit.xml", report)
        html.write(out / "report.html", report)
    progress.finish(results, out)
    is_bad = any(row.verdict in (FAIL, ERROR) for row in results)
    return EXIT_FAILED if is_bad or len(results) < len(chosen) else 0
