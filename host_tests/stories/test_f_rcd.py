"""F18 to F22: residual current, and a monitor that is broken itself."""

from chargecore.base.boot_causes import CAUSE_RESET
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
from chargecore.safety.pilot_states import PILOT_A, PILOT_F
from fakes.fault_story import C1, FINE_MS, FREE, OFF, A, F, FaultStory
from fakes.story_world import Site

_ERROR = "GroundFailure"
_BROKEN = "InternalError"
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


class SelfTestTest(FaultStory):
    """F21: the monitor is proven with a test current, or nothing is ever closed."""

    def check_refused(self, kind, value, limit_ms, verdict):
        """The boot's self-test fails within the limit, and a reset of the chip does not help."""
        site = Site(1)
        site.switches[0].set(kind, True, value)
        world = self.boot(site)

        self.until(self.is_faulted, limit_ms, "a failed test")
        world.open()
        world.plug()
        world.card()
        self.stays_open(60)
        failed = [
            (EV_PILOT_STATE, PILOT_A),
            (EV_SELF_TEST, verdict),
            (EV_FAULT, faults.FAULT_INTERNAL),
            (EV_PILOT_STATE, PILOT_F),
            (EV_SWIPE_IGNORED, 1),
        ]
        # It was Available until the test had failed.
        self.check_out_of_service(failed, ["1 Available"])
        world = self.reboot(CAUSE_RESET)
        world.fault(kind, False, value)
        world.open()
        world.card()
        self.stays_open(60)
        kept = [
            (EV_FAULT, faults.FAULT_INTERNAL),
            (EV_PILOT_STATE, PILOT_F),
            (EV_SWIPE_IGNORED, 1),
            (EV_SELF_TEST, 0),  # it is well now, and forgiven only behind a power cycle
        ]
        self.check_out_of_service(kept, [])

    def check_out_of_service(self, events, told):
        self.assertEqual(self.world.controllers[0].contactor.closings, 0)
        self.check_outputs(
            power=OFF,
            pilot=F,
            lock=FREE,
            ocpp=("Faulted", _BROKEN),
            reason=reasons.OPEN_SELF_TEST,
            events=events,
            told=["BootNotification", "0 Available", "1 Faulted " + _BROKEN] + told,
        )

    def test_f21_refuses_a_monitor_that_the_test_does_not_trip(self):
        self.check_refused("rcd_test_dead", 0, 1_200, 1)

    def test_f21_refuses_a_monitor_that_is_stuck_when_it_has_tripped(self):
        self.check_refused("rcd_stuck", 0, 3_200, 2)

    def test_f21_refuses_a_monitor_that_releases_too_slowly(self):
        self.check_refused("rcd_slow", 4_000, 3_200, 2)

    def test_f21_refuses_a_monitor_that_is_tripped_from_the_start(self):
        site = Site(1)
        site.switches[0].set("rcd_open", True, 0)
        world = self.boot(site)

        self.until(self.is_faulted, 1_100, "a failed test")  # it may need a second to wake
        world.open()
        self.stays_open(60)
        self.check_out_of_service(
            [
                (EV_PILOT_STATE, PILOT_A),
                (EV_SELF_TEST, 3),
                (EV_FAULT, faults.FAULT_INTERNAL),
                (EV_PILOT_STATE, PILOT_F),
            ],
            ["1 Available"],
        )


class WireTest(FaultStory):
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
