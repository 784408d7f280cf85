"""The meter: power, integrated energy, and its faults."""

import unittest

from boards.host import meter_model
from boards.host.meter_model import MeterModel


class FakeMeterStore:
    """Remembers every register value that was kept."""

    def __init__(self, wh=0):
        self.wh = wh
        self.saves = 0

    def load(self):
        return self.wh

    def save(self, value_wh):
        self.wh = value_wh
        self.saves += 1


class MeterModelTest(unittest.TestCase):
    def setUp(self):
        self.store = FakeMeterStore()
        self.meter = MeterModel(self.store, 3)

    def run_s(self, seconds, current_ma, phases=3):
        for _ in range(seconds * 100):
            self.meter.step(10, current_ma, phases)

    def test_starts_at_0_wh_and_reads_mains_voltage_without_current(self):
        self.meter.step(10, 0, 3)

        self.assertEqual(self.meter.import_wh, 0)
        self.assertEqual(self.meter.read_register(meter_model.REG_VOLTAGE_DV + 2), 2_300)
        self.assertEqual(self.meter.power_w, 0)

    def test_integrates_the_power_it_shows(self):
        self.run_s(60, 16_000)

        power_w = self.meter.power_w
        self.assertEqual(power_w, 3 * 3_643)  # 230 V * 16 A * 0.99
        self.assertEqual(self.meter.import_wh, power_w * 60 // 3_600)

    def test_counts_only_the_phases_of_the_car(self):
        self.run_s(60, 16_000, 1)

        self.assertEqual(self.meter.power_w, 3_643)
        self.assertEqual(self.meter.read_register(meter_model.REG_CURRENT_MA + 1), 0)
        self.assertEqual(self.meter.import_wh, 60)

    def test_keeps_what_is_below_a_wh_over_pauses(self):
        for _ in range(10):
            self.run_s(2, 16_000, 1)  # 2.02 Wh
            self.run_s(1, 0)

        self.assertEqual(self.meter.import_wh, 20)

    def test_goes_on_from_the_kept_register(self):
        self.run_s(60, 16_000)

        again = MeterModel(FakeMeterStore(self.store.wh), 3)

        self.assertEqual(again.import_wh, self.meter.import_wh)
        self.assertEqual(self.store.saves, self.meter.import_wh)

    def test_answers_nothing_when_silent(self):
        self.meter.is_silent = True

        for number in range(meter_model.REG_COUNT):
            self.assertIsNone(self.meter.read_register(number))

    def test_counts_down_but_never_below_zero_when_it_runs_backwards(self):
        self.run_s(60, 16_000)
        before_wh = self.meter.import_wh
        self.meter.is_backwards = True

        self.run_s(20, 16_000)
        self.assertLessEqual(self.meter.import_wh, before_wh - 50)
        self.run_s(120, 16_000)
        self.assertEqual(self.meter.import_wh, 0)

    def test_has_no_temperature_when_the_sensor_is_gone(self):
        self.meter.has_temperature = False

        self.assertIsNone(self.meter.read_register(meter_model.REG_TEMPERATURE_DC))

    def test_has_no_register_beyond_the_last(self):
        self.assertIsNone(self.meter.read_register(meter_model.REG_COUNT))
        self.assertIsNone(self.meter.read_register(-1))
