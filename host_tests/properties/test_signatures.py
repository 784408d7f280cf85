"""Signatures, good and bent: the same verdict as OpenSSL's, through `cryptography`, every time.

1,200 of the 2,000 inputs that are compared in all; the others are in test_certificates.py. Keys
and inputs are the same in every run but for the key of 3072 bits.
"""

import functools
import hashlib
from random import Random

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from chargecore.security.csr import CsrMaker
from chargecore.security.key_maker import KeyMaker, sec1_der
from chargecore.security.p256 import N
from chargecore.security.p256_key import P256Key
from chargecore.security.rsa_key import rsa_key
from chargecore.security.schemes import SCHEME_ECDSA, SCHEME_PKCS1, SCHEME_PSS
from chargecore.security.signer import Signer
from chargecore.security.verifier import SignatureCheck
from fakes.rsa_lab import DIGEST_INFO, LabRsaKey
from fakes.step_through import run_steps

SHA256 = hashes.SHA256()
_ECDSA_INPUTS, _RSA_INPUTS, _SIGNED = 700, 500, 60


def _point(key):
    kind = serialization.PublicFormat.UncompressedPoint
    return key.public_bytes(serialization.Encoding.X962, kind)


def _is_good(key, signature, message, *how):
    """Return what OpenSSL says."""
    try:
        key.verify(signature, message, *how)
    except InvalidSignature:
        return False
    return True


def _flip(dice, data):
    at = dice.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << dice.randrange(8),)) + data[at + 1 :]


# What may be done to the DER of (r, s).
def _numbers(change):
    def bend(dice, signature):
        r, s = change(*decode_dss_signature(signature))
        return encode_dss_signature(r, s)

    return bend


def _negative_r(dice, signature):
    """Leave out the sign byte of r, or turn its sign bit on where it has none."""
    if signature[4]:
        return signature[:4] + bytes((signature[4] | 0x80,)) + signature[5:]
    return bytes((0x30, signature[1] - 1, 2, signature[3] - 1)) + signature[5:]


_ECDSA_BENDS = {
    "flipped": _flip,
    "trailing": lambda dice, one: one + b"\x00",
    "truncated": lambda dice, one: one[: dice.randrange(len(one))],
    "long length": lambda dice, one: b"\x30\x81" + one[1:],
    "indefinite": lambda dice, one: b"\x30\x80" + one[2:] + b"\x00\x00",
    "padded r": lambda dice, one: bytes((0x30, one[1] + 1, 2, one[3] + 1, 0)) + one[4:],
    "swapped": _numbers(lambda r, s: (s, r)),
    "mirrored": _numbers(lambda r, s: (r, N - s)),
    "r + n": _numbers(lambda r, s: (r + N, s)),
    "s + n": _numbers(lambda r, s: (r, s + N)),
    "r 0": _numbers(lambda r, s: (0, s)),
    "s 0": _numbers(lambda r, s: (r, 0)),
    "s n": _numbers(lambda r, s: (r, N)),
    "negative r": _negative_r,
}


def test_ecdsa_gives_the_verdict_of_openssl():
    dice = Random(1)
    keys = [ec.derive_private_key(dice.randrange(1, N), ec.SECP256R1()) for _ in range(12)]
    how = ec.ECDSA(SHA256, deterministic_signing=True)
    verdicts = {True: 0, False: 0}
    for i in range(_ECDSA_INPUTS):
        key, message = dice.choice(keys), dice.randbytes(dice.randrange(80))
        signature, public = key.sign(message, how), key.public_key()
        bend = "none"
        if i % 5 == 1:
            message = _flip(dice, message + b"x")
        elif i % 5 == 2:
            public = dice.choice(keys).public_key()
        elif i % 5 > 2:
            bend = dice.choice(sorted(_ECDSA_BENDS))
            signature = _ECDSA_BENDS[bend](dice, signature)

        digest = hashlib.sha256(message).digest()
        check = SignatureCheck(P256Key(_point(public)), digest, signature, SCHEME_ECDSA)
        ours = run_steps(check) > 0

        theirs = _is_good(public, signature, message, ec.ECDSA(SHA256))
        assert ours == theirs, (bend, signature.hex(), message.hex())
        verdicts[ours] += 1
    assert verdicts[True] > 150 and verdicts[False] > 400, verdicts


class _RsaRig:
    """One key, as both sides know it."""

    def __init__(self, private):
        self.private = private
        self._numbers = private.private_numbers()
        self.n = self._numbers.public_numbers.n
        self.length = (self.n.bit_length() + 7) // 8
        kind = serialization.PublicFormat.PKCS1
        self.public = private.public_key()
        self.ours = rsa_key(self.public.public_bytes(serialization.Encoding.DER, kind))

    def power(self, encoded):
        number, own = int.from_bytes(encoded, "big") % self.n, self._numbers
        one, two = pow(number, own.dmp1, own.p), pow(number, own.dmq1, own.q)
        return (two + (one - two) * own.iqmp % own.p * own.q).to_bytes(self.length, "big")

    def raw_pkcs1(self, tail):
        fill = b"\xff" * (self.length - len(tail) - 3)
        return self.power(b"\x00\x01" + fill + b"\x00" + tail)


@functools.cache
def _rsa_rigs():
    rigs = []
    for bit_count in (2048, 2049):
        lab = LabRsaKey(bit_count)
        p, q = lab.p, lab.q
        d = pow(65537, -1, (p - 1) * (q - 1))
        parts = (d % (p - 1), d % (q - 1), pow(q, -1, p))
        numbers = rsa.RSAPrivateNumbers(p, q, d, *parts, rsa.RSAPublicNumbers(65537, lab.n))
        rigs.append(_RsaRig(numbers.private_key()))
    rigs.append(_RsaRig(rsa.generate_private_key(65537, 3072)))
    return rigs


def _pss(salt_len, mgf_hash=SHA256):
    return padding.PSS(padding.MGF1(mgf_hash), salt_len)


def _sign_rsa(dice, rig, message):
    """Return a signature in some way, most of them good ones."""
    kind = dice.randrange(12)
    digest = hashlib.sha256(message).digest()
    if kind < 3:
        return rig.private.sign(message, padding.PKCS1v15(), SHA256)
    if kind < 7:
        return rig.private.sign(message, _pss(dice.choice((0, 1, 20, 32, 64, 221))), SHA256)
    if kind == 7:
        return rig.private.sign(message, _pss(32, hashes.SHA384()), SHA256)
    if kind == 8:
        return rig.private.sign(message, padding.PKCS1v15(), hashes.SHA512())
    if kind == 9:
        return rig.raw_pkcs1(DIGEST_INFO[:-1] + bytes((dice.randrange(256),)) + digest)
    if kind == 10:
        return rig.raw_pkcs1(DIGEST_INFO + digest + dice.randbytes(dice.randrange(1, 100)))
    return rig.power(dice.randbytes(rig.length))


_RSA_BENDS = (
    _flip,
    lambda dice, one: one[:-1],
    lambda dice, one: one + b"\x00",
    lambda dice, one: b"\x00" + one,
    lambda dice, one: b"\x00" + one[1:],
    lambda dice, one: b"\xff" * len(one),
    lambda dice, one: bytes(len(one)),
)


@pytest.mark.parametrize("scheme", (SCHEME_PKCS1, SCHEME_PSS), ids=("pkcs1", "pss"))
def test_rsa_gives_the_verdict_of_openssl(scheme):
    dice = Random(2)
    how = padding.PKCS1v15() if scheme == SCHEME_PKCS1 else _pss(padding.PSS.AUTO)
    verdicts = {True: 0, False: 0}
    for i in range(_RSA_INPUTS // 2):
        rig, message = dice.choice(_rsa_rigs()), dice.randbytes(dice.randrange(80))
        signature = _sign_rsa(dice, rig, message)
        if i % 3 == 1:
            message = dice.choice((message, message + b"x"))
            rig = dice.choice(_rsa_rigs())
        elif i % 3 == 2:
            signature = dice.choice(_RSA_BENDS)(dice, signature)

        digest = hashlib.sha256(message).digest()
        ours = run_steps(SignatureCheck(rig.ours, digest, signature, scheme)) > 0

        theirs = _is_good(rig.public, signature, message, how, SHA256)
        assert ours == theirs, (rig.length, signature.hex(), message.hex())
        either = run_steps(SignatureCheck(rig.ours, digest, signature)) > 0
        assert either or not ours
        verdicts[ours] += 1
    assert verdicts[True] > 20 and verdicts[False] > 100, verdicts


def test_signs_as_openssl_does_with_the_same_nonce():
    dice = Random(3)
    how = ec.ECDSA(SHA256, deterministic_signing=True)
    for _ in range(_SIGNED):
        maker = KeyMaker(dice.randbytes)
        run_steps(maker)
        message = dice.randbytes(50)
        signer = Signer(maker.private, maker.public_key)
        signer.begin(hashlib.sha256(message).digest())

        run_steps(signer)

        der = sec1_der(maker.private, maker.public_key)
        theirs = serialization.load_der_private_key(der, None)  # checks that the halves match
        assert _point(theirs.public_key()) == maker.public_key.bits
        assert theirs.sign(message, how) == signer.signature


def test_requests_are_read_by_openssl():
    dice = Random(4)
    maker = KeyMaker(dice.randbytes)
    run_steps(maker)
    signer = Signer(maker.private, maker.public_key)
    for organization, common_name in (("Lab", "CP001"), ("Gesellschaft für Strom", "Ü" * 32)):
        csr = CsrMaker(signer, organization.encode(), common_name.encode())
        run_steps(csr)

        theirs = x509.load_pem_x509_csr(csr.pem)

        assert theirs.is_signature_valid
        assert theirs.signature_hash_algorithm.name == "sha256"
        assert _point(theirs.public_key()) == maker.public_key.bits
        names = [(one.oid.dotted_string, one.value) for one in theirs.subject]
        assert names == [("2.5.4.10", organization), ("2.5.4.3", common_name)]
        assert list(theirs.extensions) == []
