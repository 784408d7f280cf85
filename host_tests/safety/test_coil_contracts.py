"""Coils, the trip input and the contactor against their contracts; those of boards stand there."""

import unittest

from boards.host.sim_pin import SimPin
from chargecore.safety.coil_drive import CoilDrive
from chargecore.safety.rcd import Rcd
from contracts.coil import check_coil, check_contactor
from contracts.rcd import check_rcd
from fakes.coil_pwm import CoilPwm
from fakes.coil_rig import CoilRig


class PinRig(CoilRig):
    def make_coil(self):
        return SimPin(1, 1, 0)  # on, as a soft reset may leave it

    def is_on(self):
        return self.coil.level == 1


class DriveRig(CoilRig):
    def make_coil(self):
        self._pwm = CoilPwm(self.clock)
        return CoilDrive(self._pwm)

    def is_on(self):
        return self._pwm.duty > 0


class PlainTripRig:
    """A contact, 1 = healthy."""

    def __init__(self):
        self._pin = SimPin(1, 1)
        self.rcd = Rcd(self._pin)

    def trip(self, is_tripped):
        self._pin.level = 0 if is_tripped else 1


class CoilContractTest(unittest.TestCase):
    def test_keeps_the_contract_when_a_pin(self):
        check_coil(self, PinRig)

    def test_keeps_the_contract_when_a_drive(self):
        check_coil(self, DriveRig)


class ContactorContractTest(unittest.TestCase):
    def test_keeps_the_contract_on_a_pin(self):
        check_contactor(self, PinRig)

    def test_keeps_the_contract_on_a_drive(self):
        check_contactor(self, DriveRig)


class RcdContractTest(unittest.TestCase):
    def test_keeps_the_contract_on_a_contact(self):
        check_rcd(self, PlainTripRig)
