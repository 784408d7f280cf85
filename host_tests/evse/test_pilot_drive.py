"""PilotDrive: duty of every current, and when it may change. R40, R43; evse-hardware.md §1.3."""

import unittest

from chargecore.evse.pilot_drive import PilotDrive, clamp_ma, duty_of_ma
from fakes.clock import FakeClock


class FakePwm:
    """PWM that remembers every duty with the time."""

    def __init__(self, clock):
        self.clock = clock
        self.hz = 0
        self.history = []

    def freq(self, hz):
        self.hz = hz

    def duty_u16(self, duty):
        self.history.append((self.clock.elapsed_ms, duty))


def _offer_of(duty_u16):
    """Return 65535 times the mA that a car reads from a duty: a board's float is too coarse."""
    if duty_u16 * 100 <= 85 * 65_535:
        return duty_u16 * 60_000
    return (duty_u16 * 100 - 64 * 65_535) * 2_500


class DutyTest(unittest.TestCase):
    def test_never_offers_more_than_the_limit_and_hardly_less(self):
        for limit_ma in range(6_000, 80_001, 7):
            offer_ma = clamp_ma(limit_ma)
            seen = _offer_of(duty_of_ma(offer_ma))
            self.assertTrue(seen <= limit_ma * 65_535, limit_ma)
            self.assertTrue(seen >= (offer_ma - 4) * 65_535, limit_ma)

    def test_has_the_duties_of_the_standard(self):
        rows = ((6_000, 100), (16_000, 266), (32_000, 533), (51_000, 850))
        rows += ((52_500, 850), (63_000, 892), (80_000, 960))
        for offer_ma, permille in rows:
            with self.subTest(offer_ma):
                duty = duty_of_ma(offer_ma)
                self.assertTrue(abs(duty * 1_000 - permille * 65_535) <= 65_535)

    def test_clamps_what_has_no_duty(self):  # F17
        rows = (
            (51_700, 51_000),
            (51_001, 51_000),
            (52_499, 51_000),
            (52_500, 52_500),
            (5_999, 0),
            (5_900, 0),
            (0, 0),
            (-5, 0),
            (81_000, 80_000),
        )
        for limit_ma, offer_ma in rows:
            with self.subTest(limit_ma):
                self.assertEqual(clamp_ma(limit_ma), offer_ma)

    def test_never_makes_the_duty_of_digital_communication(self):
        for limit_ma in range(6_000, 80_001, 100):
            self.assertTrue(duty_of_ma(clamp_ma(limit_ma)) * 100 > 8 * 65_535)


class PilotDriveTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.pwm = FakePwm(self.clock)
        self.drive = PilotDrive(self.pwm, self.clock)

    def offer(self, limit_ma):
        self.drive.offer(limit_ma, self.clock.ticks_ms())
        return self.drive.offered_ma

    def start(self, limit_ma):
        self.clock.advance_ms(3_000)
        self.assertEqual(self.offer(limit_ma), limit_ma)

    def test_is_static_at_plus_12_v_from_the_start(self):
        self.assertEqual(self.pwm.hz, 1_000)
        self.assertEqual(self.pwm.history, [(0, 65_535)])
        self.assertEqual(self.drive.offered_ma, 0)

    def test_starts_after_3_s_of_x1(self):  # R11
        self.clock.advance_ms(2_999)
        self.assertEqual(self.offer(16_000), 0)
        self.clock.advance_ms(1)
        self.assertEqual(self.offer(16_000), 16_000)

        self.drive.set_static(self.clock.ticks_ms())
        self.clock.advance_ms(2_999)
        self.assertEqual(self.offer(16_000), 0)
        self.clock.advance_ms(1)
        self.assertEqual(self.offer(16_000), 16_000)

        self.assertEqual([duty for _, duty in self.pwm.history], [65_535, 17_476] * 2)

    def test_rises_once_in_5_s_and_cuts_at_once(self):  # F16, R40
        self.start(16_000)
        seen = []
        for limit_ma in (20_000, 24_000, 28_000, 32_000, 32_000, 32_000, 10_000, 8_000, 32_000):
            self.clock.advance_ms(1_000)
            seen.append(self.offer(limit_ma))

        self.assertEqual(seen, [16_000] * 4 + [32_000] * 2 + [10_000, 8_000, 8_000])
        self.clock.advance_ms(4_000)
        self.assertEqual(self.offer(32_000), 32_000)

    def test_writes_nothing_when_nothing_changes(self):
        self.start(16_000)
        for _ in range(100):
            self.clock.advance_ms(20)
            self.offer(16_000)

        self.assertEqual(len(self.pwm.history), 2)
        self.drive.set_static(self.clock.ticks_ms())
        self.drive.set_static(self.clock.ticks_ms())
        self.assertEqual(len(self.pwm.history), 3)

    def test_keeps_its_duty_when_the_offer_is_below_6_a(self):
        self.start(16_000)

        self.assertEqual(self.offer(5_999), 16_000)  # X1 is for set_static() to make

    def test_does_not_start_from_f(self):
        self.drive.set_low(self.clock.ticks_ms())
        self.clock.advance_ms(10_000)

        self.assertEqual(self.offer(16_000), 0)
        self.assertEqual(self.pwm.history[-1], (0, 0))
        self.drive.set_static(self.clock.ticks_ms())
        self.assertEqual(self.pwm.history[-1], (10_000, 65_535))

    def test_starts_after_a_week_of_x1(self):
        for _ in range(6):
            self.clock.advance_ms(1 << 27)
            self.drive.refresh(self.clock.ticks_ms())

        self.assertEqual(self.offer(16_000), 16_000)
