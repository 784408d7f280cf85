"""Builds the certificates and CRLs of a lab PKI with `cryptography`; writes no files."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chargecore_tools.pki.keys import pss
from chargecore_tools.pki.plan import CLIENT, EXPIRED, FUTURE, ROOT, SERVER, SIGNER

_DAY = datetime.timedelta(days=1)
_CA_BEFORE = 400 * _DAY  # a CA was valid when its expired samples were
_CA_AFTER = 3650 * _DAY
_USAGES = {
    SERVER: ExtendedKeyUsageOID.SERVER_AUTH,
    CLIENT: ExtendedKeyUsageOID.CLIENT_AUTH,
    SIGNER: ExtendedKeyUsageOID.CODE_SIGNING,
}
_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def period_of(row, now, days):
    """Return (not before, not after) of a row."""
    if row.validity == EXPIRED:
        return now - 60 * _DAY, now - 30 * _DAY
    if row.validity == FUTURE:
        return now + 30 * _DAY, now + (30 + days) * _DAY
    if row.is_authority:
        return now - _CA_BEFORE, now + days * _DAY + _CA_AFTER
    return now - _DAY, now + days * _DAY


def name_of(common_name, organization):
    """Return the subject: O and CN, in the order in which a CSR of a station has them."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def alternative_names(hosts):
    """Return the subjectAltName of a server: dNSName or iPAddress for each host."""
    names = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return x509.SubjectAlternativeName(names)


def key_usage(*wanted):
    """Return the keyUsage with those bits."""
    return x509.KeyUsage(**{usage: usage in wanted for usage in _KEY_USAGES})


def build(row, subject, public_key, period, issuer, hosts):
    """Return the signed certificate of a row.

    issuer is (certificate or None for a root that signs itself, private key).
    """
    certificate, key = issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if certificate is None else certificate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(period[0])
        .not_valid_after(period[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    if certificate is not None:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    for extension, is_critical in _extensions(row, hosts):
        builder = builder.add_extension(extension, critical=is_critical)
    return builder.sign(key, SHA256(), rsa_padding=pss() if row.is_pss else None)


def _extensions(row, hosts):
    """Return [(extension, whether it is critical)] as RFC 5280 §4.2.1 wants them."""
    if row.is_authority:
        if not row.is_ca:
            return [(x509.BasicConstraints(ca=False, path_length=None), True)]
        path_length = None if row.kind == ROOT else 0
        return [
            (x509.BasicConstraints(ca=True, path_length=path_length), True),
            (key_usage("key_cert_sign", "crl_sign"), True),
        ]
    bits = ["digital_signature"]
    made = [(x509.BasicConstraints(ca=False, path_length=None), True)]
    if row.kind == SERVER:
        bits.append("key_encipherment")  # the suites of TLS_RSA_WITH_
        if row.has_names:
            made.append((alternative_names(hosts), False))
    made.append((key_usage(*bits), True))
    made.append((x509.ExtendedKeyUsage([_USAGES[row.usage or row.kind]]), False))
    return made


def build_crl(revoked, issuer, now, days):
    """Return the signed CRL of an issuer (certificate, key) that lists `revoked`."""
    certificate, key = issuer
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(certificate.subject)
        .last_update(now - _DAY)
        .next_update(now + days * _DAY)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(identifier, critical=False)
    )
    for one in revoked:
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(one.serial_number)
            .revocation_date(now - _DAY)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        )
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key, SHA256())
