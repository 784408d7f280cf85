"""F38, F39, F43: the firmware itself stalls, fails, restarts, or is told another time."""

from chargecore.base.boot_causes import CAUSE_WATCHDOG
from chargecore.base.events import (
    EV_CONTACTOR_CLOSED,
    EV_CONTACTOR_OPENED,
    EV_PILOT_STATE,
    EV_SAFETY_LATE,
    EV_SELF_TEST,
    EV_TX_STOPPED,
)
from chargecore.base.scheduler import Scheduler
from chargecore.safety import reasons
from chargecore.safety.pilot_states import PILOT_B, PILOT_C
from fakes.fault_story import C1, C2, FINE_MS, FREE, LOCKED, OFF, ON, X1, FaultStory
from fakes.story_world import StoryWorld

_FINE = "NoError"
_TICKS_MAX = (1 << 30) - 1


class StallTest(FaultStory):
    def stall(self, limit_ms, condition, what):
        """Let the world go on without the firmware until condition(). Return the ms it took."""
        took_ms = 0
        while not condition():
            self.assertTrue(took_ms < limit_ms, "no {} in {} ms".format(what, took_ms))
            self.world.stall(FINE_MS)
            took_ms += FINE_MS
        return took_ms

    def is_dead(self):
        return not self.world.site.plants[0].contactor.is_closed

    def test_f38_opens_and_tells_when_the_loop_was_blocked_for_150_ms(self):
        world = self.charging()

        for _ in range(150 // FINE_MS):
            world.stall(FINE_MS)
        self.opens_within(coil_ms=FINE_MS, dead_ms=20)
        rows = self.take_events()
        late_ms = [a for code, a in self.late_rows() if code == EV_SAFETY_LATE]
        world.run_ms(100)

        self.assertEqual([row[0] for row in rows], [EV_SAFETY_LATE, EV_CONTACTOR_OPENED])
        self.assertTrue(150 <= late_ms[-1] <= 175, late_ms)
        self.check_outputs(
            power=OFF,
            pilot=C2,
            lock=LOCKED,
            ocpp=("SuspendedEVSE", _FINE),
            reason=reasons.OPEN_LOOP_GAP,
            events=[],
            told=["1 SuspendedEVSE"],
        )
        world.run_s(8)
        self.check_outputs(
            power=ON,
            pilot=C2,
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_LOOP_GAP,
            events=[(EV_CONTACTOR_CLOSED, 0)],
            told=["1 Charging"],
        )

    def late_rows(self):
        """Return (code, first number) of all events in the log."""
        log = self.world.events
        return [(log.field(n, 0), log.field(n, 1)) for n in range(log.oldest(), log.total)]

    def test_f38_is_dead_in_200_ms_and_restarts_in_2_s_when_the_loop_hangs(self):
        world = self.charging()
        watchdog = world.site.watchdog

        dead_ms = self.stall(200, self.is_dead, "open contacts")
        self.assertFalse(self.is_coil_off())  # no software has helped
        self.stall(2_000 - dead_ms, lambda: watchdog.has_bitten, "restart")
        world = self.reboot(CAUSE_WATCHDOG)
        world.open()
        world.run_s(30)

        self.assertEqual(world.controllers[0].contactor.closings, 0)
        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Preparing", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[
                (EV_PILOT_STATE, PILOT_B),
                (EV_TX_STOPPED, 1),
                (EV_SELF_TEST, 0),
                (EV_PILOT_STATE, PILOT_C),
            ],
            told=["BootNotification", "0 Available", "1 Preparing", "Stop 101 Reboot"],
        )

    def test_f39_is_dead_in_200_ms_when_python_ends_and_the_pin_stays_high(self):
        """A soft reset leaves plain outputs as they are: only the one-shot drops the coil."""
        self.charging()

        self.stall(200, self.is_dead, "open contacts")

        self.assertFalse(self.is_coil_off())
        self.assertFalse(self.world.site.plants[0].has_coil())


class Failing:
    """A step of the firmware that fails when it is told to."""

    def __init__(self):
        self.is_broken = False

    def step(self, now_ms):
        if self.is_broken:
            raise ValueError("broken")


class ExceptionTest(FaultStory):
    def test_f39_opens_at_once_when_a_step_raises_and_goes_on(self):
        world = self.charging()
        failing = Failing()
        safety = world.safety
        scheduler = Scheduler(world.time, 2, safety.step, safety.on_failure, world.events)
        scheduler.add("failing", failing.step, 10, 20)
        failing.is_broken = True

        scheduler.step(world.time.ticks_ms())
        self.assertTrue(self.is_coil_off())
        self.opens_within(coil_ms=FINE_MS, dead_ms=20)
        world.run_ms(100)

        self.assertEqual((scheduler.failed, scheduler.needs_reset), (1, False))
        self.check_outputs(
            power=OFF,
            pilot=C2,
            lock=LOCKED,
            ocpp=("SuspendedEVSE", _FINE),
            reason=reasons.OPEN_EXCEPTION,
            events=[(EV_CONTACTOR_OPENED, reasons.OPEN_EXCEPTION)],
            told=["1 SuspendedEVSE"],
        )
        world.run_s(8)
        self.check_outputs(
            power=ON,
            pilot=C2,
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_EXCEPTION,
            events=[(EV_CONTACTOR_CLOSED, 0)],
            told=["1 Charging"],
        )

    def test_f39_leaves_an_open_contactor_behind_when_main_is_interrupted(self):
        """What main.run does in its finally; test_main.py runs main.run itself."""
        world = self.charging()

        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            world.safety.open_all(reasons.OPEN_SHUTDOWN)
        self.assertTrue(self.is_coil_off())
        for _ in range(4):
            world.stall(FINE_MS)

        self.check_outputs(
            power=OFF,
            pilot=C2,
            lock=LOCKED,
            ocpp=("Charging", _FINE),  # nobody is left to tell it
            reason=reasons.OPEN_SHUTDOWN,
            events=[(EV_CONTACTOR_OPENED, reasons.OPEN_SHUTDOWN)],
            told=[],
        )


class WrapWorld(StoryWorld):
    """A StoryWorld whose ticks wrap at a moment that the test chooses."""


class TimeTest(FaultStory):
    """F43: a stop, its 6 s and a pause, while time itself is strange."""

    def begin_stop(self):
        world = self.charging()
        world.card()
        self.until(lambda: world.site.hws[0].pilot_pwm.duty == X1, 200, "X1")
        return world

    def check_stop(self, began_ms):
        """The car stays in C: the contactor opens under load after 6 s."""
        self.opens_within(coil_ms=7_000, dead_ms=7_000)
        self.assertTrue(self.world.time.elapsed_ms - began_ms >= 6_000)
        self.world.run_s(4)
        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Finishing", _FINE),
            reason=reasons.OPEN_STOP_TIMEOUT,
            events=[(EV_CONTACTOR_OPENED, reasons.OPEN_STOP_TIMEOUT), (EV_TX_STOPPED, 1)],
            told=["1 Finishing", "Stop 101 Local"],
        )

    def test_f43_stops_after_6_s_while_the_clock_jumps_by_an_hour(self):
        for now in ("2026-11-24T11:00:30Z", "2026-11-24T09:00:30Z"):
            with self.subTest(now):
                world = self.begin_stop()
                began_ms = world.time.elapsed_ms
                before_s = world.clock.wall_s()
                world.answers["Heartbeat"] = {"currentTime": now}
                status = world.status_of("TriggerMessage", requestedMessage="Heartbeat")
                self.assertEqual(status, "Accepted")
                world.run_ms(800)
                self.assertTrue(abs(world.clock.wall_s() - before_s) > 3_000)
                self.check_stop(began_ms)

    def test_f43_stops_after_6_s_across_the_wrap_of_the_ticks(self):
        stop_ms = self.begin_stop().time.elapsed_ms
        self.world_class = WrapWorld
        for wrap_ms in (20, 3_000, 5_990):
            with self.subTest(wrap_ms):
                WrapWorld.ticks_at_start = _TICKS_MAX - stop_ms - wrap_ms
                world = self.begin_stop()
                self.assertEqual(world.time.elapsed_ms, stop_ms)
                self.check_stop(stop_ms)
