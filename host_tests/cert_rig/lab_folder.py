"""A folder in which every artefact is there and agrees with every other, made by the commands."""

from cert_rig import samples
from cert_rig.command import cert_json


def make_lab_folder(folder):
    """Fill a folder; takes seconds, for the keys of the PKI."""
    frozen = samples.freeze(folder)
    report = samples.report(frozen["firmware_sha256"])
    keys = samples.configuration(SecurityProfile="2")
    report["sut"]["configuration"] = keys
    snapshot = samples.snapshot(SecurityProfile="2")
    samples.save(folder / "snapshot.json", snapshot)
    samples.save(folder / "behaviour.json", samples.behaviour(snapshot))
    samples.save(folder / "report.json", report)
    samples.save(folder / "soak.json", {"ok": True, "ledger": []})
    samples.save(
        folder / "board.json",
        {
            "format": 1,
            "tool": {"name": "chargecore cert freeze --verify", "version": "0.1.0"},
            "verified_at": "2026-11-21T10:00:00Z",
            "port": "/dev/ttyACM0",
            "firmware_sha256": frozen["firmware_sha256"],
        },
    )
    (folder / "product.yaml").write_text(samples.product())
    (folder / "report.html").write_text("<html>report</html>")
    (folder / "junit.xml").write_text("<testsuite/>")
    for name in ("pics.signed.pdf", "signoff.signed.png"):
        (folder / name).write_bytes(b"scan")
    assert cert_json("pki", "--out", folder, "--host", "csms.lab")["ok"]
    assert cert_json("pics", "--out", folder)["ok"]
    return folder
