"""TLS of the reference server: its context, and what a finished handshake tells.

Source: security whitepaper edition 3, A00.FR.312 (TLS 1.2 or above), A00.FR.317 (the suites a
server offers; both kinds of certificate at once), A00.FR.403 (client certificates).
"""

import ssl
from dataclasses import dataclass, field

from chargecore_tools.csms.rules import RulesError

# The four of A00.FR.317, and RSA with forward secrecy, which a station may prefer.
CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:"
    "AES128-GCM-SHA256:AES256-GCM-SHA384"
)


@dataclass
class TlsFacts:
    """Of one connection: version and suite, and what the client's certificate says."""

    version: str
    cipher: str
    subject: dict = field(default_factory=dict)  # {"commonName": ..., ...}, {} = none was sent
    serial_number: int = 0
    der: bytes = b""  # the client's certificate, b"" = none was sent
    offered: tuple = ()  # suites of the client that this server knows, OpenSSL's names

    def text(self):
        """Return it in words."""
        words = f"{self.version} {self.cipher}"
        if not self.subject:
            return words
        name = self.subject.get("commonName", "")
        owner = self.subject.get("organizationName", "")
        return f"{words}, client certificate CN={name} O={owner}"


def server_context(certs, keys, client_ca=None):
    """Return the ssl.SSLContext of a server: one pair of files for RSA, one for ECDSA, or both.

    client_ca: PEM file of roots; with it every client must show a certificate. Errors: RulesError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    for cert, key in zip(certs, keys, strict=True):
        # The empty password is for nothing but that an encrypted key asks nobody for one.
        _load(f"{cert} with key {key}", context.load_cert_chain, cert, key, "")
    if client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        _load(client_ca, context.load_verify_locations, client_ca)
    return context


def _load(what, load, *arguments):
    """Call load(). Errors: RulesError that says what could not be loaded."""
    try:
        load(*arguments)
    except ssl.SSLError as error:
        raise RulesError(f"{what}: {_reason(error) or 'cannot be used'}") from error
    except OSError as error:
        raise RulesError(f"{what}: {error.strerror}") from error


def facts_of(transport):
    """Return the TlsFacts of a connection, None when it has no TLS."""
    stream = transport.get_extra_info("ssl_object")
    if stream is None:
        return None
    certificate = stream.getpeercert() or {}
    subject = {name: value for rdn in certificate.get("subject", ()) for name, value in rdn}
    serial_number = int(certificate.get("serialNumber", "0"), 16)
    offered = tuple(row[0] for row in stream.shared_ciphers() or ())
    der = stream.getpeercert(binary_form=True) or b""
    return TlsFacts(stream.version(), stream.cipher()[0], subject, serial_number, der, offered)


def refusal_of(error):
    """Return (who ended the handshake, why) in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "server", f"client certificate: {error.verify_message}"
    reason = _reason(error)
    if reason.startswith("tlsv1 alert ") or reason.startswith("sslv3 alert "):
        return "station", reason.partition(" alert ")[2]
    if reason == "unexpected eof while reading" or isinstance(error, ConnectionResetError):
        return "station", "hung up in the middle of the handshake"
    if reason == "http request":
        return "server", "no TLS: ws:// where wss:// is needed"
    if isinstance(error, ssl.SSLError) and reason:
        return "server", reason
    return "server", str(error) or type(error).__name__


def _reason(error):
    """Return OpenSSL's reason in small letters: "no shared cipher"; "" when it has none."""
    return (getattr(error, "reason", None) or "").replace("_", " ").lower()
