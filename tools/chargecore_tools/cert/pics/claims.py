"""claims_of(): which profiles a report allows to declare, and why the others are not.

A profile is declared when every case of it that applies has passed. A case of the public document
that the report does not have counts as not passed. What failed once and passed later has failed:
a lab repeats a case for a fault of its own only.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from chargecore_tools.cert.grammar import PROFILES

DECLARED, WITHHELD = "declared", "withheld"
UNSUPPORTED, LEFT = "not supported", "left out"
_CASES = Path(__file__).resolve().parents[2] / "data" / "octt16_cases.csv"
_NAMES = {  # of the public document
    "core": "Core",
    "firmware management": "FirmwareManagement",
    "local auth list": "LocalAuthListManagement",
    "reservation": "Reservation",
    "smart charging": "SmartCharging",
    "remote trigger": "RemoteTrigger",
    "security": "Security",
    "advanced security": "AdvancedSecurity",
}
# What a certificate names, as far as it is public: Core is since October 2025 with firmware
# management and security profile 2. Ask the OCA for the list that counts.
CERTIFICATES = {
    "Core": ("Core", "FirmwareManagement", "Security"),
    "Smart Charging": ("Core", "FirmwareManagement", "Security", "SmartCharging"),
    "Advanced Security": ("Core", "FirmwareManagement", "Security", "AdvancedSecurity"),
}
FUNCTIONS = ("LocalAuthListManagement", "Reservation", "RemoteTrigger")


@dataclass
class Claim:
    """One profile. reasons: why it is withheld; skipped: cases that do not apply, and why."""

    profile: str
    state: str
    passed: list = field(default_factory=list)
    skipped: list = field(default_factory=list)
    reasons: list = field(default_factory=list)

    def as_dict(self):
        """Return it as pics.json has it."""
        return {
            "profile": self.profile,
            "state": self.state,
            "passed": self.passed,
            "not_applicable": self.skipped,
            "reasons": self.reasons,
        }


def claims_of(report, supported, left_out):
    """Return the Claims of all profiles. supported: what the station says it has."""
    verdicts = _verdicts(report)
    public = _public_cases()
    claims = []
    for profile in PROFILES:
        claim = _claim(profile, verdicts, public)
        if profile not in supported:
            # Its cases for stations without it (NotSupported) stay in the report's figures.
            claim = Claim(
                profile, UNSUPPORTED, reasons=["the station does not say that it has it"]
            )
        elif claim.reasons:
            claim.state = WITHHELD
        elif profile in left_out:
            claim.state, claim.reasons = LEFT, ["product.yaml leaves it out"]
        claims.append(claim)
    return claims


def certificates_of(claims, security_profile):
    """Return [{"name", "declared", "why"}] of what a certificate could name."""
    states = {claim.profile: claim.state for claim in claims}
    rows = []
    for name, needs in CERTIFICATES.items():
        missing = [f"{of} is {states[of]}" for of in needs if states[of] != DECLARED]
        if security_profile not in (2, 3):
            missing.append("the run was below security profile 2")
        rows.append({"name": name, "declared": not missing, "why": ", ".join(missing)})
    return rows


def supported_profiles(report, configuration):
    """Return the profiles that the station says it has; of security those that the run used."""
    value = (configuration.get("SupportedFeatureProfiles") or {}).get("value") or ""
    named = [word.strip() for word in value.split(",") if word.strip()]
    security = [name for name in report["profiles"] if name in ("Security", "AdvancedSecurity")]
    return [*named, *security]


def _claim(profile, verdicts, public):
    claim = Claim(profile, DECLARED)
    own = {case for case, (of, _rows) in verdicts.items() if of == profile}
    for case in sorted(own | public[profile]):
        verdict, why = _judge(verdicts.get(case, (profile, []))[1])
        if verdict == "pass":
            claim.passed.append(case)
        elif verdict == "not_applicable":
            claim.skipped.append({"case": case, "why": why})
        else:
            claim.reasons.append(f"{case}: {verdict}{': ' + why if why else ''}")
    if not claim.passed and not claim.reasons:
        claim.reasons.append("no case of it has passed")
    return claim


def _verdicts(report):
    """Return {case: (profile, its results in order)}."""
    found = {}
    for row in sorted(report["results"], key=lambda row: row["attempt"]):
        found.setdefault(row["case"], (row["profile"], []))[1].append(row)
    return found


def _judge(rows):
    """Return (verdict, why) of all attempts at a case."""
    if not rows:
        return "not run", ""
    for row in rows:
        if row["verdict"] == "fail":
            return "fail", row["reason"]
    return rows[-1]["verdict"], rows[-1]["reason"]


def _public_cases():
    """Return {profile: {case}} of the public document."""
    found = {profile: set() for profile in PROFILES}
    with _CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[_NAMES[row["profile"]]].add(row["id"])
    return found
