"""faults_of_pki(): what of a lab PKI does not fit a station; in words, none when all does."""

import datetime

from cryptography.x509.oid import NameOID

from chargecore_tools.pki import PkiError
from chargecore_tools.pki.plan import CLIENT, rows

_BAD_NAMES = {row.name for row in rows() if row.common_name}  # samples for another station


def faults_of_pki(pki, identity, cpo, now, days_left=0):
    """Look at every certificate of a station: CN, O, and that the good ones last."""
    faults = []
    try:
        for sample in pki:
            certificate = sample.certificate
            owner = _text(certificate, NameOID.ORGANIZATION_NAME)
            name = _text(certificate, NameOID.COMMON_NAME)
            if owner != cpo:
                faults.append(f"{sample.name}: O is {owner!r}, CpoName {cpo!r}")
            if sample.kind == CLIENT and sample.name not in _BAD_NAMES and name != identity:
                faults.append(f"{sample.name}: CN is {name!r}, the station is {identity!r}")
            until = certificate.not_valid_after_utc
            is_meant = "expired" in sample.name  # or below one that is, on purpose
            if not is_meant and until < now + datetime.timedelta(days=days_left):
                faults.append(f"{sample.name}: valid until {until:%Y-%m-%d} only")
    except (PkiError, OSError, ValueError) as error:
        faults.append(f"pki: {error}")
    return faults


def _text(certificate, oid):
    found = certificate.subject.get_attributes_for_oid(oid)
    return found[0].value if found else ""
