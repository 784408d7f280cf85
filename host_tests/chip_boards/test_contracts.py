"""The slow inputs of an ESP32 against the contract of an analogue input, over its blind ends."""

import unittest

from boards.esp32.full_scale_adc import FullScaleAdc
from boards.host.sim_voltage import SimVoltage
from boards.host.thermometer import ntc_uv
from boards.rp2.plain_adc import PlainAdc
from chargecore.evse.temperature import Temperature
from contracts.adc import check_adc
from fakes.chip_parts import FakeAdc
from fakes.clock import FakeClock


class _Chip:
    """As much of FakeChip as an ADC wants."""

    number = 36

    def __init__(self):
        self.adcs = {}
        self.adc_sources = {self.number: SimVoltage(self.number, 0)}


class _Rig:
    """machine.ADC(36) of an ESP32, with a voltage at its pin."""

    TOLERANCE_UV = 170_000  # what the converter cannot see at its ends

    def __init__(self, wrap):
        chip = _Chip()
        self._source = chip.adc_sources[chip.number]
        self.adc = wrap(FakeAdc(chip, chip))

    def set_uv(self, uv):
        self._source.level_uv = uv

    def silence(self, is_silent):
        self._source.is_silent = is_silent


class ChipAdcRig(_Rig):
    def __init__(self):
        _Rig.__init__(self, lambda adc: adc)


class FullScaleRig(_Rig):
    def __init__(self):
        _Rig.__init__(self, FullScaleAdc)


class PlainRig(_Rig):
    def __init__(self):
        _Rig.__init__(self, PlainAdc)


class ContractTest(unittest.TestCase):
    def test_adc_of_the_fake_chip(self):
        check_adc(self, ChipAdcRig)

    def test_adc_that_no_ring_samples(self):
        check_adc(self, PlainRig)

    def test_adc_whose_ends_mean_the_rails(self):
        check_adc(self, FullScaleRig)


class TemperatureTest(unittest.TestCase):
    def known_at(self, uv):
        """Return whether the temperature is known after a minute of that voltage."""
        rig, clock = FullScaleRig(), FakeClock()
        temperature = Temperature(rig.adc, clock)
        rig.set_uv(uv)
        for _ in range(600):
            temperature.step(clock.advance_ms(100))
        return temperature.is_known

    def test_a_broken_wire_is_no_temperature(self):
        self.assertFalse(self.known_at(3_300_000))
        self.assertFalse(self.known_at(3_200_000))

    def test_a_short_circuit_is_no_temperature(self):
        self.assertFalse(self.known_at(0))
        self.assertFalse(self.known_at(60_000))

    def test_what_can_be_is(self):
        for temperature_dc in (-200, 0, 250, 700, 1_000):
            with self.subTest(temperature_dc=temperature_dc):
                self.assertTrue(self.known_at(ntc_uv(temperature_dc)))


if __name__ == "__main__":
    unittest.main()
