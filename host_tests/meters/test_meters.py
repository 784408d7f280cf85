"""Every meter driver, and the fake, against the contract; what is special to each one below."""

import unittest

from boards.host.meter_model import MeterModel
from chargecore.meters.simulated import SimulatedMeter
from contracts.meter import check_meter
from fakes.clock import FakeClock
from fakes.station_meter import FakeStationMeter


class RegisterBus:
    """The host board's register bus with values in the test's hand."""

    def __init__(self):
        self.registers = None
        self.is_broken = False
        self.reads = 0

    def read_register(self, number):
        self.reads += 1
        if self.is_broken:
            raise OSError(5)
        return None if self.registers is None else self.registers[number]


class SimulatedRig:
    """SimulatedMeter on a bus of numbers."""

    def __init__(self, phases=3):
        self.clock = FakeClock()
        self.bus = RegisterBus()
        self.meter = SimulatedMeter(self.bus, self.clock, phases)

    def now_ms(self):
        return self.clock.ticks_ms()

    def run_ms(self, ms):
        for _ in range(ms // 50):
            self.meter.poll(self.clock.advance_ms(50))

    def answer(self, import_wh, current_ma):
        watts = current_ma * 230 // 1000
        self.bus.registers = [2300] * 3 + [current_ma] * 3 + [watts] * 3
        self.bus.registers += [import_wh, 0, 5000, 990, 250]

    def fall_silent(self):
        self.bus.registers = None

    def break_bus(self, is_broken):
        self.bus.is_broken = is_broken


class FakeRig:
    """FakeStationMeter, moved as the contract wants it."""

    def __init__(self):
        self.clock = FakeClock()
        self.meter = FakeStationMeter()
        self.meter.forget()
        self._answer = None

    def now_ms(self):
        return self.clock.ticks_ms()

    def answer(self, import_wh, current_ma):
        self._answer = (import_wh, current_ma)

    def fall_silent(self):
        self._answer = None

    def run_ms(self, ms):
        self.clock.advance_ms(ms)
        self.meter.poll(self.now_ms())
        self.meter.grow_old(ms, self._answer is None)
        if self._answer is not None:
            self.meter.read(*self._answer)


class MeterContractTest(unittest.TestCase):
    def test_keeps_the_contract_when_simulated(self):
        check_meter(self, SimulatedRig)

    def test_keeps_the_contract_when_simulated_with_one_phase(self):
        check_meter(self, self.make_single)

    def make_single(self):
        return SimulatedRig(1)

    def test_keeps_the_contract_when_faked(self):
        check_meter(self, FakeRig)


class NoStore:
    def load(self):
        return 77

    def save(self, value_wh):
        pass


class SimulatedMeterTest(unittest.TestCase):
    def test_reads_what_the_plant_draws(self):
        clock = FakeClock()
        model = MeterModel(NoStore(), 3)
        meter = SimulatedMeter(model, clock, 3)

        for _ in range(100):
            model.step(50, 16_000, 3)
            meter.poll(clock.advance_ms(50))
        self.assertEqual(meter.current_ma, [16_000] * 3)
        self.assertEqual(sum(meter.power_w), model.power_w)
        model.step(50, 0, 3)
        meter.poll(clock.advance_ms(200))

        self.assertEqual(meter.import_wh, model.import_wh)
        self.assertTrue(meter.import_wh > 80)
        self.assertEqual(meter.current_ma, [0] * 3)
        self.assertEqual(meter.voltage_dv, [2_300] * 3)
        self.assertEqual((meter.frequency_chz, meter.power_factor_permille), (5_000, 990))
        self.assertEqual((meter.temperature_dc, meter.export_wh), (250, 0))

    def test_knows_the_register_with_the_first_poll(self):
        clock = FakeClock()
        meter = SimulatedMeter(MeterModel(NoStore(), 3), clock, 3)

        meter.poll(clock.ticks_ms())

        self.assertEqual(meter.import_wh, 77)
        self.assertEqual(meter.age_ms(clock.ticks_ms()), 0)

    def test_reads_every_200_ms(self):
        rig = SimulatedRig()
        rig.answer(0, 0)

        rig.run_ms(2_000)

        self.assertEqual(rig.bus.reads, 10 * 14)

    def test_misses_only_the_temperature_when_its_sensor_is_gone(self):
        clock = FakeClock()
        model = MeterModel(NoStore(), 3)
        meter = SimulatedMeter(model, clock, 3)
        model.has_temperature = False

        meter.poll(clock.ticks_ms())

        self.assertIsNone(meter.temperature_dc)
        self.assertTrue(meter.fresh)
        self.assertEqual(meter.voltage_dv[2], 2_300)

    def test_counts_what_it_refuses_and_what_it_misses(self):  # F36
        rig = SimulatedRig()
        rig.answer(1_000, 0)
        rig.run_ms(200)
        rig.answer(999, 0)
        rig.run_ms(1_000)
        rig.fall_silent()
        rig.run_ms(600)

        self.assertEqual((rig.meter.backwards, rig.meter.silent), (5, 3))
        self.assertEqual(rig.meter.import_wh, 1_000)

    def test_stays_unknown_after_a_week_of_silence(self):
        rig = SimulatedRig()
        rig.answer(1_000, 0)
        rig.run_ms(200)
        rig.fall_silent()

        for _ in range(6):
            rig.clock.advance_ms(1 << 27)
            rig.run_ms(200)
        age_ms = rig.meter.age_ms(rig.now_ms())

        self.assertIsNone(rig.meter.import_wh)
        self.assertFalse(rig.meter.fresh)
        self.assertTrue(age_ms > 10_000)
