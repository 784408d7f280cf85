"""Private keys of the lab PKI: made, written in the forms that servers and stations read."""

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from chargecore_tools.pki.plan import ECDSA, RSA, WEAK

_RSA_BITS = {RSA: 2048, WEAK: 1024}


def make_key(algorithm):
    """Return a fresh private key."""
    if algorithm == ECDSA:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, _RSA_BITS[algorithm])


def pem_of(key):
    """Return the key as PEM (PKCS #8), for servers and openssl."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def der_of(key):
    """Return the key as DER, SEC 1 or PKCS #1: what tls.load_cert_chain of MicroPython reads."""
    return key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def pss():
    """Return RSA-PSS as certificates and firmware use it: SHA-256, salt as long as the hash."""
    return padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)
