"""PEM (RFC 7468): DER out of text with BEGIN and END lines, and back.

Called by: certificate messages, keystore, csr. Line ends and line lengths may be any, also none at
all; what stands outside of blocks, or in blocks with another label, is passed over.
Heap: the DER, and a copy of one block's text meanwhile.
"""

import binascii

from micropython import const

from chargecore.security.cert_error import CertError
from chargecore.security.whys import WHY_SYNTAX, WHY_TOO_LONG

PEM_MAX = const(5500)  # one block; InstallCertificate's certificate is no longer

_LINE = const(48)  # bytes of DER in a line of 64 characters


def blocks(text, label=b"CERTIFICATE", most=4):
    """Return the DER of every block with that label, in order: at least one, at most `most`.

    Errors: CertError(WHY_SYNTAX), CertError(WHY_TOO_LONG) for a block above PEM_MAX or too many.
    """
    text = bytes(text)
    begin = b"-----BEGIN " + label + b"-----"
    end = b"-----END " + label + b"-----"
    found = []
    at = text.find(begin)
    while at >= 0:
        stop = text.find(end, at)
        if stop < 0:
            raise CertError(WHY_SYNTAX)
        if stop + len(end) - at > PEM_MAX or len(found) == most:
            raise CertError(WHY_TOO_LONG)
        found.append(_decoded(text[at + len(begin) : stop]))
        at = text.find(begin, stop)
    if not found:
        raise CertError(WHY_SYNTAX)
    return found


def encode(der, label):
    """Return a PEM block of der, lines of 64 characters, with a line end behind the last."""
    out = [b"-----BEGIN " + label + b"-----\n"]
    for at in range(0, len(der), _LINE):
        out.append(binascii.b2a_base64(der[at : at + _LINE]))
    out.append(b"-----END " + label + b"-----\n")
    return b"".join(out)


def _decoded(text):
    """Return the bytes of base64 text with white space in it. Errors: CertError.

    The interpreters' decoders pass over what they do not know, be it foreign characters, padding
    or bits left over: only what encodes to the same text again was base64.
    """
    digits = b"".join(text.split())
    try:
        der = binascii.a2b_base64(digits)
    except ValueError:
        raise CertError(WHY_SYNTAX) from None
    if not der or binascii.b2a_base64(der).rstrip() != digits:
        raise CertError(WHY_SYNTAX)
    return der
