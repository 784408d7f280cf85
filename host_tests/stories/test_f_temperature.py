"""F33: the terminals get warm, hot, or nobody knows how hot."""

from chargecore.base.events import (
    EV_CONTACTOR_OPENED,
    EV_FAULT,
    EV_FAULT_CLEARED,
    EV_TX_STOPPED,
)
from chargecore.safety import faults, reasons
from fakes.fault_story import C1, C2, FREE, LOCKED, OFF, ON, X1, FaultStory

# 16 A to 6 A from 60 to 70 C: 11 A at 65 C, and no more than 0.4 A less for the sensor's curve.
_DUTY_11A = 12_015
_DUTY_10A6 = 11_577


class TemperatureTest(FaultStory):
    def warm_up(self, to_dc):
        """Raise the temperature by 3 K in 10 s, as slowly as a loose terminal does."""
        world = self.world
        plant = world.site.plants[0]
        while plant.thermometer.temperature_dc < to_dc:
            now_dc = plant.thermometer.temperature_dc
            world.fault("temp_dc", True, min(now_dc + 30, to_dc))
            world.run_s(10)

    def test_f33_derates_at_65_c_within_1_s(self):
        world = self.charging(is_auto=True)
        self.warm_up(600)
        self.assertEqual(world.offer_a(), 16)
        self.forget()

        world.fault("temp_dc", True, 650)
        self.until(lambda: world.offer_a() <= 11, 1_000, "a lower offer")
        world.run_s(5)

        duty = world.site.hws[0].pilot_pwm.duty
        self.assertTrue(_DUTY_10A6 <= duty <= _DUTY_11A, duty)
        self.check_outputs(
            power=ON,
            pilot=(duty,) + C2[1:],
            lock=LOCKED,
            ocpp=("Charging", "NoError"),
            reason=reasons.OPEN_BOOT,
            events=[],
            told=[],
        )

    def test_f33_stops_gracefully_at_73_c_in_7_s(self):
        world = self.charging()
        self.warm_up(710)
        self.forget()

        world.fault("temp_dc", True, 730)
        took_ms = self.until(lambda: world.site.hws[0].pilot_pwm.duty == X1, 1_000, "X1")
        began_ms = world.time.elapsed_ms
        self.opens_within(coil_ms=6_950 - took_ms, dead_ms=7_000 - took_ms)
        self.assertTrue(world.time.elapsed_ms - began_ms >= 6_000)  # the car has stayed in C
        world.run_s(4)

        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Faulted", "HighTemperature"),
            reason=reasons.OPEN_OVER_TEMPERATURE,
            events=[
                (EV_FAULT, faults.FAULT_HIGH_TEMPERATURE),
                (EV_CONTACTOR_OPENED, reasons.OPEN_OVER_TEMPERATURE),
                (EV_TX_STOPPED, 1),
            ],
            told=["1 Faulted HighTemperature", "Stop 101 Other"],
        )

    def test_f33_goes_on_below_60_c_after_5_min(self):
        world = self.charging()
        self.warm_up(710)
        world.fault("temp_dc", True, 730)
        world.run_s(60)
        self.forget()

        world.fault("temp_dc", True, 590)
        self.stays_open(290)
        self.assertEqual(world.status_word(), "Faulted")
        world.until(self.is_clear, 15, "an end of the fault")
        world.run_s(1)

        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Finishing", "NoError"),
            reason=reasons.OPEN_OVER_TEMPERATURE,
            events=[(EV_FAULT_CLEARED, faults.FAULT_HIGH_TEMPERATURE)],
            told=["1 Finishing"],
        )

    def check_unknown(self, kind, limit_ms):
        """The sensor is gone: a fault that opens at once when it is known."""
        world = self.charging()

        world.fault(kind)
        self.opens_within(coil_ms=limit_ms - 50, dead_ms=limit_ms)
        world.run_s(4)

        self.check_ended(
            pilot=C1,
            lock=FREE,
            error="InternalError",
            reason=reasons.OPEN_TEMPERATURE_UNKNOWN,
            fault=faults.FAULT_INTERNAL,
            before=[],
            stop="Other",
        )
        self.stays_open(50)

    def test_f33_opens_in_1_s_when_the_wire_of_the_sensor_breaks_or_shorts(self):
        for kind in ("temp_open", "temp_short"):
            with self.subTest(kind):
                self.check_unknown(kind, 1_000)

    def test_f33_opens_when_the_sensor_has_said_nothing_for_6_s(self):
        self.check_unknown("temp_silent", 6_000)
