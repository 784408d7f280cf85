"""F41: the emergency stop in every state of the station."""

from chargecore.base.events import (
    EV_CONTACTOR_OPENED,
    EV_FAULT,
    EV_FAULT_CLEARED,
    EV_PILOT_STATE,
    EV_SWIPE_IGNORED,
    EV_TX_STOPPED,
)
from chargecore.safety import faults, reasons
from chargecore.safety.pilot_states import PILOT_A
from fakes.fault_story import B1, C1, FINE_MS, FREE, OFF, A, FaultStory

_FAULT = (EV_FAULT, faults.FAULT_OTHER)
_TOLD = "1 Faulted OtherError"


class EmergencyStopTest(FaultStory):
    def press(self, pilot, events, told):
        """Open the stop loop: at once, whatever the state; then look at everything."""
        world = self.world
        world.fault("estop")
        self.opens_within(coil_ms=FINE_MS, dead_ms=50)
        self.until(self.is_faulted, 50, "a fault")
        world.run_s(5)
        self.check_outputs(
            power=OFF,
            pilot=pilot,
            lock=FREE,
            ocpp=("Faulted", "OtherError"),
            reason=reasons.OPEN_ESTOP,
            events=events,
            told=told,
        )

    def test_f41_stops_in_a(self):
        self.make()
        self.press(A, [_FAULT], [_TOLD])

    def test_f41_stops_in_b1(self):
        self.plugged()
        self.press(B1, [_FAULT], [_TOLD])

    def test_f41_stops_in_b2(self):
        self.offering()
        self.press(B1, [_FAULT, (EV_TX_STOPPED, 1)], [_TOLD, "Stop 101 EmergencyStop"])

    def test_f41_stops_in_c1(self):
        world = self.plugged()
        world.ev("C")
        world.run_s(2)
        self.forget()
        self.press(C1, [_FAULT], [_TOLD])

    def test_f41_stops_in_c2_until_it_is_released_and_the_cable_pulled(self):
        world = self.charging()
        opened = (EV_CONTACTOR_OPENED, reasons.OPEN_ESTOP)
        told = [_TOLD, "Stop 101 EmergencyStop"]
        self.press(C1, [opened, _FAULT, (EV_TX_STOPPED, 1)], told)

        world.unplug()
        world.run_s(2)
        world.plug()
        self.stays_open(60)
        self.assertEqual(world.status_word(), "Faulted")  # not released
        world.fault("estop", False)
        world.card()
        self.stays_open(1_200)
        self.assertEqual(world.status_word(), "Faulted")  # released, not reset
        self.forget()
        world.unplug()
        world.run_s(4)
        self.check_outputs(
            power=OFF,
            pilot=A,
            lock=FREE,
            ocpp=("Available", "NoError"),
            reason=reasons.OPEN_ESTOP,
            events=[(EV_PILOT_STATE, PILOT_A), (EV_FAULT_CLEARED, faults.FAULT_OTHER)],
            told=["1 Available"],
        )

    def test_f41_stops_in_the_6_s_of_a_stop(self):
        world = self.charging()
        world.card()
        world.run_s(2)
        self.assertEqual(world.see()[0], "closed")
        self.press(
            C1,
            [(EV_CONTACTOR_OPENED, reasons.OPEN_ESTOP), _FAULT, (EV_TX_STOPPED, 1)],
            [_TOLD, "Stop 101 Local"],
        )

    def test_f41_never_starts_while_the_loop_is_open(self):
        world = self.make()
        world.fault("estop")
        world.run_s(1)
        self.forget()
        world.plug()
        world.card()
        self.stays_open(60)
        self.check_outputs(
            power=OFF,
            pilot=B1,
            lock=FREE,
            ocpp=("Faulted", "OtherError"),
            reason=reasons.OPEN_ESTOP,
            events=[(EV_PILOT_STATE, 1), (EV_SWIPE_IGNORED, 1)],
            told=[],
        )
