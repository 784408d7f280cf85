"""How the station came: TLS version and suites, and the certificate that it showed."""

from cryptography import x509

from chargecore_tools.cert.checks.csr import judge_key, judge_subject
from chargecore_tools.cert.errors import Failed

_VERSIONS = ("TLSv1.2", "TLSv1.3")
# Whitepaper edition 3, A00.FR.318: a station supports at least one of these pairs, both of it.
_PAIRS = (
    ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    ("AES128-GCM-SHA256", "AES256-GCM-SHA384"),
)


class TlsConnection:
    """TLS 1.2 or later, a pair of suites; in profile 3 a certificate of the station (`chain`)."""

    name = "tls_connection"
    fields = ("chain",)

    @staticmethod
    def run(lab, chain=None):
        """Judge the newest connection."""
        facts = lab.server.station(lab.settings.identity).tls
        if facts is None:
            raise Failed("the connection has no TLS", "TLS")
        if facts.version not in _VERSIONS:
            raise Failed(f"the connection has {facts.version}", "TLS")
        if facts.version == "TLSv1.2" and not any(
            set(pair) <= set(facts.offered) for pair in _PAIRS
        ):
            raise Failed(
                f"suites offered: {', '.join(facts.offered)}: no pair of A00.FR.318", "TLS"
            )
        if lab.station.security_profile < 3:
            return
        if not facts.der:
            raise Failed("the station has shown no certificate", "TLS")
        shown = x509.load_der_x509_certificate(facts.der)
        judge_key(shown.public_key(), "client certificate")
        subject = facts.subject
        owner, name = subject.get("organizationName", ""), subject.get("commonName", "")
        judge_subject(lab, owner, name, "client certificate")
        if chain is not None and shown != x509.load_pem_x509_certificate(chain.encode()):
            raise Failed("the station has shown another certificate than the new one", "TLS")
