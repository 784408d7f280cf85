"""read_report(): report.json of `chargecore cert run`, checked, with the hash of the file."""

import hashlib

from chargecore_tools.cert import documents

REPORT = "report.json"
MADE_BY = "chargecore cert run"


def read_report(path):
    """Return (facts, SHA-256 of the file). Errors: ArtefactError."""
    facts = documents.read(path, "report", MADE_BY)
    return facts, hashlib.sha256(documents.data_of(path)).hexdigest()
