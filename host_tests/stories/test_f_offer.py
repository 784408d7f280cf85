"""F14 to F17: the station stops, pauses, and changes what it offers."""

from chargecore.base.events import (
    EV_CONTACTOR_CLOSED,
    EV_CONTACTOR_OPENED,
    EV_PILOT_STATE,
    EV_TX_STOPPED,
)
from chargecore.safety import reasons
from chargecore.safety.pilot_states import PILOT_B, PILOT_C
from fakes.fault_story import (
    B1,
    C1,
    C2,
    FINE_MS,
    FREE,
    LOCKED,
    OFF,
    ON,
    PWM_6A,
    X1,
    FaultStory,
)

_FINE = "NoError"
_RAISE_MS = 5_000  # R40
_DUTY_51A = 55_704
_DUTY_80A = 62_913


class StopTest(FaultStory):
    def begin_stop(self):
        """Show the card again. Return the world at the moment when the PWM goes off."""
        world = self.charging()
        world.card()
        self.until(lambda: world.site.hws[0].pilot_pwm.duty == X1, 200, "X1")
        return world

    def test_f14_opens_under_load_after_6_s_when_the_car_stays_in_c(self):
        world = self.begin_stop()

        began_ms = world.time.elapsed_ms

        world.run_ms(5_900)
        self.check_outputs(
            power=ON,
            pilot=C1,
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[],
            told=[],
        )
        self.opens_within(coil_ms=1_100, dead_ms=1_100)
        self.assertTrue(world.time.elapsed_ms - began_ms >= 6_000)
        world.run_s(3)

        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Finishing", _FINE),
            reason=reasons.OPEN_STOP_TIMEOUT,
            events=[(EV_CONTACTOR_OPENED, reasons.OPEN_STOP_TIMEOUT), (EV_TX_STOPPED, 1)],
            told=["1 Finishing", "Stop 101 Local"],
        )
        self.stays_open(30)

    def test_f15_opens_at_b_when_the_car_lets_go_after_a_second(self):
        world = self.begin_stop()

        world.run_s(1)
        self.check_outputs(
            power=ON,
            pilot=C1,
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[],
            told=[],
        )
        world.ev("B")
        self.opens_within(coil_ms=50, dead_ms=100)
        world.run_s(3)

        self.check_outputs(
            power=OFF,
            pilot=B1,
            lock=FREE,
            ocpp=("Finishing", _FINE),
            reason=reasons.OPEN_STOPPED,
            events=[
                (EV_PILOT_STATE, PILOT_B),
                (EV_CONTACTOR_OPENED, reasons.OPEN_STOPPED),
                (EV_TX_STOPPED, 1),
            ],
            told=["1 Finishing", "Stop 101 Local"],
        )
        self.stays_open(30)


class OfferTest(FaultStory):
    def changes(self, run_ms):
        """Return (ms, duty) of every change of the duty within that time."""
        world = self.world
        pwm = world.site.hws[0].pilot_pwm
        duty = pwm.duty
        began_ms = world.time.elapsed_ms
        found = []
        while world.time.elapsed_ms - began_ms < run_ms:
            world.step(FINE_MS)
            if pwm.duty != duty:
                duty = pwm.duty
                found.append((world.time.elapsed_ms - began_ms, duty))
        return found

    def test_f16_raises_once_in_5_s_and_cuts_at_once(self):
        world = self.charging(max_current=32)
        world.station.set_site_limit_ma(6_000)
        found = [(at_ms - 100, duty) for at_ms, duty in self.changes(100)]
        self.assertEqual([duty for _, duty in found], [PWM_6A])

        for limit_a in range(7, 33):  # an ampere more in each second
            world.station.set_site_limit_ma(limit_a * 1_000)
            base_ms = (limit_a - 7) * 1_000
            found += [(base_ms + at_ms, duty) for at_ms, duty in self.changes(1_000)]
        for before, after in zip(found, found[1:]):
            self.assertTrue(after[1] > before[1])
            self.assertTrue(after[0] - before[0] >= _RAISE_MS - FINE_MS, found)
        self.assertEqual(len(found), 1 + 26 // 5)

        world.station.set_site_limit_ma(6_000)
        cut = self.changes(1_000)
        self.assertEqual([row[1] for row in cut], [PWM_6A])
        self.assertTrue(cut[0][0] <= 100)
        self.check_outputs(
            power=ON,
            pilot=(PWM_6A,) + C2[1:],
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[],
            told=[],
        )

    def test_f17_offers_what_the_pilot_can_say_and_never_more(self):
        self.charging(cable="tethered", max_current=80, amps=80, is_auto=True)

        self.check_charging(_DUTY_80A, reasons.OPEN_BOOT, [], [])
        self.world.station.set_site_limit_ma(51_700)
        self.world.run_s(1)
        self.check_charging(_DUTY_51A, reasons.OPEN_BOOT, [], [])

        self.world.station.set_site_limit_ma(5_900)
        self.world.run_s(5)
        opened = [(EV_PILOT_STATE, PILOT_B), (EV_CONTACTOR_OPENED, reasons.OPEN_STOPPED)]
        self.check_paused(opened, ["1 SuspendedEVSE"])
        self.world.station.set_site_limit_ma(0)
        self.world.run_s(5)
        self.check_paused([], [])

        self.world.station.set_site_limit_ma(81_000)
        self.world.run_s(8)
        closed = [(EV_PILOT_STATE, PILOT_C), (EV_CONTACTOR_CLOSED, 0)]
        self.check_charging(_DUTY_80A, reasons.OPEN_STOPPED, closed, ["1 Charging"])

    def check_charging(self, duty, reason, events, told):
        self.check_outputs(
            power=ON,
            pilot=(duty,) + C2[1:],
            lock=FREE,  # a tethered cable has none
            ocpp=("Charging", _FINE),
            reason=reason,
            events=events,
            told=told,
        )

    def check_paused(self, events, told):
        self.check_outputs(
            power=OFF,
            pilot=B1,
            lock=FREE,
            ocpp=("SuspendedEVSE", _FINE),
            reason=reasons.OPEN_STOPPED,
            events=events,
            told=told,
        )
