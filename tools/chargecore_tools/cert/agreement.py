"""disagreements(): where two artefacts say different things; in words, none when all agree.

Only what is there is compared; what is missing is the checklist's matter.
"""

import datetime

from chargecore_tools.cert.artefact_error import ArtefactError
from chargecore_tools.cert.freeze.verify import faults_of_folder
from chargecore_tools.cert.lab_pki.faults import faults_of_pki
from chargecore_tools.cert.lab_pki.signed import faults_of_signatures
from chargecore_tools.cert.pics.pics import configurations_differ

_KEYS_SHOWN = 3


def disagreements(evidence, now):
    """Return all of them."""
    parts = (_of_report, _of_behaviour, _of_pics, _of_pki)
    found = _of_frozen_files(evidence)
    found += [fault for part in parts for fault in part(evidence)]
    return found + _of_names(evidence, now) + _of_dates(evidence, now)


def _of_frozen_files(evidence):
    if evidence.freeze is None:
        return []
    return [f"freeze: {text}" for text in faults_of_folder(evidence.freeze, evidence.folder)]


def _of_report(evidence):
    report, snapshot, freeze = evidence.report, evidence.snapshot, evidence.freeze
    found = []
    if report and freeze and report["firmware_sha256"] != freeze["firmware_sha256"]:
        told = report["firmware_sha256"] or "no firmware"
        frozen = freeze["firmware_sha256"][:16]
        found.append(f"report.json is of {told[:16]}, freeze.json of {frozen}")
    if report and snapshot:
        found += _of_station(report, snapshot)
    for name, facts in (("report.json", report and report["sut"]), ("snapshot.json", snapshot)):
        if facts and freeze and facts["boot"].get("firmwareVersion") != freeze["version"]:
            told = facts["boot"].get("firmwareVersion")
            found.append(f"{name}: the station sent version {told}, frozen is {freeze['version']}")
    return found


def _of_station(report, snapshot):
    found = []
    if report["sut"]["identity"] != snapshot["identity"]:
        told = report["sut"]["identity"]
        found.append(f"report.json is of {told}, snapshot.json of {snapshot['identity']}")
    keys = configurations_differ(report["sut"]["configuration"], snapshot["configuration"])
    if keys:
        more = f" and {len(keys) - _KEYS_SHOWN} more" if len(keys) > _KEYS_SHOWN else ""
        shown = ", ".join(keys[:_KEYS_SHOWN]) + more
        text = "report.json was run with another configuration than the snapshot's"
        found.append(f"{text}: {shown}")
    return found


def _of_behaviour(evidence):
    behaviour, snapshot = evidence.behaviour, evidence.snapshot
    if not behaviour or not snapshot:
        return []
    if behaviour["snapshot_sha256"] != snapshot["sha256"]:
        return ["behaviour.json was measured against another snapshot"]
    return []


def _of_pics(evidence):
    pics = evidence.pics
    if not pics:
        return []
    basis, found = pics["basis"], []
    if evidence.report and basis["report_sha256"] != evidence.report_sha256:
        found.append("pics.json was made from another report.json")
    if evidence.snapshot and basis["snapshot_sha256"] != evidence.snapshot["sha256"]:
        found.append("pics.json was made from another snapshot.json")
    if evidence.freeze and basis["firmware_sha256"] != evidence.freeze["firmware_sha256"]:
        told = basis["firmware_sha256"]
        found.append(f"pics.json is of firmware {told[:16] if told else 'that was not frozen'}")
    if evidence.product and pics["answers"] != evidence.product[0]:
        found.append("pics.json was made from other answers than product.yaml has now")
    return found


def _of_pki(evidence):
    """Signatures have to be over the frozen bundle."""
    if not evidence.pki or not evidence.freeze:
        return []
    try:
        return faults_of_signatures(evidence.pki, evidence.freeze, evidence.folder)
    except ArtefactError:
        return []  # the bundle is missing: said with the frozen files


def _of_names(evidence, now):
    if not evidence.pki or not evidence.snapshot:
        return []
    snapshot = evidence.snapshot
    cpo = (snapshot["configuration"].get("CpoName") or {}).get("value") or evidence.pki.cpo
    return faults_of_pki(evidence.pki, snapshot["identity"], cpo, now)


def _of_dates(evidence, now):
    """Each artefact comes after what it is made from, and none from the future."""
    times = {
        "the commit": evidence.freeze and evidence.freeze["git"]["committed_at"],
        "snapshot.json": evidence.snapshot and evidence.snapshot["taken_at"],
        "behaviour.json": evidence.behaviour and evidence.behaviour["measured_at"],
        "report.json": evidence.report and evidence.report["started_at"],
        "pics.json": evidence.pics and evidence.pics["made_at"],
        "board.json": evidence.board and evidence.board["verified_at"],
    }
    at = {name: _time(text) for name, text in times.items() if text}
    found = [f"{name} is from the future: {at[name]:%Y-%m-%d}" for name in at if at[name] > now]
    for earlier, later in (
        ("the commit", "snapshot.json"),
        ("the commit", "report.json"),
        ("the commit", "board.json"),
        ("snapshot.json", "behaviour.json"),
        ("report.json", "pics.json"),
    ):
        if earlier in at and later in at and at[later] < at[earlier]:
            found.append(f"{later} is older than {earlier}")
    return found


def _time(text):
    """Return a time that the schema let through; what is none of the calendar is the oldest."""
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)
