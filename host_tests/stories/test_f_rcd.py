"""F18 to F22: residual current, and a monitor that is broken itself."""

from chargecore.base.events import (
    EV_CONTACTOR_OPENED,
    EV_FAULT,
    EV_FAULT_CLEARED,
    EV_PILOT_STATE,
    EV_SELF_TEST,
    EV_SWIPE_IGNORED,
    EV_TX_STOPPED,
)
from chargecore.safety import faults, reasons
from chargecore.safety.pilot_states import PILOT_A
from fakes.fault_story import C1, FINE_MS, FREE, OFF, A, FaultStory

_ERROR = "GroundFailure"
_RETRY_S = 900  # R51
_TRIP = [
    (EV_CONTACTOR_OPENED, reasons.OPEN_RCD),
    (EV_FAULT, faults.FAULT_GROUND),
    (EV_TX_STOPPED, 1),
]


class ResidualCurrentTest(FaultStory):
    def test_f18_opens_by_hardware_in_20_ms_and_by_software_in_50_ms(self):
        world = self.charging()
        plant = world.site.plants[0]

        world.fault("rcd")
        for _ in range(20 // FINE_MS):  # the firmware does not even run
            world.stall(FINE_MS)
        self.assertFalse(plant.has_coil())
        self.assertFalse(self.is_coil_off())
        self.opens_within(coil_ms=30, dead_ms=30)
        world.run_s(4)

        self.check_ended(
            pilot=C1,
            lock=FREE,
            error=_ERROR,
            reason=reasons.OPEN_RCD,
            fault=faults.FAULT_GROUND,
            before=[],
            stop="Other",
        )
        self.stays_open(30)

    def test_f19_locks_out_until_unplugged_when_it_trips_5_s_after_closing(self):
        world = self.plugged()
        world.card()
        self.until(lambda: world.site.plants[0].contactor.is_closed, 5_000, "contacts")
        world.run_s(5)
        world.ev("C")
        self.forget()

        world.fault("rcd")
        self.opens_within(coil_ms=50, dead_ms=60)
        world.run_s(4)
        world.fault("rcd", False)
        self.check_ended(
            pilot=C1,
            lock=FREE,
            error=_ERROR,
            reason=reasons.OPEN_RCD,
            fault=faults.FAULT_GROUND,
            before=[],
            stop="Other",
        )

        world.card()
        self.stays_open(_RETRY_S + 60)
        self.assertEqual(world.status_word(), "Faulted")
        self.assertEqual(self.take_events(), [(EV_SWIPE_IGNORED, 1)])
        world.unplug()
        world.run_s(4)
        self.check_outputs(
            power=OFF,
            pilot=A,
            lock=FREE,
            ocpp=("Available", "NoError"),
            reason=reasons.OPEN_RCD,
            events=[
                (EV_PILOT_STATE, PILOT_A),
                (EV_SELF_TEST, 0),  # a monitor that has tripped must show that it still does
                (EV_FAULT_CLEARED, faults.FAULT_GROUND),
            ],
            told=["1 Available"],
        )

    def test_f20_retries_four_times_at_15_min_and_then_no_more(self):
        self.charging(run_s=60)
        for number in range(1, 5):
            self.check_trip(number)
            self.check_retry()
        self.check_trip(5)

        self.stays_open(_RETRY_S + 60)

        self.assertEqual((self.world.status_word(), self.take_events()), ("Faulted", []))
        self.assertEqual(self.world.told(), [])

    def check_trip(self, number):
        """A trip a minute into the charge: it opens, and the session ends."""
        world = self.world
        world.fault("rcd")
        self.opens_within(coil_ms=50, dead_ms=60)
        world.run_s(4)
        world.fault("rcd", False)
        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Faulted", _ERROR),
            reason=reasons.OPEN_RCD,
            events=_TRIP[:2] + [(EV_TX_STOPPED, number)],
            told=["1 Faulted " + _ERROR, "Stop {} Other".format(100 + number)],
        )

    def check_retry(self):
        """The fault clears 15 min after its cause has gone, and a card charges again."""
        world = self.world
        self.stays_open(_RETRY_S - 10)
        self.assertTrue(self.is_faulted())
        took_s = world.until(self.is_clear, 20, "an end of the fault")
        self.assertTrue(8 <= took_s <= 12, took_s)
        world.run_s(1)
        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Finishing", "NoError"),
            reason=reasons.OPEN_RCD,
            events=[(EV_FAULT_CLEARED, faults.FAULT_GROUND)],
            told=["1 Finishing"],
        )
        world.card()
        world.run_s(60)
        self.assertEqual(world.see(), ("closed", 16, 16, "locked", "Charging"))
        self.forget()

    def test_f22_opens_when_the_wire_of_the_monitor_breaks(self):
        world = self.charging()

        world.fault("rcd_open")
        self.opens_within(coil_ms=50, dead_ms=100)
        world.run_s(4)

        self.check_ended(
            pilot=C1,
            lock=FREE,
            error=_ERROR,
            reason=reasons.OPEN_RCD,
            fault=faults.FAULT_GROUND,
            before=[],
            stop="Other",
        )
        self.stays_open(30)
