"""F32: the protective earth is lost."""

from chargecore.base.events import (
    EV_CONTACTOR_OPENED,
    EV_FAULT,
    EV_FAULT_CLEARED,
    EV_PILOT_STATE,
    EV_SELF_TEST,
    EV_TX_STOPPED,
)
from chargecore.safety import faults, reasons
from chargecore.safety.pilot_states import PILOT_A
from fakes.fault_story import FREE, OFF, A, FaultStory


class EarthTest(FaultStory):
    def test_f32_opens_when_the_earth_is_lost_which_is_the_pilots_way_back_too(self):
        world = self.charging()

        world.fault("pe_lost")
        self.opens_within(coil_ms=50, dead_ms=100)
        world.run_s(4)

        self.check_outputs(
            power=OFF,
            pilot=A,
            lock=FREE,
            ocpp=("Faulted", "OtherError"),
            reason=reasons.OPEN_PE_LOST,
            events=[
                (EV_CONTACTOR_OPENED, reasons.OPEN_PE_LOST),
                (EV_FAULT, faults.FAULT_OTHER),
                (EV_PILOT_STATE, PILOT_A),
                (EV_SELF_TEST, 0),
                (EV_TX_STOPPED, 1),
            ],
            told=["1 Faulted OtherError", "Stop 101 Other"],
        )
        self.stays_open(600)
        self.assertEqual(world.status_word(), "Faulted")
        world.unplug()
        world.fault("pe_lost", False)
        world.run_s(4)
        self.check_outputs(
            power=OFF,
            pilot=A,
            lock=FREE,
            ocpp=("Available", "NoError"),
            reason=reasons.OPEN_PE_LOST,
            events=[(EV_FAULT_CLEARED, faults.FAULT_OTHER)],
            told=["1 Available"],
        )
