"""PLAN: what has to be there, week by week; every item is computed from files, none is ticked.

The weeks are ours: what takes longest to mend comes first, what must not change any more last.
"""

import datetime

from chargecore_tools.cert.checklist.item import Contradiction, Item
from chargecore_tools.cert.evidence import FILES
from chargecore_tools.cert.lab_package.archive import PACKAGE, package_fault
from chargecore_tools.cert.lab_pki.faults import faults_of_pki
from chargecore_tools.cert.pics.claims import claims_of, supported_profiles
from chargecore_tools.cert.pics.pics import open_points
from chargecore_tools.cert.pics.questions import all_questions
from chargecore_tools.cert.snapshot.cli import is_good
from chargecore_tools.cert.snapshot.measure import KEYS

_PKI_DAYS = 90  # a certification takes months: facts of the programme
_TO_AGREE = ("report", "snapshot", "behaviour", "freeze", "pics", "pki")
_SCANS = (".pdf", ".png", ".jpg", ".jpeg")
TITLES = {
    4: "Week 4: what is declared, and does it pass?",
    3: "Week 3: everything passes, everything is set",
    2: "Week 2: the firmware is frozen, and all of it runs once more",
    1: "Week 1: the package",
}


def _there(name):
    """Return a look that asks for an artefact alone."""
    return lambda evidence: evidence.faults.get(name, "")


def _answers(evidence):
    if evidence.product is None:
        return evidence.faults["product"]
    answers = evidence.product[0]
    missing = [q.id for q in all_questions() if q.is_needed and answers[q.id] is None]
    return f"not answered: {', '.join(missing)}" if missing else ""


def _verdicts(evidence):
    """Failed cases of the last run, whatever they belong to."""
    if evidence.report is None:
        return evidence.faults["report"]
    bad = [
        f"{row['case']} {row['verdict']}"
        for row in evidence.report["results"]
        if row["verdict"] not in ("pass", "not_applicable")
    ]
    more = f" and {len(bad) - 4} more" if len(bad) > 4 else ""
    return f"{', '.join(bad[:4])}{more}" if bad else ""


def _soak(evidence):
    if evidence.soak is None:
        return evidence.faults["soak"]
    return "" if evidence.soak["ok"] else Contradiction("the soak failed: soak.json")


def _profiles(evidence):
    """Every profile that the station names can be declared, or is left out."""
    if evidence.report is None or evidence.snapshot is None:
        return evidence.faults.get("report") or evidence.faults["snapshot"]
    left_out = evidence.product[1] if evidence.product else []
    configuration = evidence.snapshot["configuration"]
    claims = claims_of(
        evidence.report, supported_profiles(evidence.report, configuration), left_out
    )
    bad = [f"{claim.profile}: {claim.reasons[0]}" for claim in claims if claim.state == "withheld"]
    return "; ".join(bad)


def _secure(evidence):
    """Security profile 2 is part of Core since October 2025."""
    if evidence.snapshot is None:
        return evidence.faults["snapshot"]
    value = (evidence.snapshot["configuration"].get("SecurityProfile") or {}).get("value")
    return "" if value in ("2", "3") else f"SecurityProfile is {value or 'not there'}"


def _names(evidence):
    if evidence.snapshot is None:
        return evidence.faults["snapshot"]
    boot, identity = evidence.snapshot["boot"], evidence.snapshot["identity"]
    serials = [boot.get("chargePointSerialNumber"), boot.get("chargeBoxSerialNumber")]
    if identity in serials:
        return ""
    told = next((serial for serial in serials if serial), "not told")
    return f"identity {identity}, serial number {told}"


def _pki(evidence):
    if evidence.pki is None:
        return evidence.faults["pki"]
    if evidence.snapshot is None:
        return evidence.faults["snapshot"]
    cpo = (evidence.snapshot["configuration"].get("CpoName") or {}).get("value")
    if not cpo:
        return "CpoName of the station is not set"
    now = datetime.datetime.now(datetime.timezone.utc)
    found = faults_of_pki(evidence.pki, evidence.snapshot["identity"], cpo, now, _PKI_DAYS)
    return Contradiction(found[0]) if found else ""


def _tag(evidence):
    if evidence.freeze is None:
        return evidence.faults["freeze"]
    return "" if evidence.freeze["git"]["tag"] else "the frozen commit has no tag"


def _interpreter(evidence):
    if evidence.freeze is None:
        return evidence.faults["freeze"]
    if evidence.freeze["target"] == "host":
        return ""  # the simulator runs in the VM of this PC
    return "" if evidence.freeze["micropython"] else "MicroPython's image is not in the freeze"


def _device(evidence):
    if evidence.report is None:
        return evidence.faults["report"]
    return "the last run was of the simulator" if evidence.is_rehearsal else ""


def _frozen_run(evidence):
    """The run is of what is frozen and set as it goes to the lab."""
    if evidence.report is None or evidence.freeze is None:
        return evidence.faults.get("report") or evidence.faults["freeze"]
    return _agree(evidence, ("report.json",))


def _measured(evidence):
    if evidence.behaviour is None:
        return evidence.faults["behaviour"]
    missing = set(KEYS) - {row["key"] for row in evidence.behaviour["rows"]}
    if missing or not is_good(evidence.behaviour):
        return Contradiction("behaviour.json: a key is not kept, or was not measured")
    return _agree(evidence, ("behaviour.json", "snapshot.json"))


def _frozen_board(evidence):
    if evidence.freeze is not None and evidence.freeze["target"] == "host":
        return "a simulator has no board"
    if evidence.board is None or evidence.freeze is None:
        return evidence.faults.get("board") or evidence.faults["freeze"]
    if evidence.board["firmware_sha256"] != evidence.freeze["firmware_sha256"]:
        return Contradiction("board.json is of another freeze")
    return _agree(evidence, ("board.json",))


def _signatures(evidence):
    if evidence.pki is None or evidence.freeze is None:
        return evidence.faults.get("pki") or evidence.faults["freeze"]
    return _agree(evidence, ("signed/",))


def _pics(evidence):
    if evidence.pics is None:
        return evidence.faults["pics"]
    points = open_points(evidence.pics)
    return points[0] if points else _agree(evidence, ("pics.json",))


def _agree(evidence, words):
    """Return the disagreements that name one of the words, as one Contradiction."""
    found = [text for text in evidence.disagreements if text.startswith(words)]
    return Contradiction("; ".join(found[:2])) if found else ""


def _all_agree(evidence):
    missing = [FILES[name] for name in _TO_AGREE if name in evidence.faults]
    if missing:
        return f"not all are there: {', '.join(missing)}"
    found = evidence.disagreements
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return Contradiction(found[0] + more) if found else ""


def _scan(stem):
    """Return a look for a signed sheet: STEM.signed.pdf or a photograph of it."""

    def look(evidence):
        there = any((evidence.folder / f"{stem}.signed{end}").is_file() for end in _SCANS)
        return "" if there else f"no {stem}.signed.pdf (or .png, .jpg)"

    return look


def _package(evidence):
    fault = package_fault(evidence)
    is_there = (evidence.folder / PACKAGE).exists()
    return Contradiction(fault) if fault and is_there else fault


_RUN = "chargecore cert run --firmware OUT/freeze.json"
_READ = "chargecore cert snapshot"
_ASK = "fill it in; chargecore cert pics --template writes one"
PLAN = (
    Item("answers", 4, "product.yaml is filled in", _answers, _ASK),
    Item("run", 4, "the cases were run", _there("report"), "chargecore cert run"),
    Item("soak", 4, "a soak lost nothing", _soak, "chargecore soak --json > OUT/soak.json"),
    Item("snapshot", 4, "the configuration is read", _there("snapshot"), _READ),
    Item("verdicts", 3, "no case failed or stayed open", _verdicts, "chargecore cert run"),
    Item("profiles", 3, "all that the station names passes", _profiles, "chargecore cert run"),
    Item(
        "security",
        3,
        "the station is in security profile 2 or 3",
        _secure,
        f"set SecurityProfile, then {_READ}",
    ),
    Item(
        "names",
        3,
        "identity and serial number are one",
        _names,
        f"set id and serial in station.json, then {_READ}",
    ),
    Item("pki", 3, f"certificates that last {_PKI_DAYS} days", _pki, "chargecore cert pki"),
    Item("freeze", 2, "the firmware is frozen", _there("freeze"), "chargecore cert freeze"),
    Item("tag", 2, "its commit has a tag", _tag, "git tag vX.Y.Z, then chargecore cert freeze"),
    Item(
        "micropython",
        2,
        "MicroPython's image is frozen with it",
        _interpreter,
        "chargecore cert freeze --micropython FILE",
    ),
    Item("device", 2, "the cases ran on the device", _device, _RUN),
    Item("frozen_run", 2, "with the frozen firmware, set as in the snapshot", _frozen_run, _RUN),
    Item("measured", 2, "it does what it is set to", _measured, f"{_READ} --verify"),
    Item("signatures", 2, "the bundle is signed", _signatures, "chargecore cert pki --sign"),
    Item("pics", 1, "the PICS is complete", _pics, "chargecore cert pics"),
    Item(
        "board",
        1,
        "the board for the lab holds the frozen bytes",
        _frozen_board,
        "chargecore cert freeze --verify --board NAME",
    ),
    Item("signed_pics", 1, "the PICS is signed", _scan("pics"), "print, sign, scan pics.html"),
    Item("signed_off", 1, "the freeze is signed off", _scan("signoff"), "sign, scan signoff.html"),
    Item("agree", 1, "all artefacts agree", _all_agree, "make again what is named"),
    Item("package", 1, "the package is made of them", _package, "chargecore cert pack"),
)
