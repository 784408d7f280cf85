"""F40, F44: the supply fails in the middle of a charge; what was set is lost."""

from chargecore.base.boot_causes import CAUSE_POWER, CAUSE_RESET
from chargecore.base.events import (
    EV_AUTHORIZED,
    EV_CONTACTOR_CLOSED,
    EV_PILOT_STATE,
    EV_SELF_TEST,
    EV_TX_STARTED,
    EV_TX_STOPPED,
)
from chargecore.safety import reasons
from chargecore.safety.pilot_states import PILOT_B, PILOT_C
from fakes.fault_story import C1, C2, FINE_MS, FREE, LOCKED, OFF, ON, PWM_6A, X1, F, FaultStory

_FINE = "NoError"
_DIODE_MS = 100  # R2
_CLOSE_MS = 3_000  # IEC 61851-1 seq. 4


class PowerTest(FaultStory):
    def test_f40_closes_after_a_power_loss_only_behind_new_checks(self):
        self.charging()
        world = self.reboot(CAUSE_POWER)  # the car is in C all the time
        rcd = world.site.plants[0].rcd
        self.assertTrue(self.is_coil_off())

        tripped_ms = self.until(lambda: rcd.is_tripped, 1_000, "a test of the RCD")
        self.until(lambda: not rcd.is_tripped, 3_000 - tripped_ms, "a release of the RCD")
        world.open()
        world.run_s(6)
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
            told=["BootNotification", "0 Available", "1 Preparing", "Stop 101 PowerLoss"],
        )
        self.stays_open(30)

        register_wh = world.register_wh()
        world.card()
        self.until(lambda: 0 < world.site.hws[0].pilot_pwm.duty < X1, 2_000, "PWM")
        took_ms = self.until(self.is_coil_on, _CLOSE_MS, "a closing")
        self.assertTrue(took_ms >= _DIODE_MS, took_ms)
        world.run_s(2)
        self.check_outputs(
            power=ON,
            pilot=C2,
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[(EV_AUTHORIZED, 2), (EV_TX_STARTED, 2), (EV_CONTACTOR_CLOSED, 0)],
            told=["Authorize TAG1", "1 Charging", "Start 1 TAG1 {}".format(register_wh)],
        )

    def test_f40_opens_at_once_when_the_supply_dips(self):
        world = self.charging()
        plant = world.site.plants[0]

        world.site.one_shot.reset()  # nothing holds the coil any more
        for hw in world.site.hws:
            hw.reset()
        self.assertFalse(plant.has_coil())
        for _ in range(20 // FINE_MS):
            world.stall(FINE_MS)

        self.check_outputs(
            power=OFF,
            pilot=F,  # the stage's safe level
            lock=LOCKED,
            ocpp=("Charging", _FINE),  # nobody is there to tell it
            reason=reasons.OPEN_BOOT,
            events=[],
            told=[],
        )


class LostSettingsTest(FaultStory):
    def test_f44_offers_6_a_and_says_why_until_somebody_sets_them_again(self):
        world = self.make()
        world.set("HeartbeatInterval", "300")
        world.flash.settings.is_damaged = True

        world = self.reboot(CAUSE_RESET)
        world.open()
        world.run_s(5)
        told = world.told()
        self.assertTrue("0 Available InternalError" in told, told)
        world.plug(amps=16)
        world.run_s(4)
        world.card()
        world.run_s(10)
        self.forget()
        self.check_charging(PWM_6A, [], [])

        self.assertEqual(world.set("HeartbeatInterval", "300"), "Accepted")
        world.run_s(8)
        self.check_charging(C2[0], [], ["0 Available"])

    def check_charging(self, duty, events, told):
        self.check_outputs(
            power=ON,
            pilot=(duty,) + C2[1:],
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_BOOT,
            events=events,
            told=told,
        )
