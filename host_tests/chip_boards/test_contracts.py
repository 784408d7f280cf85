"""The fake ADC of a chip against the contract of an analogue input."""

import unittest

from boards.host.sim_voltage import SimVoltage
from contracts.adc import check_adc
from fakes.chip import FakeAdc


class _Chip:
    """As much of FakeChip as an ADC wants."""

    number = 36

    def __init__(self):
        self.adcs = {}
        self.adc_sources = {self.number: SimVoltage(self.number, 0)}


class ChipAdcRig:
    """machine.ADC(36) of an ESP32, with a voltage at its pin."""

    TOLERANCE_UV = 0

    def __init__(self):
        chip = _Chip()
        self._source = chip.adc_sources[chip.number]
        self.adc = FakeAdc(chip, chip)

    def set_uv(self, uv):
        self._source.level_uv = uv

    def silence(self, is_silent):
        self._source.is_silent = is_silent


class ContractTest(unittest.TestCase):
    def test_adc_of_the_fake_chip(self):
        check_adc(self, ChipAdcRig)


if __name__ == "__main__":
    unittest.main()
