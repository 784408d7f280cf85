"""Every signer against the contract, and a request signed by one whose key nobody can read."""

import hashlib
import unittest

from chargecore.security import pem
from chargecore.security.csr import CsrMaker
from chargecore.security.key_maker import KeyMaker
from chargecore.security.signer import Signer
from contracts.signer import check_signer
from fakes.secure_element import FakeSecureElement
from fakes.step_through import run_steps


def random_bytes(count):
    """Return bytes that look random and are the same every time."""
    return hashlib.sha256(bytes(count)).digest()


class SoftwareRig:
    """Signer with a new key; a bit of its memory tips over when it is to fail."""

    def __init__(self):
        maker = KeyMaker(random_bytes)
        run_steps(maker)
        self.signer = Signer(maker.private, maker.public_key)
        self._begin = self.signer.begin

    def fail(self):
        self.signer.begin = self._begin_badly

    def _begin_badly(self, digest):
        self._begin(digest)
        x, y, z = self.signer._point._point
        self.signer._point._point = (x ^ 2, y, z)


class SecureElementRig:
    """The chip that a test has."""

    def __init__(self):
        self.signer = FakeSecureElement()

    def fail(self):
        self.signer.is_broken = True


class TestSignerContract(unittest.TestCase):
    def test_software_signer_keeps_the_contract(self):
        check_signer(self, SoftwareRig)

    def test_secure_element_keeps_the_contract(self):
        check_signer(self, SecureElementRig)

    def test_a_secure_element_signs_a_request(self):
        chip = FakeSecureElement()
        maker = CsrMaker(chip, b"Lab", b"CP001")

        run_steps(maker)

        der = pem.blocks(maker.pem, b"CERTIFICATE REQUEST")[0]
        self.assertTrue(chip.public_key.bits in der)
        self.assertTrue(der.endswith(chip.signature))
