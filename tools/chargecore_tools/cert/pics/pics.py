"""The facts of pics.json: what is declared, what it rests on, and what is still open."""

from importlib.metadata import version
from pathlib import Path

from chargecore_tools.cert import documents
from chargecore_tools.cert.pics.claims import (
    certificates_of,
    claims_of,
    supported_profiles,
)
from chargecore_tools.cert.pics.functions import functions_of
from chargecore_tools.cert.pics.performance import performance_of, why_not_of_the_product
from chargecore_tools.cert.pics.questions import all_questions

PICS = "pics.json"
PAGE = "pics.html"
MADE_BY = "chargecore cert pics"
_FEATURES = ("fault", "lock_failure", "backup_power")  # of lab.yaml, and questions here


def make_pics(product, report, report_sha256, snapshot, freeze):
    """Return the facts. product: what read_product() returned; freeze: its facts, or None."""
    answers, left_out = product
    configuration = snapshot["configuration"]
    claims = claims_of(report, supported_profiles(report, configuration), left_out)
    facts = {
        "format": documents.FORMAT,
        "tool": {"name": MADE_BY, "version": version("chargecore")},
        "made_at": documents.now_text(),
        "basis": {
            "report_sha256": report_sha256,
            "report_started_at": report["started_at"],
            "report_tool": report["tool"],
            "snapshot_sha256": snapshot["sha256"],
            "snapshot_taken_at": snapshot["taken_at"],
            "firmware_sha256": None if freeze is None else freeze["firmware_sha256"],
        },
        "identity": report["sut"]["identity"],
        "boot": snapshot["boot"],
        "connectors": (configuration.get("NumberOfConnectors") or {}).get("value"),
        "answers": answers,
        "functions": functions_of(configuration),
        "claims": [claim.as_dict() for claim in claims],
        "certificates": certificates_of(claims, report["settings"].get("security_profile")),
        "own_cases": _own_cases(report),
        "performance": performance_of(report),
        "performance_fault": why_not_of_the_product(report),
        "unanswered": [q.id for q in all_questions() if q.is_needed and answers[q.id] is None],
        "conflicts": _conflicts(answers, report, snapshot, freeze),
    }
    return facts


def read_pics(folder):
    """Return the facts of a folder's pics.json. Errors: ArtefactError."""
    return documents.read(Path(folder) / PICS, "pics", MADE_BY)


def open_points(facts):
    """Return in words what keeps a PICS from being handed in; none: it can be signed."""
    rows = [f"{name}: not answered in product.yaml" for name in facts["unanswered"]]
    rows += facts["conflicts"]
    if not any(row["declared"] for row in facts["certificates"]):
        rows += [f"{row['name']}: {row['why']}" for row in facts["certificates"][:1]]
    return rows


def configurations_differ(one, other):
    """Return the keys that two read-outs tell differently; a value that is missing is empty."""

    def plain(entry):
        return entry and (entry["value"] or "", entry["readonly"])

    keys = sorted(set(one) | set(other))
    return [key for key in keys if plain(one.get(key)) != plain(other.get(key))]


def _own_cases(report):
    """Return how the cases of our own ended: they are no part of the declaration."""
    rows = [row for row in report["results"] if row["own"] and row["verdict"] != "not_applicable"]
    return {
        "passed": sum(row["verdict"] == "pass" for row in rows),
        "others": [f"{row['case']}: {row['verdict']}" for row in rows if row["verdict"] != "pass"],
    }


def _conflicts(answers, report, snapshot, freeze):
    """Return where station, report and answers say different things."""
    rows = []
    for field in sorted(set(report["sut"]["boot"]) | set(snapshot["boot"])):
        told, kept = report["sut"]["boot"].get(field), snapshot["boot"].get(field)
        if told != kept:
            rows.append(f"BootNotification.{field}: report {told!r}, snapshot {kept!r}")
    keys = configurations_differ(report["sut"]["configuration"], snapshot["configuration"])
    rows += [f"{key}: the report's station and the snapshot's have another value" for key in keys]
    if freeze is not None:
        sent = snapshot["boot"].get("firmwareVersion")
        if sent != freeze["version"]:
            rows.append(f"firmwareVersion: sent {sent!r}, frozen {freeze['version']!r}")
        if report["firmware_sha256"] != freeze["firmware_sha256"]:
            rows.append("report.json is not of the frozen firmware: cert run --firmware")
    return rows + _of_answers(answers, report, snapshot)


def _of_answers(answers, report, snapshot):
    settings, rows = report["settings"], []
    features = settings.get("features")
    features = features if isinstance(features, dict) else {}
    for name in _FEATURES:
        answer, used = answers[name], features.get(name)
        if None not in (answer, used) and answer != used:
            rows.append(f"{name}: product.yaml says {_word(answer)}, the run had {_word(used)}")
    has_socket = settings.get("socket")
    if answers["cable"] is not None and isinstance(has_socket, bool):
        if (answers["cable"] == "socket") != has_socket:
            word = "socket" if has_socket else "tethered"
            rows.append(f"cable: product.yaml says {answers['cable']}, the run had {word}")
    station = snapshot["station"] or {}
    for name in ("cable", "phases"):
        if None not in (answers[name], station.get(name)) and answers[name] != str(station[name]):
            rows.append(f"{name}: product.yaml says {answers[name]}, station.json {station[name]}")
    count = (snapshot["configuration"].get("NumberOfConnectors") or {}).get("value")
    types = answers["connector_types"]
    if types is not None and count is not None and str(len(types)) != count:
        rows.append(f"connector_types: {len(types)} answered, NumberOfConnectors is {count}")
    has_tls = report["settings"].get("security_profile") in (2, 3)
    if has_tls and answers["tls_versions"] == []:
        rows.append("tls_versions: none answered, but the run was over TLS")
    return rows


def _word(flag):
    return "true" if flag else "false"
