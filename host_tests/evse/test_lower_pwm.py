"""What a car is offered at every whole ampere, through the counters of real chips. R43."""

import unittest

from chargecore.evse.lower_pwm import (
    MARGIN_ESP32,
    MARGIN_ESP32_S3,
    MARGIN_RP2,
    LowerPwm,
)
from chargecore.evse.pilot_drive import clamp_ma, duty_of_ma


class ChipPwm:
    """A counter of so many steps; a duty of `full` is all of them."""

    def __init__(self, steps, full, is_nearest):
        self.steps = steps
        self.full = full
        self.is_nearest = is_nearest
        self.high_steps = 0
        self.hz = 0

    def freq(self, hz):
        self.hz = hz

    def duty_u16(self, duty):
        half = self.full // 2 if self.is_nearest else 0
        self.high_steps = (duty * self.steps + half) // self.full


def seen_ma(chip):
    """Return the current that a car reads: IEC 61851-1 Table A.8 as in evse-hardware.md §1.3."""
    percent = chip.high_steps * 100 / chip.steps
    if percent < 8 or percent > 97:
        return 0
    if percent < 10:
        return 6_000
    if percent <= 85:
        return percent * 600
    return min((percent - 64) * 2_500, 80_000)


CHIPS = (
    ("rp2", 62_500, 65_535, MARGIN_RP2),
    ("esp32", 65_536, 65_536, MARGIN_ESP32),
    ("esp32-s3", 8_192, 65_536, MARGIN_ESP32_S3),
)


class LowerPwmTest(unittest.TestCase):
    def test_advertises_the_limit_or_up_to_a_tenth_of_an_ampere_less(self):
        for name, steps, full, margin in CHIPS:
            for is_nearest in (True, False):
                chip = ChipPwm(steps, full, is_nearest)
                pwm = LowerPwm(chip, margin)
                for amps in range(6, 81):
                    with self.subTest((name, is_nearest, amps)):
                        pwm.duty_u16(duty_of_ma(clamp_ma(amps * 1_000)))
                        wanted_ma = 51_000 if amps == 52 else amps * 1_000
                        ma = seen_ma(chip)
                        self.assertTrue(ma <= wanted_ma, ma)
                        self.assertTrue(ma >= wanted_ma - 100, ma)

    def test_is_needed_where_the_driver_rounds_to_the_nearest(self):
        too_much = 0
        for _name, steps, full, _margin in CHIPS:
            chip = ChipPwm(steps, full, True)
            for amps in range(6, 81):
                chip.duty_u16(duty_of_ma(clamp_ma(amps * 1_000)))
                too_much += seen_ma(chip) > amps * 1_000
        self.assertTrue(too_much > 10)

    def test_never_makes_a_duty_of_digital_communication(self):
        for _name, steps, full, margin in CHIPS:
            for is_nearest in (True, False):
                chip = ChipPwm(steps, full, is_nearest)
                pwm = LowerPwm(chip, margin)
                for limit_ma in range(6_000, 80_001, 50):
                    pwm.duty_u16(duty_of_ma(clamp_ma(limit_ma)))
                    self.assertTrue(chip.high_steps * 100 > 8 * steps)
                    self.assertTrue(chip.high_steps * 100 < 97 * steps)

    def test_keeps_static_levels_static(self):
        for _name, steps, full, margin in CHIPS:
            chip = ChipPwm(steps, full, True)
            pwm = LowerPwm(chip, margin)
            pwm.duty_u16(65_535)
            self.assertTrue(chip.high_steps >= steps - 1)
            pwm.duty_u16(0)
            self.assertEqual(chip.high_steps, 0)

    def test_passes_the_frequency_on(self):
        chip = ChipPwm(62_500, 65_535, True)
        LowerPwm(chip, 1).freq(1_000)
        self.assertEqual(chip.hz, 1_000)
