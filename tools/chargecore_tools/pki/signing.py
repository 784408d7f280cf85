"""What a lab does with its PKI: sign the CSR of a station, sign a firmware file."""

import base64
import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from chargecore_tools.pki.certificates import build
from chargecore_tools.pki.errors import PkiError
from chargecore_tools.pki.keys import pss
from chargecore_tools.pki.plan import CHARGE_POINT, CLIENT, ECDSA, RSA, Row

# Scheme of a signature -> the algorithm of the key that makes it.
SCHEMES = {"rsa-pss": RSA, "rsa-pkcs1": RSA, "ecdsa": ECDSA}


def sign_csr(pki, csr_pem, ca="cp-sub-ecdsa", days=365):
    """Return the certificate for a CSR and its intermediate, PEM: certificateChain of
    CertificateSigned. csr_pem: bytes or text. Errors: PkiError.
    """
    try:
        raw = csr_pem.encode() if isinstance(csr_pem, str) else csr_pem
        csr = x509.load_pem_x509_csr(raw)
        is_whole = csr.is_signature_valid
    except ValueError as error:
        raise PkiError(f"no CSR in PEM: {error}") from error
    if not is_whole:
        raise PkiError("the signature of the CSR is wrong")
    issuer = pki[ca]
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    day = datetime.timedelta(days=1)
    row = Row(CHARGE_POINT, "", CLIENT, "", ca, "")
    parent = issuer.certificate, issuer.key
    made = build(row, csr.subject, csr.public_key(), (now - day, now + days * day), parent, ())
    return made.public_bytes(Encoding.PEM) + (issuer.pem.read_bytes() if issuer.issuer else b"")


def sign_firmware(pki, data, scheme="ecdsa", signer=None):
    """Return the signature of SignedUpdateFirmware over a file's bytes, base64.

    scheme: one of SCHEMES; signer: name of the certificate whose key signs. Errors: PkiError.
    """
    if scheme not in SCHEMES:
        raise PkiError(f"{scheme}: must be one of {', '.join(SCHEMES)}")
    key = pki[signer or f"firmware-signing-{SCHEMES[scheme]}"].key
    return signature_of(data, key, scheme)


def load_signer(key_path, certificate_path=None):
    """Return (key, scheme) of a key file, PEM, whose certificate is the other file.

    Errors: OSError, PkiError: no such key, or not that certificate's.
    """
    try:
        key = load_pem_private_key(key_path.read_bytes(), None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise PkiError(f"{key_path}: no private key in PEM without a password") from error
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise PkiError(f"{key_path}: neither RSA nor ECDSA")
    if certificate_path is not None:
        try:
            certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        except ValueError as error:
            raise PkiError(f"{certificate_path}: no certificate in PEM") from error
        if certificate.public_key() != key.public_key():
            raise PkiError(f"{certificate_path}: not the certificate of {key_path}")
    return key, "rsa-pss" if isinstance(key, rsa.RSAPrivateKey) else "ecdsa"


def signature_of(data, key, scheme):
    """Return the signature over data, base64."""
    if isinstance(key, ec.EllipticCurvePrivateKey) != (scheme == "ecdsa"):
        raise PkiError(f"{scheme}: the key is of another kind")
    if scheme == "ecdsa":
        made = key.sign(data, ec.ECDSA(SHA256()))
    else:
        made = key.sign(data, pss() if scheme == "rsa-pss" else padding.PKCS1v15(), SHA256())
    return base64.b64encode(made)
