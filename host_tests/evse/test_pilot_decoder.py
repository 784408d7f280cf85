"""PilotDecoder: boundaries, hysteresis, diode and debounce. Levels: evse-hardware.md §1."""

import unittest

from chargecore.evse.pilot_decoder import PilotDecoder
from chargecore.safety.pilot_states import (
    PILOT_A,
    PILOT_B,
    PILOT_C,
    PILOT_D,
    PILOT_E,
    PILOT_F,
    PILOT_INVALID,
)
from fakes.clock import FakeClock

_NOMINAL_MV = (12_000, 8_978, 5_990, 2_934, 0)


class PilotDecoderTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.decoder = PilotDecoder()
        self.pulses = 0

    def bursts(self, count, high_mv, low_mv=-12_000, is_pwm_on=True):
        for _ in range(count):
            now_ms = self.clock.advance_ms(20)
            self.pulses += self.decoder.take(high_mv, low_mv, is_pwm_on, now_ms)

    def settle(self, state):
        """Bring the decoder into a state by its nominal level."""
        self.bursts(40, _NOMINAL_MV[state])
        self.assertEqual(self.decoder.state, state)

    def test_is_invalid_before_the_second_burst(self):
        self.bursts(1, 12_000)
        self.assertEqual(self.decoder.state, PILOT_INVALID)

        self.bursts(1, 12_000)
        self.assertEqual(self.decoder.state, PILOT_A)

    def test_decodes_the_nominal_levels_with_and_without_pwm(self):
        for state in (PILOT_A, PILOT_B, PILOT_C, PILOT_D, PILOT_E, PILOT_B, PILOT_A):
            with self.subTest(state):
                self.bursts(40, _NOMINAL_MV[state])
                self.assertEqual(self.decoder.state, state)
                self.bursts(40, _NOMINAL_MV[state], _NOMINAL_MV[state], False)
                self.assertEqual(self.decoder.state, state)

    def test_decodes_the_corner_resistors_from_every_neighbour(self):  # F12
        rows = (
            (8_060, PILOT_B),  # 1870 Ohm
            (9_990, PILOT_B),  # 4610 Ohm
            (4_990, PILOT_C),  # 612 Ohm
            (6_990, PILOT_C),  # 1254 Ohm
            (2_760, PILOT_D),
            (3_110, PILOT_D),
        )
        for high_mv, state in rows:
            for before in (PILOT_A, PILOT_B, PILOT_C, PILOT_D):
                with self.subTest((high_mv, before)):
                    self.settle(before)
                    self.bursts(40, high_mv)
                    self.assertEqual(self.decoder.state, state)

    def test_stays_for_250_mv_beyond_a_boundary(self):
        bounds = ((PILOT_A, 10_500), (PILOT_B, 7_500), (PILOT_C, 4_500), (PILOT_D, 1_500))
        for state, bound_mv in bounds:
            with self.subTest(state):
                self.settle(state)
                self.bursts(40, bound_mv - 250)
                self.assertEqual(self.decoder.state, state)
                self.bursts(40, bound_mv - 251)
                self.assertEqual(self.decoder.state, state + 1)
                self.bursts(40, bound_mv + 249)
                self.assertEqual(self.decoder.state, state + 1)
                self.bursts(40, bound_mv + 250)
                self.assertEqual(self.decoder.state, state)

    def test_leaves_c_with_the_second_burst(self):
        for state in (PILOT_A, PILOT_B, PILOT_D, PILOT_E):
            with self.subTest(state):
                self.settle(PILOT_C)
                self.bursts(1, _NOMINAL_MV[state])
                self.assertEqual(self.decoder.state, PILOT_C)
                self.bursts(1, _NOMINAL_MV[state])
                self.assertEqual(self.decoder.state, state)

    def test_leaves_c_with_the_second_burst_when_the_two_differ(self):
        self.settle(PILOT_C)

        self.bursts(1, 9_000)
        self.bursts(1, 12_000)

        self.assertEqual(self.decoder.state, PILOT_A)

    def test_keeps_c_when_single_bursts_fail(self):  # F10
        self.settle(PILOT_C)

        for high_mv in (9_000, 12_000, 0, 20_000):
            self.bursts(1, high_mv)
            self.bursts(1, 6_000)
            self.assertEqual(self.decoder.state, PILOT_C)

    def test_enters_c_after_500_ms(self):  # R1
        self.settle(PILOT_B)

        self.bursts(25, 5_990)
        self.assertEqual(self.decoder.state, PILOT_B)
        self.bursts(1, 5_990)

        self.assertEqual(self.decoder.state, PILOT_C)
        self.assertEqual(self.pulses, 0)

    def test_takes_a_car_that_asks_at_once_for_plugged_first(self):
        self.settle(PILOT_A)

        self.bursts(2, 5_990)
        self.assertEqual(self.decoder.state, PILOT_B)
        self.bursts(24, 5_990)

        self.assertEqual(self.decoder.state, PILOT_C)

    def test_starts_the_500_ms_again_when_the_request_breaks_off(self):
        self.settle(PILOT_B)
        self.bursts(20, 5_990)
        self.bursts(1, 8_978)

        self.bursts(25, 5_990)
        self.assertEqual(self.decoder.state, PILOT_B)
        self.bursts(1, 5_990)

        self.assertEqual(self.decoder.state, PILOT_C)

    def test_tells_a_pulse_but_not_a_glitch(self):  # R44
        self.settle(PILOT_B)

        self.bursts(1, 5_990)
        self.bursts(10, 8_978)
        self.assertEqual(self.pulses, 0)
        self.bursts(10, 5_990)
        self.bursts(10, 8_978)

        self.assertEqual(self.pulses, 1)
        self.assertEqual(self.decoder.state, PILOT_B)

    def test_goes_from_d_to_c_after_500_ms(self):
        self.settle(PILOT_D)

        self.bursts(25, 5_990)
        self.assertEqual(self.decoder.state, PILOT_D)
        self.bursts(1, 5_990)

        self.assertEqual(self.decoder.state, PILOT_C)

    def test_sees_the_diode_only_while_pwm_runs(self):
        rows = (
            (5_990, -12_000, True, True),
            (5_990, -10_300, True, True),
            (5_990, -10_299, True, False),
            (5_600, -5_600, True, False),  # shorted diode in C
            (8_800, -8_800, True, False),  # shorted diode in B
            (5_990, -13_001, True, False),
            (5_990, 5_990, False, False),
            (5_990, -12_000, False, False),
        )
        for high_mv, low_mv, is_pwm_on, is_ok in rows:
            with self.subTest((high_mv, low_mv, is_pwm_on)):
                self.bursts(1, high_mv, low_mv, is_pwm_on)
                self.assertEqual(self.decoder.is_diode_ok, is_ok)

    def test_is_invalid_after_three_bursts_of_nonsense(self):  # F9
        rows = (
            (22_727, 22_727),  # ADC at full scale
            (-14_773, -14_773),  # ADC at zero
            (13_001, -12_000),
            (6_000, -13_001),
            (-5_000, -12_000),
            (6_000, 6_000),  # frozen: PWM runs and nothing moves
            (12_000, 12_000),
        )
        for high_mv, low_mv in rows:
            with self.subTest((high_mv, low_mv)):
                self.settle(PILOT_C)
                self.bursts(2, high_mv, low_mv)
                self.assertEqual(self.decoder.state, PILOT_C)
                self.bursts(1, high_mv, low_mv)
                self.assertEqual(self.decoder.state, PILOT_INVALID)

    def test_tells_e_from_f(self):
        self.settle(PILOT_C)
        self.bursts(2, 820, -890)  # 80 Ohm between CP and PE
        self.assertEqual(self.decoder.state, PILOT_E)

        self.bursts(2, -12_000, -12_000)
        self.assertEqual(self.decoder.state, PILOT_F)

    def test_is_f_at_once_when_the_station_drives_it(self):
        self.settle(PILOT_C)

        self.decoder.take_driven_low()

        self.assertEqual(self.decoder.state, PILOT_F)
        self.assertFalse(self.decoder.is_diode_ok)
