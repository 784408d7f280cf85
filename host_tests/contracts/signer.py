"""The promises of a signer written in firmware/chargecore/security, run on every signer and fake.

A rig has `signer` and fail(): from then on the next signature comes to nothing.
"""

import hashlib

from chargecore.security.cert_error import CertError
from chargecore.security.p256_key import P256Key
from chargecore.security.schemes import SCHEME_ECDSA
from chargecore.security.verifier import SignatureCheck
from fakes.step_through import run_steps

_STEPS_MOST = 2_000


def check_signer(case, make_rig):
    """Check every promise, each on a new rig."""
    _check_signs(case, make_rig())
    _check_begins_again(case, make_rig())
    _check_fails(case, make_rig())


def _is_good(signer, digest):
    check = SignatureCheck(signer.public_key, digest, signer.signature, SCHEME_ECDSA)
    return run_steps(check) == 1


def _check_signs(case, rig):
    signer = rig.signer
    case.assertIsInstance(signer.public_key, P256Key)
    case.assertEqual(signer.signature, b"")
    for text in (b"", b"an image", bytes(1_000)):
        digest = hashlib.sha256(text).digest()
        signer.begin(digest)
        case.assertEqual(signer.signature, b"")
        case.assertEqual(signer.step(), 0)  # no signer is done at once: step() is short
        case.assertEqual(signer.signature, b"")
        case.assertEqual(run_steps(signer, _STEPS_MOST), 1)
        case.assertTrue(_is_good(signer, digest))
        case.assertFalse(_is_good(signer, hashlib.sha256(b"another").digest()))
        before = signer.signature
        case.assertEqual(signer.step(), 1)
        case.assertEqual(signer.signature, before)


def _check_begins_again(case, rig):
    signer = rig.signer
    first, second = hashlib.sha256(b"1").digest(), hashlib.sha256(b"2").digest()
    signer.begin(first)
    signer.step()
    signer.begin(second)  # the first is forgotten
    run_steps(signer, _STEPS_MOST)
    case.assertTrue(_is_good(signer, second))
    signer.begin(first)
    case.assertEqual(signer.signature, b"")


def _check_fails(case, rig):
    signer = rig.signer
    rig.fail()
    signer.begin(bytes(32))
    with case.assertRaises(CertError):
        run_steps(signer, _STEPS_MOST)
    case.assertEqual(signer.signature, b"")
    for bad in (b"", bytes(31), bytes(33)):
        with case.assertRaises(CertError):
            signer.begin(bad)
