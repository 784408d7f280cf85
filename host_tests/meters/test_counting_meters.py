"""The meters that count energy themselves, against their contract."""

import unittest

from contracts.counting_meter import check_counting_meter
from fakes.counting_rigs import CseRig, CtRig, S0Rig


class CountingMeterContractTest(unittest.TestCase):
    def make_s0_of_three_phases(self):
        return S0Rig(3, 800)

    def make_ct_of_three_phases(self):
        return CtRig(3)

    def make_ct_at_60_hz(self):
        return CtRig(1, 60)

    def test_keeps_the_contract_when_cse7766(self):
        check_counting_meter(self, CseRig)

    def test_keeps_the_contract_when_s0(self):
        check_counting_meter(self, S0Rig)

    def test_keeps_the_contract_when_s0_with_three_phases(self):
        check_counting_meter(self, self.make_s0_of_three_phases)

    def test_keeps_the_contract_when_ct(self):
        check_counting_meter(self, CtRig)

    def test_keeps_the_contract_when_ct_with_three_phases(self):
        check_counting_meter(self, self.make_ct_of_three_phases)

    def test_keeps_the_contract_when_ct_at_60_hz(self):
        check_counting_meter(self, self.make_ct_at_60_hz)
