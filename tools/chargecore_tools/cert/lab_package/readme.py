"""readme_page(): README.html of the archive; snapshot_page(): the settings for a reader."""

from chargecore_tools.cert.page import page
from chargecore_tools.cert.pics.pics import open_points

_CONTENTS = (
    ("1_pics/pics.html", "what is declared, and what it rests on; pics.json is the same as data"),
    ("2_reports/report.html", "the conformance run on the frozen firmware: all cases, all frames"),
    ("3_pki/pki.html", "certificates by what the tool asks for; keys, bad samples, signatures"),
    ("4_snapshot/snapshot.html", "every configuration key, and what was measured on the wire"),
    ("5_freeze/signoff.html", "the frozen firmware: hashes, parts, signatures of who released it"),
)


def readme_page(evidence, is_rehearsal, files):
    """Return README.html. files: {path in the archive: anything}."""
    answers = evidence.pics["answers"]
    return page(
        "readme",
        pics=evidence.pics,
        freeze=evidence.freeze,
        snapshot=evidence.snapshot,
        report=evidence.report,
        answers=answers,
        contents=_CONTENTS,
        names=sorted(files),
        is_rehearsal=is_rehearsal,
        points=open_points(evidence.pics),
    )


def snapshot_page(snapshot, behaviour):
    """Return snapshot.html."""
    rows = {row["key"]: row for row in behaviour["rows"]}
    return page("snapshot", facts=snapshot, behaviour=behaviour, measured=rows)
