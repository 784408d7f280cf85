"""Artefacts as the commands write them, made by hand: a report, a snapshot, answers."""

import csv
import hashlib
import json
from pathlib import Path

from chargecore_tools.cert.freeze.sums import SUMS, frozen_hash, rows_of, sums_text
from chargecore_tools.cert.pics.claims import _NAMES
from chargecore_tools.cert.snapshot.measure import KEYS
from chargecore_tools.cert.snapshot.snapshot import make_snapshot

_CASES = Path(__file__).resolve().parents[2] / "tools/chargecore_tools/data/octt16_cases.csv"
BOOT = {
    "chargePointVendor": "Example",
    "chargePointModel": "One",
    "chargePointSerialNumber": "CC-0001",
    "firmwareVersion": "1.2.0",
}
PROFILES = (
    "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"
)
SETTINGS = {
    "SupportedFeatureProfiles": PROFILES,
    "NumberOfConnectors": "1",
    "HeartbeatInterval": "30",
    "MeterValueSampleInterval": "60",
    "AuthorizationCacheEnabled": "true",
    "CpoName": "Example CPO",
}
ANSWERS = {
    "company": "Example Ltd",
    "address": "1 Main Street",
    "contact": "Jo",
    "email": "jo@example.com",
    "phone": '"+49 30 1"',
    "product_name": "One",
    "hardware_version": "1.10",
    "ocpp_errata": "4.0",
    "current": "AC",
    "evse_count": "1",
    "connector_types": '["Type 2"]',
    "cable": "socket",
    "phases": "3",
    "power_kw": "22",
    "readers": "[RFID]",
    "local_start": "[RFID]",
    "local_stop": "[RFID]",
    "display": "false",
    "communication": '["Wi-Fi"]',
    "backup_power": "false",
    "fault": "true",
    "lock_failure": "true",
    "tls_versions": '["1.2"]',
    "cipher_suites": "[TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]",
    "key_types": "[P-256]",
    "firmware_signatures": "[ECDSA]",
}


def configuration(**changes):
    """Return a read-out."""
    values = {**SETTINGS, **changes}
    return {key: {"value": value, "readonly": False} for key, value in values.items()}


def result(case, profile="Core", verdict="pass", **more):
    """Return one row of a report."""
    row = {"case": case, "title": f"title of {case}", "profile": profile, "verdict": verdict}
    rest = {"own": False, "when": [], "reason": "", "rule": "", "step": None, "took_s": 1.5}
    return {**row, **rest, "attempt": 1, "frames": [], **more}


def report(firmware_sha256=None, **changes):
    """Return a report in which every public case has passed."""
    with _CASES.open(encoding="utf-8", newline="") as file:
        rows = [result(row["id"], _NAMES[row["profile"]]) for row in csv.DictReader(file)]
    settings = {"speed": 1.0, "socket": True, "security_profile": 2}
    return {
        "format": 1,
        "tool": {"name": "chargecore cert run", "version": "0.1.0", "cases_sha256": "c" * 64},
        "sut": {"identity": "CC-0001", "boot": BOOT, "configuration": configuration()},
        "settings": settings,
        "rig": "technician",
        "firmware_sha256": firmware_sha256,
        "started_at": "2026-11-20T10:00:00.000Z",
        "took_s": 1800.0,
        "profiles": [*PROFILES.split(","), "Security", "AdvancedSecurity"],
        "results": rows,
        **changes,
    }


def snapshot(station=None, **changes):
    """Return a snapshot of that station."""
    facts = make_snapshot("CC-0001", BOOT, configuration(**changes), station)
    return {**facts, "taken_at": "2026-11-19T10:00:00Z"}


def behaviour(snapshot_facts):
    """Return a measurement in which everything is as declared."""
    row = {"declared": "30", "measured": "30.0 s", "verdict": "ok"}
    return {
        "format": 1,
        "tool": {"name": "chargecore cert snapshot --verify", "version": "0.1.0"},
        "measured_at": "2026-11-19T11:00:00Z",
        "identity": "CC-0001",
        "snapshot_sha256": snapshot_facts["sha256"],
        "speed": 1.0,
        "differences": [],
        "rows": [{"key": key, **row} for key in KEYS],
    }


def freeze(folder, tag="v1.2.0"):
    """Write a freeze of two files into a folder and return its facts."""
    files = {"app/main.py": b"run()\n", "root/boot.py": b"safe()\n", "app.bundle": b"bundle"}
    rows = rows_of(files)
    sbom = b"{}\n"
    facts = {
        "format": 1,
        "tool": {"name": "chargecore cert freeze", "version": "0.1.0"},
        "version": "1.2.0",
        "target": "esp32s3_devkit",
        "architecture": "xtensawin",
        "mode": "files",
        "git": {"commit": "a" * 40, "committed_at": "2026-11-18T10:00:00Z", "tag": tag},
        "toolchain": {"mpy-cross": "1.29.0"},
        "micropython": {"path": "micropython/m.bin", "version": "1.28.0", "sha256": "d" * 64},
        "files": rows,
        "bundle": "app.bundle",
        "firmware_sha256": frozen_hash(rows),
        "sbom_sha256": hashlib.sha256(sbom).hexdigest(),
    }
    for path, data in {**files, SUMS: sums_text(rows).encode()}.items():
        (folder / "firmware" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "firmware" / path).write_bytes(data)
    (folder / "sbom.cdx.json").write_bytes(sbom)
    (folder / "signoff.html").write_text("<html>sign</html>")
    save(folder / "freeze.json", facts)
    return facts


def product(**changes):
    """Return a product.yaml with every answer that is needed."""
    answers = {**ANSWERS, **changes}
    return "".join(f"{name}: {value}\n" for name, value in answers.items() if value is not None)


def save(path, facts):
    """Write facts as JSON."""
    path.write_text(json.dumps(facts))
