"""The cable lock, every analogue input and what is read through one against their contracts."""

import unittest

from boards.host.lock_model import LockModel
from boards.host.sim_adc import SimAdc
from boards.host.sim_pin import SimPin
from boards.host.sim_voltage import SimVoltage
from chargecore.base.event_log import EventLog
from chargecore.evse.cable_lock import CableLock
from chargecore.evse.proximity import Proximity
from chargecore.evse.temperature import Temperature
from chargecore.safety.pilot_states import PILOT_B
from contracts.adc import check_adc, check_sensor
from contracts.lock import check_lock
from fakes.clock import FakeClock
from fakes.mains_adc import MainsAdc


class LockRig:
    """CableLock on the simulated bolt."""

    def __init__(self):
        self.clock = FakeClock()
        self._a = SimPin(1, 0, 0)
        self._b = SimPin(2, 0, 0)
        feedback = SimPin(3, 0)
        self._bolt = LockModel(self._a, self._b, feedback)
        events = EventLog(self.clock, 32)
        self.lock = CableLock(self._a, self._b, feedback, self.clock, events, 1)

    def now_ms(self):
        return self.clock.ticks_ms()

    def run_ms(self, ms, may_unlock=True):
        for _ in range(ms // 20):
            self._bolt.step(20)
            self.lock.step(self.clock.advance_ms(20), may_unlock)

    def jam(self, is_jammed):
        self._bolt.is_jammed = is_jammed

    def is_driven(self):
        return self._a.level + self._b.level > 0

    def is_free(self):
        return self._bolt.is_free


class VoltageRig:
    TOLERANCE_UV = 0

    def __init__(self):
        self.adc = SimVoltage(1, 0)

    def set_uv(self, uv):
        self.adc.level_uv = uv

    def silence(self, is_silent):
        self.adc.is_silent = is_silent


class PilotRig:
    """The pilot's input never fails; it shows 88 mV per V around 1.3 V."""

    TOLERANCE_UV = 88
    silence = None

    def __init__(self):
        self.adc = SimAdc(1)

    def set_uv(self, uv):
        level_mv = (uv - 1_300_000 + 88) // 88 if uv < 1_300_000 else (uv - 1_300_000) // 88
        self.adc.set_levels(32_768, level_mv, level_mv)


class MainsRig:
    TOLERANCE_UV = 0

    def __init__(self):
        self.adc = MainsAdc(FakeClock())

    def set_uv(self, uv):
        self.adc.zero_uv = uv

    def silence(self, is_silent):
        self.adc.is_broken = is_silent


class ProximityRig:
    """A plugged cable of 220 Ohm: 32 A."""

    GOOD_UV = 3_300_000 * 220 // 1_220

    def __init__(self):
        self._adc = SimVoltage(1, 0)
        self._proximity = Proximity(self._adc)

    def set_uv(self, uv):
        self._adc.level_uv = uv

    def silence(self, is_silent):
        self._adc.is_silent = is_silent

    def run(self):
        for _ in range(10):
            self._proximity.poll(PILOT_B)

    def is_permitted(self):
        return self._proximity.is_ok


class TemperatureRig:
    """25 C."""

    GOOD_UV = 1_650_000

    def __init__(self):
        self._clock = FakeClock()
        self._adc = SimVoltage(1, 0)
        self._temperature = Temperature(self._adc, self._clock)

    def set_uv(self, uv):
        self._adc.level_uv = uv

    def silence(self, is_silent):
        self._adc.is_silent = is_silent

    def run(self):
        for _ in range(300):
            self._temperature.step(self._clock.advance_ms(20))

    def is_permitted(self):
        temperature = self._temperature
        return temperature.temperature_dc is not None and not temperature.is_too_hot


class ContractTest(unittest.TestCase):
    def test_lock_keeps_the_contract(self):
        check_lock(self, LockRig)

    def test_adc_keeps_the_contract_when_simulated(self):
        check_adc(self, VoltageRig)

    def test_adc_keeps_the_contract_when_it_is_the_pilots(self):
        check_adc(self, PilotRig)

    def test_adc_keeps_the_contract_when_faked_behind_a_transformer(self):
        check_adc(self, MainsRig)

    def test_proximity_keeps_the_contract(self):
        check_sensor(self, ProximityRig)

    def test_temperature_keeps_the_contract(self):
        check_sensor(self, TemperatureRig)
