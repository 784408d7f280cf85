"""Signatures over the frozen bundle, for SignedUpdateFirmware: right ones and wrong ones.

They lie in signed/; the wrong ones are over other bytes. Errors: ArtefactError.
"""

import base64
import binascii
import contextlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256

from chargecore_tools.cert import documents
from chargecore_tools.cert.freeze.frozen import FIRMWARE
from chargecore_tools.pki import sign_firmware
from chargecore_tools.pki.keys import pss
from chargecore_tools.pki.signing import SCHEMES

SIGNED = "signed"


def sign_bundle(pki, freeze, folder):
    """Write the signatures of a freeze's bundle. Return their paths below folder."""
    if not freeze["bundle"]:
        return []  # a ROMFS image is not updated over OCPP
    data = documents.data_of(folder / FIRMWARE / freeze["bundle"])
    written = []
    for scheme in SCHEMES:
        for ending, signed in ((".sig.b64", data), (".bad.sig.b64", data[1:])):
            path = f"{SIGNED}/{freeze['bundle']}.{scheme}{ending}"
            documents.write_text(folder / path, sign_firmware(pki, signed, scheme).decode())
            written.append(path)
    return written


def faults_of_signatures(pki, freeze, folder):
    """Return which signatures are missing, or not what their name says."""
    if not freeze["bundle"]:
        return []
    data = documents.data_of(folder / FIRMWARE / freeze["bundle"])
    faults = []
    for scheme, kind in SCHEMES.items():
        key = pki[f"firmware-signing-{kind}"].certificate.public_key()
        for ending, is_meant in ((".sig.b64", True), (".bad.sig.b64", False)):
            path = folder / SIGNED / f"{freeze['bundle']}.{scheme}{ending}"
            if not path.is_file():
                faults.append(f"{SIGNED}/{path.name}: is missing")
            elif _is_good(key, scheme, path.read_bytes(), data) != is_meant:
                word = "does not fit the frozen bundle" if is_meant else "is right"
                faults.append(f"{SIGNED}/{path.name}: {word}")
    return faults


def _is_good(key, scheme, text, data):
    with contextlib.suppress(InvalidSignature, binascii.Error, ValueError):
        raw = base64.b64decode(text, validate=True)
        if scheme == "ecdsa":
            key.verify(raw, data, ec.ECDSA(SHA256()))
        else:
            key.verify(raw, data, pss() if scheme == "rsa-pss" else padding.PKCS1v15(), SHA256())
        return True
    return False
