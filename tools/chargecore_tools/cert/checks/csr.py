"""The certificate signing request of a station."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from chargecore_tools.cert.errors import Failed

RSA_BITS, EC_BITS = 2048, 224  # whitepaper edition 3, A00.FR.501, .502


class Csr:
    """PEM, signed by its own key, long enough; O is the operator, CN the serial number."""

    name = "csr"
    fields = ("csr",)

    @staticmethod
    def run(lab, csr):
        """Judge the csr of a SignCertificate.req."""
        try:
            request = x509.load_pem_x509_csr(csr.encode())
            is_whole = request.is_signature_valid
        except (ValueError, TypeError) as error:
            raise Failed(f"csr is no PEM of a PKCS #10 request: {error}", "certificate") from error
        if not is_whole:
            raise Failed("csr: its signature is wrong", "certificate")
        judge_key(request.public_key(), "csr")
        judge_subject(
            lab,
            _text(request, NameOID.ORGANIZATION_NAME),
            _text(request, NameOID.COMMON_NAME),
            "csr",
        )


def judge_key(key, what):
    """Look whether a public key is long enough. Errors: Failed."""
    if isinstance(key, rsa.RSAPublicKey):
        least = RSA_BITS
    elif isinstance(key, ec.EllipticCurvePublicKey):
        least = EC_BITS
    else:
        raise Failed(f"{what}: its key is neither RSA nor elliptic", "certificate")
    if key.key_size < least:
        raise Failed(f"{what}: its key has {key.key_size} bits, {least} are needed", "certificate")


def judge_subject(lab, owner, name, what):
    """Look whether O is the operator and CN has the serial number. Errors: Failed."""
    cpo = lab.settings.cpo_name
    if cpo and cpo not in owner:
        raise Failed(f"{what}: O is '{owner}', CpoName is '{cpo}'", "certificate")
    boot = lab.station.boot
    serials = [
        boot[key] for key in ("chargePointSerialNumber", "chargeBoxSerialNumber") if key in boot
    ]
    serials = serials or [lab.pki.serial]
    if not any(serial in name for serial in serials):
        raise Failed(f"{what}: CN is '{name}', the serial number is {serials[0]}", "certificate")


def _text(request, oid):
    parts = request.subject.get_attributes_for_oid(oid)
    return parts[0].value if parts else ""
