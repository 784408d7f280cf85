"""R42 in a whole session: a car that sleeps is woken once, and the server hears nothing of it."""

from chargecore.base.events import (
    EV_AUTHORIZED,
    EV_CONTACTOR_CLOSED,
    EV_PILOT_STATE,
    EV_TX_STARTED,
    EV_WAKE_UP,
)
from chargecore.safety import reasons
from chargecore.safety.pilot_states import PILOT_C
from fakes.fault_story import B1, B2, C2, LOCKED, OFF, ON, F, FaultStory


class WakeUpStory(FaultStory):
    def asleep(self):
        """Let a session begin whose car stays in B2. Return the world."""
        world = self.plugged()
        world.ev("B")
        world.card()
        world.run_s(10)
        return world

    def is_low(self):
        return self.world.site.hws[0].pilot_pwm.duty == 0

    def is_not_low(self):
        return not self.is_low()

    def check(self, power, pilot, status, events, told):
        self.check_outputs(
            power=power,
            pilot=pilot,
            lock=LOCKED,
            ocpp=(status, "NoError"),
            reason=reasons.OPEN_BOOT,
            events=events,
            told=told,
        )

    def test_wakes_a_car_that_sleeps_and_charges_it(self):
        world = self.asleep()
        begun = [(EV_AUTHORIZED, 2), (EV_TX_STARTED, 1)]
        told = ["Authorize TAG1", "Start 1 TAG1 0", "1 SuspendedEV"]
        self.check(OFF, B2, "SuspendedEV", begun, told)

        self.until(self.is_low, 31_000, "-12 V")
        world.run_s(1)
        self.check(OFF, F, "SuspendedEV", [(EV_WAKE_UP, 4_000)], [])
        took_ms = 1_000 + self.until(self.is_not_low, 4_000, "end of -12 V")
        self.assertTrue(3_900 <= took_ms <= 4_100, took_ms)
        world.step(20)
        self.check(OFF, B1, "SuspendedEV", [], [])
        world.run_s(1)
        self.check(OFF, B2, "SuspendedEV", [], [])

        world.ev("C")
        world.run_s(4)
        closed = [(EV_PILOT_STATE, PILOT_C), (EV_CONTACTOR_CLOSED, 0)]
        self.check(ON, C2, "Charging", closed, ["1 Charging"])

    def test_lets_a_car_sleep_that_did_not_wake(self):
        world = self.asleep()
        self.until(self.is_low, 31_000, "-12 V")
        world.run_s(6)
        self.forget()

        world.run_s(120)

        self.check(OFF, B2, "SuspendedEV", [], [])
