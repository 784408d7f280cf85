"""BenchPermission: a contactor on the bench is closed only for who keeps asking for it."""

import unittest

from chargecore.base.codes import E_RANGE, OK
from chargecore.safety.bench_permission import (
    BENCH_ENDING,
    BENCH_GIVEN,
    BENCH_NONE,
    HOLD_MAX_MS,
    BenchPermission,
)
from chargecore.safety.reasons import OPEN_BENCH, OPEN_EV_REQUEST, OPEN_RCD, OPEN_STOP_TIMEOUT
from fakes.clock import FakeClock
from fakes.evse_rig import EvseRig


class BenchPermissionTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.permission = BenchPermission()

    def follow_in(self, ms):
        return self.permission.follow(self.clock.advance_ms(ms))

    def test_gives_nothing_before_it_is_asked(self):
        self.assertEqual(self.follow_in(0), BENCH_NONE)
        self.assertEqual(self.follow_in(20), BENCH_NONE)

    def test_runs_out_by_itself_and_stays_out(self):
        self.assertEqual(self.permission.grant(3_000, self.clock.ticks_ms()), OK)
        self.assertEqual(self.follow_in(2_980), BENCH_GIVEN)

        self.assertEqual(self.follow_in(20), BENCH_NONE)

        for ms in (20, 1 << 28, 1 << 28, 1 << 28, (1 << 28) - 3_000):  # once around the ticks
            self.assertEqual(self.follow_in(ms), BENCH_NONE)

    def test_does_not_come_back_with_the_ticks_when_nobody_looked(self):
        self.permission.grant(3_000, self.clock.ticks_ms())

        for _ in range(3):
            self.clock.advance_ms(1 << 28)

        self.assertEqual(self.follow_in(0), BENCH_NONE)

    def test_is_given_for_ten_seconds_at_most(self):
        now_ms = self.clock.ticks_ms()
        for hold_ms in (0, -1, HOLD_MAX_MS + 1):
            self.assertEqual(self.permission.grant(hold_ms, now_ms), E_RANGE)
        self.assertEqual(self.follow_in(0), BENCH_NONE)
        self.assertEqual(self.permission.grant(HOLD_MAX_MS, now_ms), OK)
        self.assertEqual(self.follow_in(0), BENCH_GIVEN)

    def test_ends_gracefully_and_runs_out_behind_it(self):
        self.permission.grant(1_000, self.clock.ticks_ms())

        self.permission.end(self.clock.ticks_ms())

        self.assertEqual(self.follow_in(6_500), BENCH_ENDING)
        self.assertEqual(self.follow_in(500), BENCH_NONE)
        self.permission.end(self.clock.ticks_ms())  # nothing to end
        self.assertEqual(self.follow_in(0), BENCH_NONE)


class InterlockOnTheBenchTest(unittest.TestCase):
    """The whole of evse and safety on the simulated board, with a car that asks."""

    def setUp(self):
        self.rig = EvseRig()
        self.permission = self.rig.interlock.bench = BenchPermission()
        self.rig.offer()
        self.rig.ev("C")

    def grant(self, hold_ms=3_000):
        self.permission.grant(hold_ms, self.rig.clock.ticks_ms())

    def close(self):
        self.rig.run_ms(1_000)
        self.grant()
        self.assertTrue(0 <= self.rig.until(self.rig.is_live, 1_000))

    def test_stays_open_when_nobody_on_the_bench_has_asked(self):
        self.rig.run_ms(10_000)

        self.assertTrue(self.rig.is_coil_off())
        self.assertEqual(self.rig.contactor.closings, 0)

    def test_opens_when_the_permission_of_the_bench_runs_out(self):
        self.close()

        self.rig.run_ms(3_020)

        self.assertTrue(self.rig.is_coil_off())
        self.assertEqual(self.rig.contactor.reason, OPEN_BENCH)
        self.rig.run_ms(10_000)
        self.assertEqual(self.rig.contactor.closings, 1)

    def test_stays_closed_for_as_long_as_somebody_keeps_asking(self):
        self.close()

        for _ in range(20):
            self.rig.run_ms(1_000)
            self.grant()

        self.assertTrue(self.rig.is_live())
        self.assertEqual(self.rig.contactor.closings, 1)

    def test_opens_at_once_when_it_is_taken_back(self):
        self.close()

        self.permission.revoke()
        self.rig.run_ms(25)

        self.assertTrue(self.rig.is_coil_off())

    def test_closes_again_only_after_the_pause(self):
        self.close()
        self.permission.revoke()
        self.rig.run_ms(25)
        self.grant(10_000)

        self.rig.run_ms(4_900)
        self.assertTrue(self.rig.is_coil_off())

        self.rig.run_ms(200)
        self.assertTrue(self.rig.is_live())

    def test_takes_the_place_of_no_permission(self):
        for kind in ("rcd_open", "estop", "pe_lost", "lock_feedback_lost", "pp_open"):
            rig = self.rig = EvseRig()
            self.permission = rig.interlock.bench = BenchPermission()
            rig.offer()
            rig.fault(kind)
            rig.ev("C")

            for _ in range(8):
                self.grant()
                rig.run_ms(1_000)

            self.assertEqual(rig.contactor.closings, 0, kind)

    def test_is_not_an_authorisation(self):
        self.rig.controller.allow(False)

        for _ in range(8):
            self.grant()
            self.rig.run_ms(1_000)

        self.assertEqual(self.rig.contactor.closings, 0)

    def test_opens_for_every_danger_while_it_is_given(self):
        self.close()
        self.grant(10_000)
        self.rig.ev("B")
        self.rig.run_ms(60)
        self.assertEqual(self.rig.contactor.reason, OPEN_EV_REQUEST)
        self.rig.ev("C")
        self.rig.run_ms(5_500)
        self.grant(10_000)
        self.rig.until(self.rig.is_live, 2_000)

        self.rig.fault("rcd_open")
        self.rig.run_ms(10)

        self.assertTrue(self.rig.is_coil_off())
        self.assertEqual(self.rig.contactor.reason, OPEN_RCD)

    def test_lets_a_car_that_ignores_the_end_go_after_six_seconds(self):
        self.close()
        self.rig.run_ms(500)

        self.permission.end(self.rig.clock.ticks_ms())
        self.rig.controller.allow(False)

        took_ms = self.rig.until(self.rig.is_coil_off, 8_000)
        self.assertTrue(6_000 <= took_ms <= 6_100, took_ms)
        self.assertEqual(self.rig.contactor.reason, OPEN_STOP_TIMEOUT)

    def test_ends_with_a_reboot(self):
        self.close()

        self.rig.boot()

        self.assertTrue(self.rig.is_coil_off())
        self.assertIsNone(self.rig.interlock.bench)
