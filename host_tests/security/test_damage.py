"""Damaged certificates, keys, signatures and PEM on both interpreters: read, or refused.

More of it, and any bytes at all, in properties/test_security_bytes.py; that is CPython alone.
"""

import unittest

from chargecore.security import pem
from chargecore.security.cert_error import CertError
from chargecore.security.p256_key import P256Key
from chargecore.security.rsa_key import rsa_key
from chargecore.security.verifier import SignatureCheck
from chargecore.security.whys import text_of
from chargecore.security.x509 import Certificate
from fakes.cert_maker import CertMaker, LabKey, basic_constraints, extended_usage, key_usage
from fakes.dice import Dice
from fakes.rsa_lab import LabRsaKey
from fakes.step_through import run_steps

DIGEST = bytes(range(32))


def damaged(dice, data):
    """Return data with one to three bytes changed, left out or put in, or cut short."""
    data = bytearray(data)
    for _ in range(1 + dice.below(3)):
        at = dice.below(len(data))
        kind = dice.pick((0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4))  # a cut is rare
        if kind == 0:
            data[at] ^= 1 << dice.below(8)
        elif kind == 1:
            data[at] = dice.below(256)
        elif kind == 2:
            data = data[:at] + data[at + 1 :]
        elif kind == 3:
            data = data[:at] + bytes((dice.below(256),)) + data[at:]
        else:
            data = data[: len(data) - dice.below(len(data))]
    return bytes(data)


class TestDamage(unittest.TestCase):
    def _takes(self, act, data):
        """Return whether act takes the data; it may refuse it with a CertError."""
        try:
            act(data)
        except CertError as error:
            self.assertTrue(text_of(error.why) != b"unknown")
            return False
        return True

    def _count(self, act, samples, rounds, seed):
        """Return how many damaged samples were taken."""
        dice = Dice(seed)
        return sum([self._takes(act, damaged(dice, dice.pick(samples))) for _ in range(rounds)])

    def test_certificates_are_read_or_refused(self):
        plain, full = CertMaker(), CertMaker(b"Root", b"Root", LabRsaKey(), LabRsaKey()).as_ca(1)
        plain.extensions = [basic_constraints(False), key_usage(1), extended_usage(b"\x2a\x03")]

        taken = self._count(Certificate, (plain.der(), full.der()), 1_500, 1)

        self.assertTrue(100 < taken < 1_000)

    def test_keys_are_read_or_refused(self):
        self.assertTrue(self._count(P256Key, (LabKey(2).bits,), 300, 2) < 5)
        self.assertTrue(self._count(rsa_key, (LabRsaKey().key_bits,), 300, 3) < 200)

    def test_pem_is_read_or_refused(self):
        text = pem.encode(CertMaker().der(), b"CERTIFICATE")

        taken = self._count(pem.blocks, (text, text * 2), 600, 4)

        self.assertTrue(50 < taken < 500)

    def test_signatures_are_refused(self):
        dice = Dice(5)
        ec, rsa = LabKey(2), LabRsaKey()
        keys = P256Key(ec.bits), rsa.public_key
        for i in range(60):
            good = ec.sign(DIGEST) if i & 1 else rsa.sign_pss(DIGEST)
            bad = damaged(dice, good)
            while bad == good:
                bad = damaged(dice, good)
            for key in keys:
                self.assertEqual(run_steps(SignatureCheck(key, DIGEST, bad)), -1)
