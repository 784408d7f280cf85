"""The pilot's voltages, against the table of evse-hardware.md §1.1."""

import unittest

from boards.host.pilot_network import PilotNetwork, load_of


class PilotNetworkTest(unittest.TestCase):
    def setUp(self):
        self.pilot = PilotNetwork()

    def levels(self, state):
        self.pilot.load = load_of(state)
        self.pilot.update()
        return self.pilot.high_mv, self.pilot.low_mv

    def test_gives_the_nominal_levels_of_each_state(self):
        for state, high_mv in (("A", 12_000), ("B", 8_980), ("C", 5_990), ("D", 2_930)):
            with self.subTest(state):
                high, low = self.levels(state)

                self.assertLessEqual(abs(high - high_mv), 10)
                self.assertEqual(low, -12_000)

    def test_follows_the_rails(self):
        self.pilot.rail_plus_mv = 10_000
        self.pilot.rail_minus_mv = -9_000

        high, low = self.levels("A")

        self.assertEqual((high, low), (10_000, -9_000))

    def test_loads_the_low_half_when_the_diode_is_shorted(self):
        self.pilot.is_diode_shorted = True

        for state, low_mv in (("B", -8_790), ("C", -5_620)):
            with self.subTest(state):
                self.assertLessEqual(abs(self.levels(state)[1] - low_mv), 20)

    def test_falls_below_a_volt_when_cp_is_shorted_to_pe(self):
        self.pilot.is_cp_shorted = True

        high, low = self.levels("C")

        self.assertLessEqual(abs(high - 850), 50)
        self.assertLessEqual(abs(low + 890), 10)

    def test_looks_like_no_car_when_the_wire_is_open(self):
        self.pilot.is_cp_open = True

        self.assertEqual(self.levels("C"), (12_000, -12_000))

    def test_is_near_zero_when_the_car_forces_state_e(self):
        self.pilot.is_dead_shorted = True

        high, low = self.levels("A")

        self.assertLessEqual(abs(high), 20)
        self.assertLessEqual(abs(low), 20)

    def test_is_at_the_negative_rail_when_the_car_forces_state_f(self):
        self.pilot.is_held_low = True

        self.assertEqual(self.levels("A"), (-12_000, -12_000))
