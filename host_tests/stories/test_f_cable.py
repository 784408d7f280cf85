"""F27 to F31: the cable, its rating, and the bolt that holds its plug."""

from chargecore.base.events import (
    EV_AUTHORIZED,
    EV_CONTACTOR_OPENED,
    EV_FAULT,
    EV_LOCK_FAILED,
    EV_PILOT_STATE,
    EV_TX_STOPPED,
)
from chargecore.safety import faults, reasons
from chargecore.safety.pilot_states import PILOT_C
from fakes.fault_story import C1, C2, FREE, LOCKED, OFF, ON, FaultStory

_FINE = "NoError"
_ERROR = "ConnectorLockFailure"


class LockTest(FaultStory):
    def test_f30_never_closes_when_the_bolt_does_not_arrive_in_five_tries(self):
        world = self.plugged()
        motor = world.site.hws[0].lock_a_pin
        world.fault("lock")

        world.card()
        pulses = self.count_pulses(motor, 6_000)
        world.ev("C")
        self.stays_open(30)

        self.assertEqual(pulses, 5)
        self.assertEqual(world.controllers[0].contactor.closings, 0)
        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Faulted", _ERROR),
            reason=reasons.OPEN_LOCK_LOST,
            events=[
                (EV_AUTHORIZED, 2),
                (EV_LOCK_FAILED, 1),
                (EV_FAULT, faults.FAULT_CONNECTOR_LOCK),
                (EV_PILOT_STATE, PILOT_C),
                (EV_LOCK_FAILED, 0),  # nor does it go back
            ],
            told=["Authorize TAG1", "1 Faulted " + _ERROR],
        )

    def count_pulses(self, pin, limit_ms):
        """Run until the fault is there, within the limit. Return how often the pin went high."""
        pulses = []

        def is_done():
            if pin.level != (pulses[-1] if pulses else 0):
                pulses.append(pin.level)
            return self.is_faulted()

        self.until(is_done, limit_ms, "a lock fault")
        return sum(pulses)

    def test_f30_opens_in_500_ms_when_the_feedback_of_the_bolt_is_lost(self):
        world = self.charging()

        world.fault("lock_feedback_lost")
        self.opens_within(coil_ms=450, dead_ms=500)
        world.run_ms(100)

        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=LOCKED,
            ocpp=("Faulted", _ERROR),
            reason=reasons.OPEN_LOCK_LOST,
            events=[
                (EV_CONTACTOR_OPENED, reasons.OPEN_LOCK_LOST),
                (EV_FAULT, faults.FAULT_CONNECTOR_LOCK),
            ],
            told=["1 Faulted " + _ERROR],
        )
        self.stays_open(30)

    def test_f31_refuses_to_unlock_until_the_outlet_is_dead(self):
        world = self.charging()
        began_ms = world.time.elapsed_ms

        world.send("UnlockConnector", {"connectorId": 1})  # the car stays in C
        self.until(self.is_moving_or_dead, 7_000, "an open contactor")
        self.assertTrue(6_000 <= world.time.elapsed_ms - began_ms <= 6_400)
        self.assertEqual(self.lock_words(), LOCKED)
        world.run_s(4)

        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Finishing", _FINE),
            reason=reasons.OPEN_STOP_TIMEOUT,
            events=[(EV_CONTACTOR_OPENED, reasons.OPEN_STOP_TIMEOUT), (EV_TX_STOPPED, 1)],
            told=["1 Finishing", "Stop 101 UnlockCommand"],
        )
        self.assertEqual(world.results[-1][2], {"status": "Unlocked"})

    def is_moving_or_dead(self):
        plant = self.world.site.plants[0]
        return not plant.contactor.is_closed or self.lock_words() != LOCKED

    def test_f31_keeps_the_plug_of_a_running_session_when_only_the_bolt_is_asked(self):
        world = self.charging()

        world.controllers[0].unlock_cable()
        world.run_s(9)

        self.check_outputs(
            power=ON,
            pilot=C2,
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[],
            told=[],
        )
