"""report.html: the run for people, in one file that needs nothing else."""

from collections import Counter

from markupsafe import Markup

from chargecore_tools.cert.page import page as cert_page
from chargecore_tools.cert.report.diagram import diagram
from chargecore_tools.cert.result import VERDICTS

_WORDS = {
    "pass": "passed",
    "fail": "failed",
    "inconclusive": "inconclusive",
    "not_applicable": "not applicable",
    "error": "error of the run",
}


def write(path, report):
    """Write what a report.json says as a page. What a station sent is escaped."""
    path.write_text(page(report), encoding="utf-8", errors="replace")


def page(report):
    """Return the page."""
    rows = report["results"]
    counts = Counter(row["verdict"] for row in rows)
    return cert_page(
        "report",
        report=report,
        counts=[(name, _WORDS[name], counts[name]) for name in VERDICTS if counts[name]],
        words=_WORDS,
        profiles=_by_profile(rows),
        played=[row for row in rows if row["verdict"] != "not_applicable"],
        diagram=lambda frames: Markup(diagram(frames)),
    )


def _by_profile(rows):
    """Return [(profile, rows, passed, how many applied)]."""
    profiles = []
    for name in dict.fromkeys(row["profile"] for row in rows):
        own = [row for row in rows if row["profile"] == name]
        applied = [row for row in own if row["verdict"] != "not_applicable"]
        passed = sum(row["verdict"] == "pass" for row in applied)
        profiles.append((name, own, passed, len(applied)))
    return profiles
