"""F34, F35: the car draws more than it was offered; the meter is read five times a second."""

from chargecore.base.events import EV_CONTACTOR_OPENED, EV_FAULT, EV_TX_STOPPED
from chargecore.safety import faults, reasons
from fakes.fault_story import C1, C2, FREE, LOCKED, OFF, ON, PWM_6A, X1, FaultStory

_NOISE_MA = 500  # added to the offer before it is compared
_SAMPLE_MS = 250  # until the meter has seen a current, and a step behind it
_ERROR = "OverCurrentFailure"


class CurveTest(FaultStory):
    def duty(self):
        return self.world.site.hws[0].pilot_pwm.duty

    def check_stopped(self, reason):
        self.world.run_s(4)
        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Faulted", _ERROR),
            reason=reason,
            events=[
                (EV_FAULT, faults.FAULT_OVER_CURRENT),
                (EV_CONTACTOR_OPENED, reason),
                (EV_TX_STOPPED, 1),
            ],
            told=["1 Faulted " + _ERROR, "Stop 101 Other"],
        )

    def test_f34_stops_by_the_curve_when_the_car_draws_too_much(self):
        # percent of offer + 0.5 A, how long it may last, +-10 %
        for percent, patience_ms in ((115, 30_000), (130, 7_000), (160, 2_000)):
            with self.subTest(percent):
                world = self.charging(amps=16)
                world.fault("over_current", True, (16_000 + _NOISE_MA) * percent // 100)
                latest_ms = patience_ms * 11 // 10 + _SAMPLE_MS
                took_ms = self.until(lambda: self.duty() == X1, latest_ms, "X1")
                self.assertTrue(took_ms >= patience_ms * 9 // 10, took_ms)
                self.opens_within(coil_ms=6_200, dead_ms=6_250)  # gracefully: under load after 6 s
                self.check_stopped(reasons.OPEN_OVER_CURRENT)

    def test_f34_opens_at_once_at_twice_the_offer(self):
        world = self.charging(amps=16)

        world.fault("over_current", True, (16_000 + _NOISE_MA) * 210 // 100)
        self.opens_within(coil_ms=220 + _SAMPLE_MS, dead_ms=270 + _SAMPLE_MS)
        world.run_s(4)

        self.check_ended(
            pilot=C1,
            lock=FREE,
            error=_ERROR,
            reason=reasons.OPEN_OVER_CURRENT,
            fault=faults.FAULT_OVER_CURRENT,
            before=[],
            stop="Other",
        )

    def test_f34_bears_110_percent_for_ever(self):
        world = self.charging(amps=16)

        world.fault("over_current", True, (16_000 + _NOISE_MA) * 110 // 100)
        world.run_s(600)

        self.check_outputs(
            power=ON,
            pilot=C2,
            lock=LOCKED,
            ocpp=("Charging", "NoError"),
            reason=reasons.OPEN_BOOT,
            events=[],
            told=[],
        )


class SlowCarTest(FaultStory):
    def cut(self, slow_s):
        """From 32 A to 6 A, which the car follows slow_s later."""
        world = self.charging(max_current=32, amps=32)
        world.fault("over_current", True, 32_000)  # what it draws, whatever is offered
        world.run_s(1)
        self.forget()
        world.station.set_site_limit_ma(6_000)
        self.until(lambda: world.offer_a() == 6, 200, "6 A")
        world.run_ms(slow_s)
        return world

    def test_f35_bears_a_car_that_follows_a_cut_in_4_9_s(self):
        world = self.cut(4_900)
        world.fault("over_current", True, 6_000)
        world.run_s(60)

        self.check_outputs(
            power=ON,
            pilot=(PWM_6A,) + C2[1:],
            lock=LOCKED,
            ocpp=("Charging", "NoError"),
            reason=reasons.OPEN_BOOT,
            events=[],
            told=[],
        )

    def test_f35_opens_by_the_curve_when_a_car_takes_8_s(self):
        world = self.cut(4_900)
        self.opens_within(coil_ms=100 + 220 + _SAMPLE_MS, dead_ms=100 + 270 + _SAMPLE_MS)
        world.run_s(4)

        self.check_ended(
            pilot=C1,
            lock=FREE,
            error=_ERROR,
            reason=reasons.OPEN_OVER_CURRENT,
            fault=faults.FAULT_OVER_CURRENT,
            before=[],
            stop="Other",
        )
