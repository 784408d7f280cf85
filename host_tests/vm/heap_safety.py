"""safety with the heap locked: charges and faults on the simulated board."""

import unittest

from chargecore.base.ticks import ticks_recent
from chargecore.safety import faults, reasons
from chargecore.safety.bench_permission import BenchPermission
from chargecore.safety.rcd import Rcd
from chargecore.store.safety_memory import SafetyMemory
from fakes.evse_rig import EvseRig
from fakes.storage import FakeStorage
from heap import growth, locked

COVERS = (
    "chargecore.base.ticks.ticks_recent",
    "chargecore.safety.bench_permission.BenchPermission.end",
    "chargecore.safety.bench_permission.BenchPermission.follow",
    "chargecore.safety.bench_permission.BenchPermission.revoke",
    "chargecore.safety.contactor.Contactor.open",
    "chargecore.safety.car_watch.CarWatch.follow",
    "chargecore.safety.car_watch.CarWatch.unplugged_ms",
    "chargecore.safety.car_watch.CarWatch.is_diode_proven",
    "chargecore.safety.car_watch.CarWatch.is_diode_bad",
    "chargecore.safety.car_watch.CarWatch.refresh",
    "chargecore.safety.contactor.Contactor.close",
    "chargecore.safety.contactor.Contactor.step",
    "chargecore.safety.contactor.Contactor.refresh",
    "chargecore.safety.contactor.Contactor.is_feedback_closed",
    "chargecore.safety.dead_man.DeadMan.feed",
    "chargecore.safety.fault_latch._kind_of",
    "chargecore.safety.fault_latch.FaultLatch.latch",
    "chargecore.safety.fault_latch.FaultLatch.lock_out_if_early",
    "chargecore.safety.fault_latch.FaultLatch.step",
    "chargecore.safety.fault_latch.FaultLatch.refresh",
    "chargecore.safety.fault_latch.FaultLatch.acquit",
    "chargecore.safety.fault_latch.FaultLatch.kept_reason",
    "chargecore.safety.fault_latch.FaultLatch._is_for_good",
    "chargecore.safety.fault_latch.FaultLatch._count",
    "chargecore.safety.fault_latch.FaultLatch._retry",
    "chargecore.safety.fault_latch.FaultLatch._clear",
    "chargecore.safety.faults.is_blocking",
    "chargecore.safety.dangers.danger_of",
    "chargecore.safety.dangers._danger_of_car",
    "chargecore.safety.interlock.Interlock.watch",
    "chargecore.safety.interlock.Interlock.step",
    "chargecore.safety.interlock.Interlock.refresh",
    "chargecore.safety.interlock.Interlock.trip",
    "chargecore.safety.interlock.Interlock.fault",
    "chargecore.safety.interlock.Interlock.fault_reason",
    "chargecore.safety.interlock.Interlock.is_permanent",
    "chargecore.safety.interlock.Interlock._ask_bench",
    "chargecore.safety.interlock.Interlock._meet_danger",
    "chargecore.safety.interlock.Interlock._judge_load",
    "chargecore.safety.interlock.Interlock._stop_for",
    "chargecore.safety.interlock.Interlock._end_stop",
    "chargecore.safety.interlock.Interlock.stop_reason",
    "chargecore.safety.interlock.Interlock._open_for",
    "chargecore.safety.interlock.Interlock._stay_closed",
    "chargecore.safety.interlock.Interlock._follow_stop",
    "chargecore.safety.interlock.Interlock._watch_weld",
    "chargecore.safety.interlock.Interlock.is_offered",
    "chargecore.safety.interlock.Interlock._recover",
    "chargecore.safety.interlock.Interlock._is_cause_gone",
    "chargecore.safety.over_current.OverCurrent.rest",
    "chargecore.safety.over_current.OverCurrent.step",
    "chargecore.safety.over_current.OverCurrent._follow",
    "chargecore.safety.over_current.OverCurrent._rate",
    "chargecore.safety.over_current.OverCurrent._use",
    "chargecore.safety.permissions.missing",
    "chargecore.safety.permissions._missing_from_outside",
    "chargecore.safety.permissions._missing_to_close",
    "chargecore.safety.rcd.Rcd.poll",
    "chargecore.safety.rcd.Rcd.reset",
    "chargecore.safety.self_test.SelfTest.step",
    "chargecore.safety.self_test.SelfTest.refresh",
    "chargecore.safety.self_test.SelfTest._read_back",
    "chargecore.safety.self_test.SelfTest._fail",
    "chargecore.safety.self_test.SelfTest._tell",
    "chargecore.safety.rcd_test.RcdTest.step",
    "chargecore.safety.rcd_test.RcdTest.is_due",
    "chargecore.safety.rcd_test.RcdTest.is_valid",
    "chargecore.safety.rcd_test.RcdTest.refresh",
    "chargecore.safety.rcd_test.RcdTest._go_on",
    "chargecore.safety.rcd_test.RcdTest._is_dead",
    "chargecore.safety.rcd_test.RcdTest._enter",
    "chargecore.safety.rcd_test.RcdTest._pass",
    "chargecore.safety.rcd_test.RcdTest._fail",
    "chargecore.safety.rcd_test.RcdTest._end",
    "chargecore.safety.rcd.Rcd.is_healthy",
    "chargecore.safety.rcd.Rcd.has_test",
    "chargecore.safety.rcd.Rcd.drive_test",
    "chargecore.safety.interlock.Interlock._is_rcd_good",
    "chargecore.safety.reason_faults.fault_of",
    "chargecore.safety.safety_step.SafetyStep.step",
    "chargecore.safety.safety_step.SafetyStep.open_all",
    "chargecore.safety.safety_step.SafetyStep.on_failure",
    "chargecore.safety.safety_step.SafetyStep._schedule",
    "chargecore.safety.safety_step.SafetyStep._measure",
    "chargecore.safety.watchdog.Watchdog.feed",
    "chargecore.store.safety_memory.SafetyMemory._u16",
    "chargecore.store.safety_memory.SafetyMemory._change",
    "chargecore.store.safety_memory.SafetyMemory._are_open",
    "chargecore.store.safety_memory.SafetyMemory.poll",
    "chargecore.store.safety_memory.SafetyMemory.closings",
)


class TestHeapOfSafety(unittest.TestCase):
    def setUp(self):
        self.rig = EvseRig()
        self.rig.keeps_history = False

    def run_locked(self, ms):
        rig = self.rig
        with locked():
            rig.run_ms(ms)

    def test_charge_and_openings(self):
        rig = self.rig
        rig.offer()
        rig.ev("C")
        self.run_locked(7_000)
        self.assertTrue(rig.is_live())

        rig.ev("B")
        self.run_locked(6_000)
        rig.ev("C")
        self.run_locked(1_000)
        self.assertTrue(rig.is_live())
        with locked():
            rig.controller.allow(False)
            rig.run_ms(6_200)
            rig.safety.on_failure()
            rig.safety.open_all(reasons.OPEN_SHUTDOWN)

        self.assertEqual(rig.contactor.reason, reasons.OPEN_STOP_TIMEOUT)
        self.assertEqual(rig.contactor.closings, 2)

    def test_faults_and_their_end(self):
        rig = self.rig
        kinds = (
            ("diode_short", 0),
            ("cp_pe_short", 0),
            ("cp_adc_stuck", 6_000),
            ("rcd_open", 0),
            ("estop", 0),
            ("feedback_open", 0),
            ("lock_feedback_lost", 0),
            ("GroundFailure", 0),
            ("coil_open", 0),
        )
        for kind, value in kinds:
            rig.charge()
            rig.fault(kind, True, value)
            self.run_locked(1_200)
            self.assertTrue(rig.is_dead(), kind)
            self.assertTrue(rig.is_faulted(), kind)
            rig.fault(kind, False)
            rig.unplug()
            self.run_locked(6_000)
            self.assertFalse(rig.is_faulted(), kind)

    def test_retry_after_a_minute(self):
        rig = self.rig
        rig.charge()
        rig.fault("diode_short")
        rig.run_ms(200)
        rig.fault("diode_short", False)

        self.run_locked(62_000)

        self.assertTrue(rig.is_live())

    def test_weld_and_stall(self):
        rig = self.rig
        rig.charge()
        rig.is_stalled = True
        rig.run_ms(150)
        rig.is_stalled = False
        self.run_locked(6_000)
        self.assertEqual(rig.safety.late_steps, 1)

        rig.plant.contactor.is_welded = True
        rig.ev("A")
        self.run_locked(2_000)

        self.assertEqual(rig.controller.open_reason, reasons.OPEN_WELDED)

    def test_self_tests(self):
        rig = self.rig
        self.run_locked(500)
        self.assertTrue(rig.interlock.is_tested)
        rig.charge()
        rig.fault("rcd_test_dead")
        rig.unplug()
        with locked():
            rig.interlock.refresh(rig.clock.ticks_ms())
            rig.run_ms(2_000)
        self.assertEqual(rig.controller.open_reason, reasons.OPEN_SELF_TEST)

        rig = self.rig = EvseRig()
        rig.keeps_history = False
        rig.fault("cp_adc_stuck", True, 12_000)
        self.run_locked(1_500)

        self.assertEqual(rig.controller.open_reason, reasons.OPEN_SELF_TEST)

    def test_memory(self):
        rig = self.rig
        rig.interlock.restore(reasons.OPEN_WELDED, True)
        memory = SafetyMemory(FakeStorage(), [rig.interlock], rig.events, rig.clock)
        memory.load(True)
        rig.contactor.closings += 1
        memory.poll(rig.clock.ticks_ms())
        with locked():
            rig.contactor.closings += 1  # not due for ten minutes
            memory.poll(rig.clock.ticks_ms())
            rig.contactor.is_closed = True
            memory.poll(rig.clock.ticks_ms())
            rig.contactor.is_closed = False
            rig.run_ms(500)

        self.assertFalse(rig.is_faulted())

    def test_load_and_temperature(self):
        rig = self.rig
        rig.charge()
        lock = rig.interlock
        lock.current_ma = 33_600
        self.run_locked(400)
        self.assertTrue(rig.is_dead())
        self.assertEqual(lock.fault, faults.FAULT_OVER_CURRENT)

        lock.current_ma = None
        rig.unplug()
        rig.run_ms(3_000)
        rig.charge()
        rig.fault("temp_dc", True, 730)
        self.run_locked(1_000)
        rig.ev("B")
        self.run_locked(200)

        self.assertTrue(rig.is_dead())
        self.assertEqual(rig.controller.open_reason, reasons.OPEN_OVER_TEMPERATURE)

    def test_trip(self):
        rig = self.rig
        rig.charge()
        with locked():
            rig.interlock.trip(reasons.OPEN_LOCK_LOST, rig.clock.ticks_ms())
            reason = rig.interlock.fault_reason
            is_permanent = rig.interlock.is_permanent

        self.assertEqual(reason, reasons.OPEN_LOCK_LOST)
        self.assertEqual(rig.interlock.fault, faults.FAULT_CONNECTOR_LOCK)
        self.assertFalse(is_permanent)

    def test_bench(self):
        rig = self.rig
        bench = rig.interlock.bench = BenchPermission()
        rig.offer()
        rig.ev("C")
        rig.run_ms(1_000)
        bench.grant(3_000, rig.clock.ticks_ms())
        with locked():
            rig.run_ms(500)
            is_live = rig.is_live()
            bench.grant(3_000, rig.clock.ticks_ms())
            rig.run_ms(3_100)

        self.assertTrue(is_live and rig.is_dead())
        self.assertEqual(rig.contactor.reason, reasons.OPEN_BENCH)
        bench.grant(3_000, rig.clock.ticks_ms())
        with locked():
            bench.end(rig.clock.ticks_ms())
            rig.run_ms(100)
            bench.revoke()
            rig.run_ms(100)
        self.assertTrue(rig.is_dead())

    def test_small_parts(self):
        rig = self.rig
        rcd = Rcd(rig.hw.rcd_pin)
        with locked():
            is_clear = rcd.reset()
            is_blocking = faults.is_blocking(faults.FAULT_GROUND)
            old_ms = ticks_recent(5, 0x30000000)
            new_ms = ticks_recent(5, 1_000)

        self.assertEqual((is_clear, is_blocking), (True, True))
        self.assertEqual((old_ms, new_ms), (0x20000000, 5))

    def test_leaves_nothing_behind(self):
        rig = self.rig
        rig.charge()

        self.assertEqual(growth(rig.one_pass, 1_000), 0)
