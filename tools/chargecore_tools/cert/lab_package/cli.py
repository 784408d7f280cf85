"""`chargecore cert pack`: puts everything that a lab gets into one archive, if it agrees."""

import hashlib
from typing import Annotated

import typer

from chargecore_tools.cert.artefact_error import ArtefactError
from chargecore_tools.cert.evidence import Evidence
from chargecore_tools.cert.lab_package.archive import PACKAGE, files_of, write_archive
from chargecore_tools.cert.lab_package.readme import readme_page, snapshot_page
from chargecore_tools.cert.options import OUT, Out
from chargecore_tools.cert.pics.pics import open_points
from chargecore_tools.cert.snapshot.cli import is_good
from chargecore_tools.device.command import AsJson, answer, say, told_errors

_NEEDED = ("report", "snapshot", "behaviour", "freeze", "pics", "pki")


def pack(
    rehearsal: Annotated[
        bool,
        typer.Option("--rehearsal", help="Of a simulator's run, and marked so: not for a lab."),
    ] = False,
    out: Out = OUT,
    as_json: AsJson = False,
):
    """Make lab_package.zip: PICS, reports, PKI, snapshot, freeze, and a README.html to start with.

    Refused when something is missing or two artefacts disagree: another firmware in the report
    than is frozen, a PICS of another report, a snapshot of another configuration, dates that
    cannot be, a certificate in another name. Private keys of the lab's PKI are in it.

    Exit status: 0 done, 1 something does not agree, 2 wrong options or files.

    Example: chargecore cert pack

    Example: chargecore cert pack --rehearsal
    """
    with told_errors("cert pack", as_json):
        evidence = Evidence(out)
        _require(evidence, rehearsal)
        files = files_of(evidence.folder)
        texts = {
            "4_snapshot/snapshot.html": snapshot_page(evidence.snapshot, evidence.behaviour),
        }
        names = {**files, **texts, "README.html": None}
        texts["README.html"] = readme_page(evidence, rehearsal, names)
        written = write_archive(out / PACKAGE, files, texts)
        digest = hashlib.sha256((out / PACKAGE).read_bytes()).hexdigest()
        say(as_json, f"{out / PACKAGE}: {len(written)} files\n  {digest}")
        say(as_json, "next: unpack it, open README.html; then chargecore cert check")
        answer(as_json, {"package": str(out / PACKAGE), "files": len(written), "sha256": digest})


def _require(evidence, is_rehearsal):
    """Raise ArtefactError with everything that speaks against a package."""
    faults = [evidence.faults[name] for name in _NEEDED if name in evidence.faults]
    faults += evidence.disagreements
    if evidence.behaviour is not None and not is_good(evidence.behaviour):
        faults.append("behaviour.json: the station does not do what it is set to")
    if evidence.pics is not None:
        faults += [f"pics.json: {text}" for text in open_points(evidence.pics)]
    if evidence.is_rehearsal and not is_rehearsal:
        faults.append("report.json is of a simulator: run the cases on the device (--rehearsal)")
    if faults:
        rows = "\n".join(f"  {text}" for text in dict.fromkeys(faults))
        raise ArtefactError(f"nothing is packed:\n{rows}", "chargecore cert check")
