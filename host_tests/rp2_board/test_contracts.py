"""The board's coil, trip input and analogue inputs against the contracts of their kind."""

import unittest

from boards.rp2.adc_ring import RP2040, AdcRing
from boards.rp2.coil_guard import CoilGuard
from boards.rp2.guarded_trip import GuardedTrip
from boards.rp2.sampled_channel import SampledChannel
from chargecore.safety.rcd import Rcd
from contracts.adc import check_adc
from contracts.coil import check_coil, check_contactor
from contracts.rcd import check_rcd
from fakes.coil_rig import CoilRig
from fakes.rp2_adc import FakeRp2Chip
from fakes.rp2_machine import FakeFlags, FakeInput, FakeMachine

_FLAG_AT = 0x50200030


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


class GuardedTripRig:
    """The same contact, which a PIO program watches, too."""

    def __init__(self):
        self._pin = FakeInput()
        guard = CoilGuard(FakeMachine(), self._pin, FakeFlags(_FLAG_AT), _FLAG_AT, 1, 29_999)
        self.rcd = Rcd(GuardedTrip(self._pin, guard))

    def trip(self, is_tripped):
        self._pin.level = 0 if is_tripped else 1


class SampledRig:
    """A channel of the ring that DMA fills on an RP2040."""

    TOLERANCE_UV = 1_700  # two of 4096 steps

    def __init__(self):
        self._chip = FakeRp2Chip()
        self._ring = AdcRing(self._chip, self._chip.dma, RP2040, self._chip.ticks_us, self._at)
        self.adc = SampledChannel(self._ring, 1)

    def _at(self, memory):
        return self._chip.address_of(memory)

    def set_uv(self, uv):
        self._chip.values = [min(uv * 4096 // 3_300_000, 4095)] * 5
        self._chip.convert(1_200)

    def silence(self, is_silent):
        self._chip.dma.is_frozen = is_silent
        self._chip.convert(1_200)


class ContractTest(unittest.TestCase):
    def test_guard_keeps_the_contract_of_a_coil(self):
        check_coil(self, GuardRig)

    def test_contactor_keeps_the_contract_behind_a_guard(self):
        check_contactor(self, GuardRig)

    def test_guarded_contact_keeps_the_contract_of_a_trip_input(self):
        check_rcd(self, GuardedTripRig)

    def test_sampled_channel_keeps_the_contract_of_an_adc(self):
        check_adc(self, SampledRig)
