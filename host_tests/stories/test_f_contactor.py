"""F23 to F26: a contactor that does not do what its coil is told."""

from chargecore.base.boot_causes import CAUSE_POWER, CAUSE_RESET
from chargecore.base.events import (
    EV_AUTHORIZED,
    EV_CONTACTOR_CLOSED,
    EV_CONTACTOR_OPENED,
    EV_FAULT,
    EV_FAULT_CLEARED,
    EV_PILOT_STATE,
    EV_SWIPE_IGNORED,
    EV_TX_STARTED,
    EV_TX_STOPPED,
)
from chargecore.safety import faults, reasons
from chargecore.safety.pilot_states import PILOT_A, PILOT_B, PILOT_C, PILOT_F
from fakes.fault_story import C1, FREE, LOCKED, OFF, F, FaultStory
from fakes.story_world import Site

_ERROR = "PowerSwitchFailure"
_FAULTED = ("Faulted", _ERROR)
_LIVE = ("off", "closed")  # coil, contacts: the weld


class WeldTest(FaultStory):
    def test_f23_latches_a_weld_in_1_s_keeps_the_plug_and_outlives_a_reboot(self):
        world = self.charging()
        world.fault("weld")

        world.ev("B")
        self.until(self.is_coil_off, 50, "coil off")
        self.until(self.is_faulted, 1_050, "latched weld")
        world.run_s(5)

        self.check_outputs(
            power=_LIVE,
            pilot=F,
            lock=LOCKED,
            ocpp=_FAULTED,
            reason=reasons.OPEN_WELDED,
            events=[
                (EV_PILOT_STATE, PILOT_B),
                (EV_CONTACTOR_OPENED, reasons.OPEN_EV_REQUEST),
                (EV_FAULT, faults.FAULT_POWER_SWITCH),
                (EV_PILOT_STATE, PILOT_F),
                (EV_TX_STOPPED, 1),
            ],
            told=["1 Faulted " + _ERROR, "Stop 101 Other"],
        )
        self.check_after_reboot()

    def check_after_reboot(self):
        """Still welded, later let go: a reset of the chip forgives neither."""
        for is_welded in (True, False):
            world = self.reboot(CAUSE_RESET)
            world.fault("weld", is_welded)
            world.open()
            world.run_s(30)
            self.assertEqual((world.status_word(), world.error_word()), _FAULTED)
            self.assertEqual(world.controllers[0].open_reason, reasons.OPEN_WELDED)
            self.assertEqual(world.controllers[0].contactor.closings, 0)
            self.assertTrue(self.is_coil_off())
            self.check_pilot(*F)
            # What is live keeps its plug; what is dead lets it go.
            self.assertEqual(self.lock_words(), LOCKED if is_welded else FREE)
            self.assertTrue("1 Faulted " + _ERROR in world.told())

    def test_f23_forgives_a_weld_after_a_power_cycle_and_a_good_self_test_only(self):
        world = self.charging()
        world.fault("weld")
        world.ev("B")
        world.run_s(8)
        for is_welded, status in ((True, "Faulted"), (False, "Preparing")):
            world.fault("weld", is_welded)
            world = self.reboot(CAUSE_POWER)
            world.open()
            world.run_s(30)
            self.assertEqual(world.status_word(), status)
            self.assertEqual(world.controllers[0].contactor.closings, 0)

    def test_f26_refuses_when_the_feedback_says_closed_at_boot(self):
        site = Site(1)
        site.plants[0].contactor.is_welded = True
        for _ in range(10):
            site.plants[0].step(10)
        world = self.boot(site)

        self.until(self.is_faulted, 150, "a fault")
        world.open()
        world.plug()
        world.card()
        self.stays_open(30)

        self.assertEqual(world.controllers[0].contactor.closings, 0)
        self.check_outputs(
            power=_LIVE,
            pilot=F,
            lock=FREE,  # it was free, and nobody has locked it
            ocpp=_FAULTED,
            reason=reasons.OPEN_WELDED,
            events=[
                (EV_PILOT_STATE, PILOT_A),
                (EV_FAULT, faults.FAULT_POWER_SWITCH),
                (EV_PILOT_STATE, PILOT_F),
                (EV_SWIPE_IGNORED, 1),
            ],
            told=["BootNotification", "0 Available", "1 Faulted " + _ERROR],
        )


class CloseTest(FaultStory):
    def test_f24_opens_after_200_ms_and_retries_once_when_it_does_not_close(self):
        world = self.offering()
        world.fault("coil_open")

        world.ev("C")
        self.check_try(1)
        took_s = world.until(self.is_clear, 60, "the retry")
        self.assertTrue(25 <= took_s <= 31, took_s)
        world.run_s(1)
        self.forget()
        world.card()
        self.check_try(2)
        self.stays_open(600)

        self.assertEqual((world.status_word(), world.error_word()), _FAULTED)
        self.assertEqual(world.site.plants[0].contactor.closings, 0)

    def check_try(self, number):
        """The coil is on for 200 ms, and the session ends."""
        world = self.world
        self.until(self.is_coil_on, 40_000, "coil on")
        took_ms = self.until(self.is_coil_off, 225, "coil off")
        self.assertTrue(took_ms >= 200, took_ms)
        world.run_s(4)
        before = [(EV_PILOT_STATE, PILOT_C)]
        told = ["1 Faulted " + _ERROR, "Stop {} Other".format(100 + number)]
        if number == 2:
            before = [(EV_AUTHORIZED, 1), (EV_TX_STARTED, 2)]
            told += ["1 Preparing", "Start 1 TAG1 0"]
        after = [(EV_PILOT_STATE, PILOT_F)] if number == 2 else []
        self.check_outputs(
            power=OFF,
            pilot=C1 if number == 1 else F,
            lock=FREE,
            ocpp=_FAULTED,
            reason=reasons.OPEN_NOT_CLOSING,
            events=before
            + [
                (EV_CONTACTOR_CLOSED, 0),
                (EV_CONTACTOR_OPENED, reasons.OPEN_NOT_CLOSING),
                (EV_FAULT, faults.FAULT_POWER_SWITCH),
            ]
            + after
            + [(EV_TX_STOPPED, number)],
            told=told,
        )

    def test_f25_opens_and_latches_when_the_feedback_is_lost_while_closed(self):
        world = self.charging()

        world.fault("feedback_open")
        self.opens_within(coil_ms=50, dead_ms=100)
        world.run_s(4)

        self.check_ended(
            pilot=C1,
            lock=FREE,
            error=_ERROR,
            reason=reasons.OPEN_FEEDBACK_LOST,
            fault=faults.FAULT_POWER_SWITCH,
            before=[],
            stop="Other",
        )
        world.fault("feedback_open", False)
        self.stays_open(1_000)
        self.assertEqual((world.status_word(), self.take_events()), ("Faulted", []))
        world.unplug()
        world.run_s(4)
        self.assertEqual(world.status_word(), "Available")
        self.assertTrue((EV_FAULT_CLEARED, faults.FAULT_POWER_SWITCH) in self.take_events())
