"""meters and readers with the heap locked."""

import unittest

from boards.host.meter_model import MeterModel
from chargecore.meters.simulated import SimulatedMeter
from chargecore.readers.simulated import SimulatedReader
from fakes.clock import FakeClock
from fakes.evse_rig import NoStore
from heap import growth, locked

COVERS = (
    "chargecore.meters.simulated.SimulatedMeter.age_ms",
    "chargecore.meters.simulated.SimulatedMeter.poll",
    "chargecore.meters.simulated.SimulatedMeter._read_all",
    "chargecore.meters.readings.Readings.age_ms",
    "chargecore.meters.readings.Readings.take_answer",
    "chargecore.meters.readings.Readings.take_register",
    "chargecore.meters.readings.Readings.grow_old",
    "chargecore.meters.readings.Readings._forget_values",
    "chargecore.readers.simulated.SimulatedReader.swipe",
    "chargecore.readers.simulated.SimulatedReader.poll",
    "chargecore.readers.simulated.SimulatedReader.release",
)


class TestHeapOfMeters(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.model = MeterModel(NoStore(), 3)
        self.meter = SimulatedMeter(self.model, self.clock, 3)

    def run_a_second(self):
        for _ in range(20):
            self.model.step(50, 16_000, 3)
            self.meter.poll(self.clock.advance_ms(50))

    def test_reads_falls_silent_and_comes_back(self):
        model = self.model
        meter = self.meter
        with locked():
            for _ in range(60):
                self.run_a_second()
            model.is_silent = True
            for _ in range(11):
                self.run_a_second()
            age_ms = meter.age_ms(self.clock.ticks_ms())
            is_known = meter.import_wh is not None
            model.is_silent = False
            model.is_backwards = True
            for _ in range(5):
                self.run_a_second()

        self.assertTrue(age_ms > 10_000)
        self.assertFalse(is_known)
        self.assertTrue(meter.backwards > 0 and meter.silent > 0)

    def test_leaves_nothing_behind(self):
        self.assertEqual(growth(self.run_a_second, 100), 0)


class TestHeapOfReaders(unittest.TestCase):
    def test_cards(self):
        reader = SimulatedReader()
        taken = 0
        with locked():
            for now_ms in range(100):
                if reader.swipe(b"04A1B2C3D4E5F6", 1):
                    taken += 1
                reader.poll(now_ms)
                if now_ms % 3 == 0:
                    reader.release()

        self.assertEqual(taken, 34)
        self.assertEqual(reader.refused, 66)
