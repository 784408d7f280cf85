"""CoilDrive: full power, hold, one boost; off at once; and a whole charge on such a coil."""

import unittest

from chargecore.base.errors import ConfigError
from chargecore.safety.coil_drive import CoilDrive
from chargecore.safety.reasons import OPEN_FEEDBACK_LOST, OPEN_RCD
from fakes.clock import FakeClock
from fakes.coil_pwm import CoilPwm
from fakes.evse_rig import EvseRig

_HOLD = 550 * 65_535 // 1_000


class CoilDriveTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.pwm = CoilPwm(self.clock)
        self.drive = CoilDrive(self.pwm)

    def run_ms(self, ms, is_closed=True):
        """Step every 20 ms; return the duties after each."""
        duties = []
        for _ in range(ms // 20):
            self.drive.step(self.clock.advance_ms(20), is_closed)
            duties.append(self.pwm.duty)
        return duties

    def test_is_off_before_it_sets_the_frequency(self):
        self.assertEqual(self.pwm.history, [(0, 0), (0, 0)])
        self.assertEqual(self.pwm.freq_hz, 25_000)
        self.assertEqual(self.drive.value(), 0)

    def test_refuses_a_hold_that_may_not_hold(self):
        for hold_permille in (0, 499, 1_001):
            pwm = CoilPwm(self.clock)
            with self.assertRaises(ConfigError):
                CoilDrive(pwm, hold_permille)
            self.assertEqual(pwm.duty, 0)

    def test_pulls_in_with_full_power_and_holds_with_less(self):
        self.drive.value(1)
        first = self.pwm.duty
        duties = self.run_ms(200)

        self.assertEqual(first, 65_535)
        self.assertEqual(duties, [65_535] * 5 + [_HOLD] * 5)  # 100 ms from the first step

    def test_pulls_in_for_100_ms_however_late_the_first_step_comes(self):
        self.drive.value(1)
        self.clock.advance_ms(500)

        self.assertEqual(self.run_ms(120), [65_535] * 5 + [_HOLD])

    def test_is_off_at_once_from_every_state(self):
        for ms in (0, 20, 60, 200):
            self.drive.value(1)
            self.run_ms(ms)
            self.drive.value(0)
            self.assertEqual((self.pwm.duty, self.drive.value()), (0, 0))

    def test_stays_off_whatever_the_steps_say(self):
        self.assertEqual(self.run_ms(400, False), [0] * 20)
        self.drive.value(1)
        self.run_ms(200)
        self.drive.value(0)

        self.assertEqual(self.run_ms(400, False), [0] * 20)

    def test_does_not_pull_in_again_when_it_is_switched_on_twice(self):
        self.drive.value(1)
        self.run_ms(200)
        self.drive.value(1)

        self.assertEqual(self.pwm.duty, _HOLD)

    def test_gives_full_power_again_when_the_feedback_drops_once(self):
        self.drive.value(1)
        self.run_ms(200)
        dropped = self.run_ms(20, False)
        duties = self.run_ms(140)

        self.assertEqual(dropped, [65_535])
        self.assertEqual(duties, [65_535] * 4 + [_HOLD] * 3)
        self.assertEqual(self.drive.boosts, 1)

    def test_gives_no_second_boost_before_the_next_closing(self):
        self.drive.value(1)
        self.run_ms(200)
        self.run_ms(20, False)
        self.run_ms(200)
        second = self.run_ms(100, False)
        self.drive.value(0)
        self.drive.value(1)
        self.run_ms(200)
        third = self.run_ms(20, False)

        self.assertEqual(second, [_HOLD] * 5)
        self.assertEqual((third, self.drive.boosts), ([65_535], 2))

    def test_gives_a_slow_contactor_full_power_twice(self):
        self.drive.value(1)

        self.assertEqual(self.run_ms(220, False), [65_535] * 5 + [_HOLD] + [65_535] * 5)

    def test_holds_after_days(self):
        self.drive.value(1)
        for _ in range(9):
            self.clock.advance_ms(1 << 27)
            self.run_ms(20)

        self.assertEqual(self.run_ms(40), [_HOLD] * 2)


class DrivenCoil(CoilDrive):
    """A CoilDrive as the plant wants a coil: with a level."""

    def __init__(self, pwm):
        CoilDrive.__init__(self, pwm)
        self.pwm = pwm

    @property
    def level(self):
        return self.pwm.level

    def reset(self):
        self.pwm.duty_u16(0)


class ChargeTest(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()
        self.pwm = CoilPwm(self.rig.clock)
        self.rig.hw.coil_pin = DrivenCoil(self.pwm)
        self.rig.boot()

    def test_holds_the_contactor_through_a_charge_and_lets_go_at_once(self):
        rig = self.rig
        rig.charge()
        held = self.pwm.duty
        rig.run_ms(10_000)
        self.assertTrue(rig.is_live())
        self.assertEqual((held, self.pwm.duty), (_HOLD, _HOLD))

        rig.fault("rcd_open")
        rig.one_pass()

        self.assertEqual(self.pwm.duty, 0)
        self.assertEqual(rig.contactor.reason, OPEN_RCD)

    def test_opens_for_good_when_the_boost_does_not_bring_the_contacts_back(self):
        rig = self.rig
        rig.charge()
        rig.fault("feedback_open")
        rig.run_ms(100)

        duties = [duty for _, duty in self.pwm.history[-3:]]
        self.assertEqual(duties, [_HOLD, 65_535, 0])
        self.assertEqual(rig.contactor.reason, OPEN_FEEDBACK_LOST)

    def test_is_dropped_by_the_dead_man_when_the_firmware_stands_still(self):
        rig = self.rig
        rig.charge()
        rig.is_stalled = True
        rig.run_ms(300)

        self.assertEqual(self.pwm.duty, _HOLD)  # the PWM goes on by itself
        self.assertTrue(rig.is_dead())  # the one-shot behind it does not
