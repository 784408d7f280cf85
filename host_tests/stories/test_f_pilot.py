"""F1 to F13: the control pilot breaks, or only seems to.

From C2 at 16 A unless a story says otherwise; times from the moment of the fault.
"""

import unittest
from array import array

from boards.host.sim_adc import SimAdc
from chargecore.base.events import (
    EV_CONTACTOR_CLOSED,
    EV_CONTACTOR_OPENED,
    EV_FAULT,
    EV_PILOT_PULSE,
    EV_PILOT_STATE,
    EV_SELF_TEST,
    EV_TX_STARTED,
    EV_TX_STOPPED,
)
from chargecore.evse.pilot_decoder import PilotDecoder
from chargecore.evse.pilot_sense import PilotSense
from chargecore.safety import faults, reasons
from chargecore.safety.pilot_states import (
    PILOT_A,
    PILOT_B,
    PILOT_C,
    PILOT_D,
    PILOT_E,
    PILOT_INVALID,
)
from fakes.fault_story import B1, B2, C1, C2, D1, FREE, LOCKED, OFF, ON, PWM_16A, A, FaultStory

_FINE = "NoError"
_OTHER = "OtherError"
_BROKEN = "InternalError"
_SHORTED = (65_535, 890, 890)  # 80 Ohm to PE beside the car


class CarLeavesCTest(FaultStory):
    def test_f01_opens_and_keeps_the_session_when_the_car_goes_to_b(self):
        world = self.charging()

        world.ev("B")
        self.opens_within(coil_ms=50, dead_ms=100)
        world.run_s(6)

        self.check_outputs(
            power=OFF,
            pilot=B2,
            lock=LOCKED,
            ocpp=("SuspendedEV", _FINE),
            reason=reasons.OPEN_EV_REQUEST,
            events=[(EV_PILOT_STATE, PILOT_B), (EV_CONTACTOR_OPENED, reasons.OPEN_EV_REQUEST)],
            told=["1 SuspendedEV"],
        )
        world.ev("C")
        world.run_s(1)
        self.check_outputs(
            power=ON,
            pilot=C2,
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_EV_REQUEST,
            events=[(EV_PILOT_STATE, PILOT_C), (EV_CONTACTOR_CLOSED, 0)],
            told=["1 Charging"],
        )

    def test_f02_opens_and_unlocks_a_dead_plug_when_the_cable_is_pulled(self):
        world = self.charging()
        lock = world.site.plants[0].lock

        world.unplug()
        self.opens_within(coil_ms=50, dead_ms=100)
        self.assertTrue(lock.is_locked)
        world.run_ms(40)
        self.check_pilot(*A)
        world.run_s(5)

        self.check_outputs(
            power=OFF,
            pilot=A,
            lock=FREE,
            ocpp=("Available", _FINE),
            reason=reasons.OPEN_UNPLUGGED,
            events=[
                (EV_PILOT_STATE, PILOT_A),
                (EV_CONTACTOR_OPENED, reasons.OPEN_UNPLUGGED),
                (EV_SELF_TEST, 0),  # of the RCD, after every session
                (EV_TX_STOPPED, 1),
            ],
            told=["1 Finishing", "Stop 101 EVDisconnected", "1 Available"],
        )

    def test_f03_opens_and_is_faulted_when_the_car_wants_ventilation(self):
        world = self.charging()

        world.ev("D")
        self.opens_within(coil_ms=50, dead_ms=100)
        world.run_s(4)

        self.check_ended(
            pilot=D1,
            lock=FREE,
            error=_OTHER,
            reason=reasons.OPEN_VENTILATION,
            fault=faults.FAULT_OTHER,
            before=[(EV_PILOT_STATE, PILOT_D)],
            stop="Other",
        )
        self.stays_open(30)


class BrokenPilotTest(FaultStory):
    def test_f04_opens_when_the_pilot_is_shorted_to_earth(self):
        world = self.charging()

        world.fault("cp_pe_short")
        self.opens_within(coil_ms=50, dead_ms=100)
        world.run_s(4)

        self.check_ended(
            pilot=_SHORTED,
            lock=FREE,
            error=_OTHER,
            reason=reasons.OPEN_PILOT_SHORT,
            fault=faults.FAULT_OTHER,
            before=[(EV_PILOT_STATE, PILOT_E)],
            stop="Other",
        )
        self.stays_open(30)

    def test_f05_opens_when_the_diode_is_shorted(self):
        world = self.charging()

        world.fault("diode_short")
        self.assertTrue(abs(world.site.plants[0].seen_low_mv + 5_600) <= 100)
        self.opens_within(coil_ms=60, dead_ms=100)
        world.run_s(4)

        self.check_ended(
            pilot=(C1[0], 5_600, 5_600),
            lock=FREE,
            error=_OTHER,
            reason=reasons.OPEN_DIODE,
            fault=faults.FAULT_OTHER,
            before=[],
            stop="Other",
        )
        self.stays_open(30)

    def test_f06_never_closes_when_the_diode_was_shorted_from_b_on(self):
        world = self.plugged()
        world.ev("B")
        world.fault("diode_short")
        world.card()
        world.run_s(4)
        world.ev("C")

        self.stays_open(30)

        self.check_outputs(
            power=OFF,
            pilot=(C1[0], 5_600, 5_600),
            lock=FREE,
            ocpp=("Faulted", _OTHER),
            reason=reasons.OPEN_DIODE,
            events=[
                (42, 2),
                (EV_TX_STARTED, 1),
                (EV_FAULT, faults.FAULT_OTHER),
                (EV_TX_STOPPED, 1),
                (EV_PILOT_STATE, PILOT_C),
            ],
            told=["Authorize TAG1", "Start 1 TAG1 0", "1 Faulted OtherError", "Stop 101 Other"],
        )

    def test_f07_opens_when_the_negative_half_stays_at_minus_10_v(self):
        world = self.charging()

        world.fault("rail_minus", True, -10_000)
        self.opens_within(coil_ms=60, dead_ms=100)
        world.run_s(4)

        self.check_ended(
            pilot=C1,
            lock=FREE,
            error=_OTHER,
            reason=reasons.OPEN_DIODE,
            fault=faults.FAULT_OTHER,
            before=[],
            stop="Other",
        )
        self.stays_open(30)

    def test_f08_never_closes_with_a_rail_of_the_pilot_out_of_tolerance(self):
        for kind, mv, levels in (
            ("rail_plus", 10_000, (7_500, 7_500)),
            ("rail_minus", -9_000, (9_000, 9_000)),
        ):
            with self.subTest(kind):
                world = self.offering()
                world.fault(kind, True, mv)
                self.until(self.is_faulted, 1_000, "a fault")
                world.run_s(4)
                self.check_outputs(
                    power=OFF,
                    pilot=(B1[0],) + levels,
                    lock=FREE,
                    ocpp=("Faulted", _BROKEN),
                    reason=reasons.OPEN_PILOT_SUPPLY,
                    events=[(EV_FAULT, faults.FAULT_INTERNAL), (EV_TX_STOPPED, 1)],
                    told=["1 Faulted InternalError", "Stop 101 Other"],
                )
                world.ev("C")
                world.card()
                self.stays_open(50)

    def test_f08_opens_in_1_s_when_a_rail_weakens_during_a_charge(self):
        world = self.charging()

        world.fault("rail_plus", True, 10_000)
        self.opens_within(coil_ms=950, dead_ms=1_000)
        world.run_s(4)

        self.check_ended(
            pilot=(C1[0], 5_000, 5_000),
            lock=FREE,
            error=_BROKEN,
            reason=reasons.OPEN_PILOT_SUPPLY,
            fault=faults.FAULT_INTERNAL,
            before=[],
            stop="Other",
        )
        self.stays_open(50)

    def test_f09_opens_when_the_pilot_adc_freezes_or_sticks(self):
        # 0 V and 3.3 V at the ADC pin stay invalid; a level of the pilot is one without PWM.
        for stuck_mv, later in (
            (6_000, [(EV_PILOT_STATE, PILOT_B)]),
            (9_000, [(EV_PILOT_STATE, PILOT_B)]),
            (12_000, [(EV_PILOT_STATE, PILOT_A)]),
            (-14_773, []),
            (22_727, []),
        ):
            with self.subTest(stuck_mv):
                self.check_frozen(stuck_mv, later)

    def check_frozen(self, stuck_mv, later):
        """F9 with one value that the converter repeats for ever."""
        world = self.charging()

        world.fault("cp_adc_stuck", True, stuck_mv)
        self.opens_within(coil_ms=85, dead_ms=100)
        world.run_ms(60)

        self.check_outputs(
            power=OFF,
            pilot=C1,  # the pin is well, the converter is not
            lock=LOCKED,
            ocpp=("Faulted", _BROKEN),
            reason=reasons.OPEN_PILOT_INVALID,
            events=[
                (EV_PILOT_STATE, PILOT_INVALID),
                (EV_CONTACTOR_OPENED, reasons.OPEN_PILOT_INVALID),
                (EV_FAULT, faults.FAULT_INTERNAL),
            ]
            + later,
            told=["1 Faulted InternalError"],
        )
        world.run_s(4)
        self.assertEqual(world.payloads("StopTransaction")[0]["reason"], "Other")
        self.stays_open(55)


class HarmlessPilotTest(FaultStory):
    def test_f10_stays_closed_when_one_burst_shows_b(self):
        world = self.charging()

        world.ev("B")
        world.run_ms(20)
        world.ev("C")
        world.run_s(5)

        self.check_outputs(
            power=ON,
            pilot=C2,
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[],
            told=[],
        )

    def test_f11_goes_on_through_noise_of_400_mv_at_the_corner_resistors(self):
        for ohm, high_mv in ((612, 4_990), (1_254, 6_990)):
            with self.subTest(ohm):
                world = self.charging()
                world.ev("C", ohm)
                world.fault("cp_noise", True, 400)

                world.run_s(60)

                self.check_outputs(
                    power=ON,
                    pilot=(C2[0], high_mv, C2[2]),
                    lock=LOCKED,
                    ocpp=("Charging", _FINE),
                    reason=reasons.OPEN_BOOT,
                    events=[],
                    told=[],
                )

    def check_car_of(self, b_ohm, c_ohm, b_mv, c_mv):
        """F12 with one car: resistances in B and C, and the levels they make."""
        world = self.offering()
        world.ev("B", b_ohm)
        world.run_s(10)
        self.check_outputs(
            power=OFF,
            pilot=(B2[0], b_mv, B2[2]),
            lock=LOCKED,
            ocpp=("SuspendedEV", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[],
            told=["1 SuspendedEV"],
        )
        world.ev("C", c_ohm)
        world.run_s(10)
        self.check_outputs(
            power=ON,
            pilot=(C2[0], c_mv, C2[2]),
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[(EV_PILOT_STATE, PILOT_C), (EV_CONTACTOR_CLOSED, 0)],
            told=["1 Charging"],
        )

    def test_f12_knows_b_and_c_of_cars_at_the_corners_of_the_resistors(self):
        for row in ((1_870, 612, 8_060, 4_990), (4_610, 1_254, 9_990, 6_990)):
            with self.subTest(row):
                self.check_car_of(*row)

    def test_f13_reports_and_ignores_a_c_pulse_of_200_ms_in_b1(self):
        world = self.plugged()

        world.ev("C")
        world.run_ms(200)
        self.assertTrue(self.is_coil_off())
        world.ev("B")
        world.run_s(5)

        self.check_outputs(
            power=OFF,
            pilot=B1,
            lock=FREE,
            ocpp=("Preparing", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[(EV_PILOT_PULSE, PILOT_C)],
            told=[],
        )


class Readings:
    """An ADC with readings made before: unsynchronised, with +-noise_mv around both levels."""

    LENGTH = 30_011  # prime: no burst of 150 begins at the same one for a long time

    def __init__(self, duty_u16, high_mv, low_mv, noise_mv):
        adc = SimAdc(0)
        adc.set_levels(duty_u16, high_mv, low_mv)
        adc.set_noise(noise_mv)
        self._uv = array("i", [adc.read_uv() for _ in range(self.LENGTH)])
        self._at = 0

    def read_uv(self):
        at = self._at + 1
        self._at = at if at < self.LENGTH else 0
        return self._uv[self._at]


class NoisyHourTest(unittest.TestCase):
    """F11 on sense and decoder alone, so that the 180,000 bursts of an hour take seconds."""

    BURST_MS = 20
    QUARTER_MS = 900_000

    def test_f11_shows_no_wrong_state_in_an_hour_of_noise(self):
        corners = ((PILOT_B, 8_060), (PILOT_B, 9_990), (PILOT_C, 4_990), (PILOT_C, 6_990))
        for state, high_mv in corners:
            with self.subTest(high_mv):
                self.check_quarter(state, high_mv)

    def check_quarter(self, state, high_mv):
        sense = PilotSense(Readings(PWM_16A, high_mv, -12_000, 400))
        decoder = PilotDecoder()
        now_ms = 0
        while now_ms < 1_000:
            now_ms += self.BURST_MS
            sense.read(False)
            decoder.take(sense.high_mv, sense.low_mv, True, now_ms)
        wrong = 0
        while now_ms < self.QUARTER_MS:
            now_ms += self.BURST_MS
            sense.read(False)
            decoder.take(sense.high_mv, sense.low_mv, True, now_ms)
            if decoder.state != state or not decoder.is_diode_ok:
                wrong += 1
        self.assertEqual(wrong, 0)
