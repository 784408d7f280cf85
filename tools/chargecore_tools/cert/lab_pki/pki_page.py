"""pki_page(): pki.html, the certificates of a lab PKI at a glance: names, dates, fingerprints."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from chargecore_tools.cert.page import page
from chargecore_tools.pki.plan import BAD_SERVERS, CHARGE_POINT, CSMS, MANUFACTURER

_TITLES = {
    CSMS: "Central system",
    CHARGE_POINT: "Charge point",
    MANUFACTURER: "Signed firmware",
    BAD_SERVERS: "What the station must refuse",
}
_SETTINGS = (  # of the lab's tool, the cases that need it, what to give
    ("Central system root", "TC_075_1, TC_076, TC_083", "pki/csms/csms-root-rsa.pem, -ecdsa.pem"),
    ("Server certificate", "TC_086", "pki/csms/server-rsa.chain.pem, -ecdsa.chain.pem, .key.pem"),
    ("CA of client certificates", "TC_087", "pki/charge-point/client-ca.pem"),
    ("CA that signs requests", "TC_074, TC_083", "pki/charge-point/cp-sub-ecdsa.pem, .key.pem"),
    ("Invalid client certificate", "TC_077", "pki/charge-point/client-ecdsa-wrong-ca.pem"),
    ("Invalid root", "TC_078", "pki/csms-bad/csms-root-rsa-expired.pem, -not-ca.pem"),
    ("Next root", "TC_075_2", "pki/csms/csms-root-rsa-next.pem, server-rsa-next.chain.pem"),
    ("Manufacturer root", "TC_075_1, TC_080", "pki/manufacturer/manufacturer-root-ecdsa.pem"),
    ("Firmware signing certificate", "TC_080, TC_081", "pki/manufacturer/firmware-signing-*.pem"),
    ("Firmware and signature", "TC_080", "firmware/app.bundle, signed/app.bundle.*.sig.b64"),
    ("Wrong signature", "TC_081", "signed/app.bundle.*.bad.sig.b64"),
)


def pki_page(pki, signatures):
    """Return the page. signatures: paths of signed/."""
    groups = {title: [] for title in _TITLES.values()}
    folders = {row["name"]: row["folder"] for row in pki.facts["certificates"]}
    for sample in pki:
        groups[_TITLES[folders[sample.name]]].append(_row(sample, folders[sample.name]))
    return page(
        "pki",
        facts=pki.facts,
        groups=groups,
        settings=_SETTINGS,
        signatures=signatures,
    )


def _row(sample, folder):
    certificate = sample.certificate
    key = certificate.public_key()
    is_ec = isinstance(key, ec.EllipticCurvePublicKey)
    return {
        "path": f"pki/{folder}/{sample.name}.pem",
        "what": sample.what,
        "cn": certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value,
        "key": "P-256" if is_ec else f"RSA {key.key_size}",
        "from": f"{certificate.not_valid_before_utc:%Y-%m-%d}",
        "until": f"{certificate.not_valid_after_utc:%Y-%m-%d}",
        "serial": f"{certificate.serial_number:X}",
        "print": certificate.fingerprint(SHA256()).hex(),
    }
