"""Measurands: lists to masks, meter readings into records and back."""

import unittest

from chargecore.base.codes import E_RANGE
from chargecore.station import measurands
from chargecore.store.records import Record
from fakes.station_meter import FakeStationMeter

ALL = measurands.MASK_ALL


def mask(text, supported=ALL):
    padded = b"[[" + text + b"]]"
    return measurands.mask_from_list(padded, 2, 2 + len(text), supported)


def bit_of(word, phase):
    for bit in range(measurands.COUNT):
        if measurands.ROWS[bit][:2] == (word, phase):
            return bit


class MaskFromListTest(unittest.TestCase):
    def test_names_one_measurand(self):
        self.assertEqual(mask(b"Energy.Active.Import.Register"), measurands.MASK_ENERGY)

    def test_takes_every_phase_when_no_phase_is_named(self):
        expected = 0
        for phase in (b"L1-N", b"L2-N", b"L3-N"):
            expected |= 1 << bit_of(b"Voltage", phase)

        self.assertEqual(mask(b"Voltage"), expected)
        self.assertEqual(measurands.count_of(mask(b"Power.Active.Import")), 4)

    def test_takes_one_phase_when_it_is_named(self):
        l2 = 1 << bit_of(b"Voltage", b"L2-N")

        self.assertEqual(mask(b"Voltage.L2"), l2)
        self.assertEqual(mask(b"Voltage.L2-N"), l2)
        self.assertEqual(mask(b"Current.Import.L3"), 1 << bit_of(b"Current.Import", b"L3"))

    def test_tolerates_spaces_around_commas(self):
        self.assertEqual(mask(b" Frequency , Power.Factor "), mask(b"Frequency,Power.Factor"))

    def test_is_zero_when_the_list_is_empty(self):
        self.assertEqual(mask(b""), 0)
        self.assertEqual(mask(b"   "), 0)

    def test_refuses_when_one_entry_is_not_supported(self):
        for text in (
            b"SoC",
            b"Frequency,SoC",
            b"Frequency,",
            b",",
            b"frequency",
            b"Frequency.L1",
            b"Voltage.L4",
            b"Voltage.",
            b"Voltage.L1-",
            b"Voltage.L1-L2",
            b"Voltage.L",
            b"Current.Import.L1-N",
            b"Frequencyx",
            b"Energy.Active.Import",
            b"Energy.Active.Export.Register",
        ):
            with self.subTest(text=text):
                self.assertEqual(mask(text), E_RANGE)

    def test_refuses_phases_that_a_single_phase_meter_lacks(self):
        one_phase = measurands.supported_mask(1)

        self.assertEqual(measurands.count_of(mask(b"Current.Import", one_phase)), 1)
        self.assertEqual(mask(b"Current.Import.L2", one_phase), E_RANGE)
        self.assertEqual(mask(b"Voltage.L1", one_phase), mask(b"Voltage.L1"))
        self.assertEqual(measurands.supported_mask(3), ALL)

    def test_refuses_what_no_meter_of_the_station_can_give(self):
        pulses = measurands.supported_mask(3, ({"meter": "s0"},))
        mixed = measurands.supported_mask(3, ({"meter": "s0"}, {"meter": "cse7766"}))

        self.assertEqual(mask(b"Voltage", pulses), E_RANGE)
        self.assertEqual(mask(b"Current.Import", pulses), E_RANGE)
        self.assertTrue(mask(b"Power.Active.Import,Current.Offered", pulses) > 0)
        self.assertEqual(mask(b"Voltage", mixed), mask(b"Voltage"))
        self.assertEqual(mask(b"Frequency", mixed), E_RANGE)
        self.assertEqual(measurands.supported_mask(3, ({"meter": "simulated"},)), ALL)

    def test_refuses_when_there_are_more_entries_than_supported_ones(self):
        longest = b",".join([b"Frequency"] * measurands.COUNT)

        self.assertEqual(mask(longest), mask(b"Frequency"))
        self.assertEqual(mask(longest + b",Frequency"), E_RANGE)

    def test_has_one_row_per_bit(self):
        self.assertEqual(len(measurands.ROWS), measurands.COUNT)
        self.assertEqual(measurands.MASK_ALL, (1 << measurands.COUNT) - 1)
        for bit in range(measurands.COUNT):
            word, phase = measurands.ROWS[bit][:2]
            has_phase_2_or_3 = phase is not None and phase[1:2] in b"23"
            self.assertEqual(bool(measurands.supported_mask(1) >> bit & 1), not has_phase_2_or_3)


class ReadingsTest(unittest.TestCase):
    def setUp(self):
        self.meter = FakeStationMeter()
        self.record = Record()

    def values(self, offered_ma=16000):
        measurands.pack_readings(self.record, self.meter, offered_ma)
        values = []
        for bit in range(measurands.COUNT):
            is_known = measurands.is_known(self.record, bit)
            values.append(measurands.value_of(self.record, bit) if is_known else None)
        return values

    def test_gives_back_what_the_meter_said(self):
        self.meter.import_wh = 123_456_789
        self.meter.voltage_dv = [2301, 2302, 2303]
        self.meter.current_ma = [15_994, 15_995, 80_000]
        self.meter.power_w = [3680, 3681, 3682]
        self.meter.frequency_chz = 4998
        self.meter.power_factor_permille = 991
        self.meter.temperature_dc = -125

        expected = [123_456_789, 11043, 3680, 3681, 3682, 11049, 1599, 1600, 8000, 1600]
        expected += [2301, 2302, 2303, 4998, 991, -125]
        self.assertEqual(self.values(), expected)

    def test_leaves_unknown_what_the_meter_does_not_know(self):
        self.meter.import_wh = None
        self.meter.voltage_dv = [-1, None, -1]
        self.meter.current_ma = [None, None, None]
        self.meter.power_w = [None, None, None]
        self.meter.frequency_chz = None
        self.meter.power_factor_permille = None

        values = self.values(10_000)

        self.assertEqual(values[:5], [None] * 5)
        self.assertEqual(values[5], 6900)  # offered power, with the nominal voltage
        self.assertEqual(values[9], 1000)
        self.assertEqual(values[10:], [None] * 6)

    def test_gives_no_sum_when_one_phase_of_three_is_unknown(self):
        self.meter.power_w = [1000, None, 1000]

        self.assertIsNone(self.values()[1])

    def test_sums_what_there_is_when_the_meter_has_one_phase(self):
        self.meter.phases = 1
        self.meter.power_w = [1000, 5, 5]

        values = self.values()

        self.assertEqual(values[1:5], [1000, 1000, None, None])
        self.assertEqual(values[5], 3680)
        self.assertEqual(values[7:9], [None, None])

    def test_stays_below_the_unknown_mark_when_a_reading_is_too_large(self):
        self.meter.power_w = [70_000, 65_535, 0]

        self.assertEqual(self.values()[2:5], [65_534, 65_534, 0])
