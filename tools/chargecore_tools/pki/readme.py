"""README.md of a lab PKI: data/pki_readme.md, and tables of what is there."""

from pathlib import Path

from chargecore_tools.pki import plan

_TEXT = Path(__file__).resolve().parents[1] / "data" / "pki_readme.md"
_TITLES = {
    plan.CSMS: "csms: the central system",
    plan.BAD_SERVERS: "csms-bad: what a station must not connect to, or not install",
    plan.CHARGE_POINT: "charge-point: certificates of stations",
    plan.MANUFACTURER: "manufacturer: signed firmware",
}
_MORE = {
    plan.CSMS: (
        ("csms-roots.pem", "both roots, for tools that take several"),
        ("csms-intermediate-*.crl.pem, .der", "CRL of the intermediate"),
    ),
    plan.CHARGE_POINT: (
        ("client-ca.pem", "whom a server believes stations: `csms-root-*` and `cp-root-*`"),
    ),
    plan.MANUFACTURER: (
        ("sample-firmware.bin", "4 KiB that stand for an image; no station runs it"),
        (
            "sample-firmware.SCHEME.sig.b64",
            "its signature, base64: `rsa-pss` and `rsa-pkcs1` by firmware-signing-rsa, `ecdsa` by "
            "firmware-signing-ecdsa, all SHA-256",
        ),
        ("sample-firmware.SCHEME.bad.sig.b64", "signature over other bytes"),
    ),
}


def readme(facts, rows):
    """Return the text. facts: the options; rows: all of plan.rows()."""
    words = {**facts, "hosts": ", ".join(f"`{host}`" for host in facts["hosts"])}
    parts = [_TEXT.read_text(encoding="utf-8").format(**words), "\n"]
    for folder, title in _TITLES.items():
        parts.append(f"## {title}\n\n| name | signed by | what it is |\n|---|---|---|\n")
        for row in rows:
            if row.folder == folder:
                parts.append(f"| `{row.name}` | {_by(row)} | {row.what} |\n")
        for name, what in _MORE.get(folder, ()):
            parts.append(f"| `{name}` | | {what} |\n")
        parts.append("\n")
    return "".join(parts)[:-1]


def _by(row):
    return f"`{row.issuer}`" if row.issuer else "itself"
