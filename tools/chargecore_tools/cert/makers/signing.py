"""What the lab signs: the CSR of a station, a firmware file."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from chargecore_tools.cert.errors import CertError, Failed
from chargecore_tools.cert.makers.certificate import sample_of
from chargecore_tools.pki import PkiError, sign_csr, sign_firmware

_SIGNER = "firmware-signing-{key}"


class SignedChain:
    """The certificate for a CSR, with the chain of the CA that signed it."""

    name = "signed_chain"
    fields = ("csr", "ca")

    @staticmethod
    def run(lab, csr, ca):
        """Return certificateChain, PEM. Errors: Failed when the CSR is none."""
        try:
            return sign_csr(lab.pki, csr, sample_of(lab, ca).name).decode("ascii")
        except PkiError as error:
            raise Failed(f"csr: {error}", "certificate") from error


class FirmwareSignature:
    """The signature over a file that is offered; `is_wrong`: over something else."""

    name = "firmware_signature"
    fields = ("file", "is_wrong")

    @staticmethod
    def run(lab, file, is_wrong=False):
        """Return it in base64: that of lab.yaml if it names one, else made with the PKI's key."""
        signer = sample_of(lab, _SIGNER)
        scheme = "ecdsa" if isinstance(signer.key, ec.EllipticCurvePrivateKey) else "rsa-pss"
        if is_wrong:
            return sign_firmware(lab.pki, b"another file", scheme, signer.name).decode("ascii")
        path = lab.settings.firmware_signature
        try:
            if path:
                return Path(path).read_text(encoding="ascii").strip()
            data = lab.files.path(file).read_bytes()
        except (OSError, UnicodeError) as error:
            raise CertError(f"firmware_signature {path or file}: {error}") from error
        return sign_firmware(lab.pki, data, scheme, signer.name).decode("ascii")
