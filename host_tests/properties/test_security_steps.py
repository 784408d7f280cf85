"""No step of a signature does more than it may, and no certificate takes too long to be read.

The moduli are replaced by ones that count how often something is taken modulo them, twice where it
is a product of three. How long the longest step takes is measured by `make figures`.
A line of bytecode takes some 5 us on an RP2040, whose stack ends at 28 frames (design.md §3).
"""

import hashlib
import sys
from random import Random

import pytest

from chargecore.security import base_point, ecdsa, key_maker, nonce, p256, signer
from chargecore.security.cert_error import CertError
from chargecore.security.chain import CLIENT_AUTH, ChainCheck
from chargecore.security.csr import CsrMaker
from chargecore.security.p256_key import P256Key
from chargecore.security.verifier import SignatureCheck
from chargecore.security.x509 import Certificate
from fakes.cert_maker import (
    OID,
    SEQUENCE,
    SET,
    UTF8,
    CertMaker,
    LabKey,
    basic_constraints,
    element,
    extended_usage,
    extension,
    key_usage,
)
from fakes.rsa_lab import LabRsaKey
from fakes.step_counter import StepCounter

_MOST = 45  # of P-256 in one step
_LONG_OID = b"\x2a" + b"\x81\x80\x80\x00" * 7  # as costly as 32 bytes can be
_LAB = [LabKey(i + (i == 0)) for i in range(10)]  # made before anything is counted
_MODULES = (p256, ecdsa, base_point, signer, nonce, key_maker)


class _Modulus(int):
    """A number that counts what is taken modulo it."""

    count = 0

    def __rmod__(self, other):
        bits = self.bit_length()
        assert other.bit_length() <= 3 * bits + 8
        _Modulus.count += 1 if other.bit_length() <= 2 * bits + 8 else 2
        return int(other) % int(self)


@pytest.fixture
def counted(monkeypatch):
    """Let P and N count."""
    for module in _MODULES:
        for name in ("P", "N"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, _Modulus(getattr(module, name)))
    _Modulus.count = 0


def _steps(work, result=1):
    """Return the count of every step."""
    counts = []
    for _ in range(1_000):
        before = _Modulus.count
        found = work.step()
        counts.append(_Modulus.count - before)
        if found:
            assert found == result
            return counts
    raise AssertionError("no end")


def test_a_step_of_rsa_is_one_multiplication():
    for bit_count in (2048, 2049):
        key = LabRsaKey(bit_count)
        key.public_key.n = _Modulus(key.public_key.n)
        digest = hashlib.sha256(b"an image").digest()
        for signature, result in (
            (key.sign(digest), 1),
            (key.sign_pss(digest), 1),
            (bytes(key.length - 1) + b"\x02", -1),
        ):
            check = SignatureCheck(key.public_key, digest, signature)

            assert _steps(check, result) == [1] * 17 + [0]


def test_steps_of_a_check_on_p256_are_small(counted):
    dice = Random(8)
    key = P256Key(_LAB[5].bits)
    for _ in range(20):
        digest = dice.randbytes(32)
        for signature, result in ((_LAB[5].sign(digest), 1), (_LAB[6].sign(digest), -1)):
            before = _Modulus.count
            check = SignatureCheck(key, digest, signature)
            assert _Modulus.count - before <= _MOST

            counts = _steps(check, result)

            assert max(counts) <= _MOST
            assert 100 < len(counts) < 160


def test_steps_of_a_signature_are_small_and_the_same_for_every_key(counted):
    dice = Random(9)
    seen = set()
    edges = [1, 2, 3, int(p256.N) - 1, int(p256.N) - 2, 1 << 255]
    for number in edges + [dice.randrange(1, p256.N) for _ in range(20)]:
        one = signer.Signer(number.to_bytes(32, "big"), None)
        for digest in (bytes(32), b"\xff" * 32, dice.randbytes(32)):
            before = _Modulus.count
            one.begin(digest)
            begun = _Modulus.count - before

            counts = (begun, *_steps(one))

            seen.add(counts)
            assert max(counts) <= _MOST
    assert len(seen) == 1


def test_steps_of_new_keys_and_requests_are_small(counted):
    dice = Random(10)
    seen = set()
    for _ in range(10):
        maker = key_maker.KeyMaker(dice.randbytes)
        seen.add(tuple(_steps(maker)))
        one = signer.Signer(maker.private, maker.public_key)
        assert max(_steps(CsrMaker(one, b"Lab", b"CP001"))) <= _MOST
    assert len(seen) == 1
    assert max(seen.pop()) <= _MOST


def test_steps_of_a_chain_are_those_of_its_signatures(counted):
    root_key, sub_key = _LAB[2], _LAB[3]
    root = Certificate(CertMaker(b"Root", b"Root", root_key, root_key).as_ca().der())
    sub = Certificate(CertMaker(b"Sub", b"Root", sub_key, root_key).as_ca().der())
    leaf = Certificate(CertMaker(b"CP001", b"Sub", _LAB[4], sub_key).der())
    same_name = Certificate(CertMaker(b"Root", b"Root", _LAB[9], _LAB[9]).as_ca().der())

    counts = _steps(ChainCheck([leaf, sub], [root, same_name], 80_000_000, CLIENT_AUTH))

    assert max(counts) <= _MOST
    with pytest.raises(CertError):
        _steps(ChainCheck([leaf, sub], [same_name] * 4, 80_000_000, CLIENT_AUTH))


def _worst_certificate():
    """Return a certificate in which there is as much of everything as it may have."""
    part = element(SET, element(SEQUENCE, element(OID, _LONG_OID), element(UTF8, b"a" * 20)))
    maker = CertMaker()
    maker.issuer = maker.subject = element(SEQUENCE, *[part] * 16)
    maker.extensions = [basic_constraints(True, 1), key_usage(0x61)]
    maker.extensions.append(extended_usage(*[_LONG_OID] * 16))
    maker.extensions += [extension(100 + i, b"", False) for i in range(21)]
    return maker.der()


def _plain_certificate():
    maker = CertMaker()
    maker.extensions = [basic_constraints(False), key_usage(1), extended_usage(b"\x2a\x03")]
    return maker.der()


def test_a_certificate_is_read_in_a_bounded_time():
    counter = StepCounter()
    for der, most in ((_plain_certificate(), 1_300), (_worst_certificate(), 7_500)):
        with counter:
            Certificate(der)

        assert most // 2 < counter.lines <= most


@pytest.mark.parametrize("what", ("names", "purposes", "extensions", "one OID"))
def test_a_certificate_with_more_than_it_may_have_takes_no_longer(what):
    part = element(SET, element(SEQUENCE, element(OID, b"\x55\x04\x0b"), element(UTF8, b"a")))
    maker = CertMaker()
    if what == "names":
        maker.subject = element(SEQUENCE, *[part] * 250)
    elif what == "purposes":
        maker.extensions = [extended_usage(*[_LONG_OID] * 100)]
    elif what == "extensions":
        maker.extensions = [extension(i, b"", False) for i in range(200)]
    else:
        maker.extensions = [extended_usage(b"\x2a" + b"\x81\x80\x80\x00" * 900)]
    der = maker.der()
    counter = StepCounter()

    with counter, pytest.raises(CertError):
        Certificate(der)

    assert len(der) > 2_000
    assert counter.lines < 4_000


def _frames_of(act):
    """Return how many calls deep it goes."""
    depth, most = 0, 0

    def watch(frame, event, arg):
        nonlocal depth, most
        if event == "call":
            depth += 1
            most = max(most, depth)
        elif event == "return":
            depth -= 1

    sys.setprofile(watch)
    try:
        act()
    finally:
        sys.setprofile(None)
    return most


def test_nothing_calls_deeper_than_a_small_stack_allows():
    key = LabRsaKey()
    digest = bytes(32)
    works = [
        SignatureCheck(key.public_key, digest, key.sign_pss(digest)),
        SignatureCheck(P256Key(_LAB[5].bits), digest, _LAB[5].sign(digest)),
        CsrMaker(signer.Signer(bytes(31) + b"\x05", P256Key(_LAB[5].bits)), b"Lab", b"CP001"),
    ]
    worst = _worst_certificate()

    assert _frames_of(lambda: Certificate(worst)) <= 13
    for work in works:
        assert _frames_of(lambda work=work: _steps(work)) <= 13
