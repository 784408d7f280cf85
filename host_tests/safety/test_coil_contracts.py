"""Every coil, every trip input and the contactor on each of them against their contracts."""

import unittest

from boards.host.sim_pin import SimPin
from boards.rp2.coil_guard import CoilGuard
from boards.rp2.guarded_trip import GuardedTrip
from chargecore.base.event_log import EventLog
from chargecore.safety.coil_drive import CoilDrive
from chargecore.safety.contactor import Contactor
from chargecore.safety.rcd import Rcd
from contracts.coil import check_coil, check_contactor
from contracts.rcd import check_rcd
from fakes.clock import FakeClock
from fakes.coil_pwm import CoilPwm
from fakes.rp2_machine import FakeFlags, FakeInput, FakeMachine

_FLAG_AT = 0x50200030


class CoilRig:
    """A contactor on a coil; a subclass makes `coil`."""

    def __init__(self):
        self.clock = FakeClock()
        self.coil = self.make_coil()
        self._feedback_pin = SimPin(2, 0)
        events = EventLog(self.clock, 64)
        self.contactor = Contactor(self.coil, self._feedback_pin, self.clock, events, 1)

    def feedback(self, level):
        self._feedback_pin.level = level

    def pass_step(self):
        self.clock.advance_ms(20)
        self.feedback(1 if self.is_on() else 0)
        self.contactor.step(self.clock.ticks_ms())


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


class GuardRig(CoilRig):
    def make_coil(self):
        self._machine = FakeMachine()
        flags = FakeFlags(_FLAG_AT)
        return CoilGuard(self._machine, FakeInput(), flags, _FLAG_AT, 1, 29_999)

    def is_on(self):
        """The program: the newest word says how long it is on."""
        return bool(self._machine.history) and self._machine.history[-1] > 0

    def pass_step(self):
        CoilRig.pass_step(self)
        self._machine.take()
        self.coil.feed()


class PlainTripRig:
    """A contact, 1 = healthy."""

    def __init__(self):
        self._pin = SimPin(1, 1)
        self.rcd = Rcd(self._pin)

    def trip(self, is_tripped):
        self._pin.level = 0 if is_tripped else 1


class GuardedTripRig:
    """The same contact, which a PIO program watches, too."""

    def __init__(self):
        self._pin = FakeInput()
        guard = CoilGuard(FakeMachine(), self._pin, FakeFlags(_FLAG_AT), _FLAG_AT, 1, 29_999)
        self.rcd = Rcd(GuardedTrip(self._pin, guard))

    def trip(self, is_tripped):
        self._pin.level = 0 if is_tripped else 1


class CoilContractTest(unittest.TestCase):
    def test_keeps_the_contract_when_a_pin(self):
        check_coil(self, PinRig)

    def test_keeps_the_contract_when_a_drive(self):
        check_coil(self, DriveRig)

    def test_keeps_the_contract_when_a_guard(self):
        check_coil(self, GuardRig)


class ContactorContractTest(unittest.TestCase):
    def test_keeps_the_contract_on_a_pin(self):
        check_contactor(self, PinRig)

    def test_keeps_the_contract_on_a_drive(self):
        check_contactor(self, DriveRig)

    def test_keeps_the_contract_behind_a_guard(self):
        check_contactor(self, GuardRig)


class RcdContractTest(unittest.TestCase):
    def test_keeps_the_contract_on_a_contact(self):
        check_rcd(self, PlainTripRig)

    def test_keeps_the_contract_on_a_guarded_contact(self):
        check_rcd(self, GuardedTripRig)
