"""F27 to F31: the cable, its rating, and the bolt that holds its plug."""

from chargecore.base.events import (
    EV_AUTHORIZED,
    EV_CONTACTOR_CLOSED,
    EV_CONTACTOR_OPENED,
    EV_FAULT,
    EV_LOCK_FAILED,
    EV_PILOT_STATE,
    EV_TX_STARTED,
    EV_TX_STOPPED,
)
from chargecore.safety import faults, reasons
from chargecore.safety.pilot_states import PILOT_B, PILOT_C
from fakes.fault_story import C1, C2, FREE, LOCKED, OFF, ON, FaultStory

_FINE = "NoError"
_ERROR = "ConnectorLockFailure"
_DUTY_13A = 14_199
_DUTY_20A = 21_845
_DUTY_32A = 34_952


class ProximityTest(FaultStory):
    """The resistor in the plug; a 32 A cable (220 Ohm) unless a story says otherwise."""

    def check_lost(self, kind, value):
        """F27: the resistor breaks, shorts or changes in C; nothing is offered any more."""
        world = self.charging()

        world.fault(kind, True, value)
        self.opens_within(coil_ms=50, dead_ms=100)
        world.run_s(4)

        self.check_ended(
            pilot=C1,
            lock=FREE,
            error="OtherError",
            reason=reasons.OPEN_PROXIMITY,
            fault=faults.FAULT_OTHER,
            before=[],
            stop="Other",
        )
        self.stays_open(50)

    def test_f27_opens_when_the_proximity_contact_breaks_shorts_or_changes(self):
        for kind, value in (("pp_open", 0), ("pp_short", 0), ("pp_ohm", 1_500)):
            with self.subTest(kind):
                self.check_lost(kind, value)

    def test_f27_never_raises_the_offer_when_the_cable_seems_to_become_larger(self):
        world = self.make(max_current=63)
        world.fault("pp_ohm", True, 1_500)  # 13 A
        world.plug(amps=63)
        world.run_s(4)
        world.card()
        world.run_s(20)
        self.assertEqual((world.see()[0], world.offer_a()), ("closed", 13))
        world.ev("C")
        self.forget()

        world.fault("pp_ohm", True, 220)  # 32 A, with the plug in
        self.opens_within(coil_ms=50, dead_ms=100)
        for _ in range(100):
            world.run_ms(500)
            self.assertTrue(world.offer_a() <= 13)
        self.check_ended(
            pilot=C1,
            lock=FREE,
            error="OtherError",
            reason=reasons.OPEN_PROXIMITY,
            fault=faults.FAULT_OTHER,
            before=[],
            stop="Other",
        )

    def check_rating(self, ohm, duty, **fields):
        """A charge at 63 A, on a cable with that resistor, gets what the cable carries."""
        world = self.make(max_current=63, **fields)
        world.fault("pp_ohm", True, ohm)
        world.plug(amps=63)
        world.run_s(4)
        world.card()
        world.run_s(20)
        self.check_outputs(
            power=ON,
            pilot=(duty,) + C2[1:],
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[
                (EV_PILOT_STATE, PILOT_B),
                (EV_AUTHORIZED, 2),
                (EV_TX_STARTED, 1),
                (EV_PILOT_STATE, PILOT_C),
                (EV_CONTACTOR_CLOSED, 0),
            ],
            told=["1 Preparing", "Authorize TAG1", "Start 1 TAG1 0", "1 Charging"],
        )

    def test_f28_takes_the_lower_current_between_two_bands(self):
        for ohm, duty in ((150, _DUTY_32A), (350, _DUTY_20A), (1_000, _DUTY_13A)):
            with self.subTest(ohm):
                self.check_rating(ohm, duty)

    def test_f29_offers_21_6_percent_on_a_13_a_cable(self):
        self.assertEqual(_DUTY_13A * 1_000 // 65_535, 216)
        self.check_rating(1_500, _DUTY_13A)


class LockTest(FaultStory):
    def test_f30_never_closes_when_the_bolt_does_not_arrive_in_five_tries(self):
        world = self.plugged()
        motor = world.site.hws[0].lock_a_pin
        world.fault("lock")

        world.card()
        pulses = self.count_pulses(motor, 6_000)
        world.ev("C")
        self.stays_open(30)

        self.assertEqual(pulses, 5)
        self.assertEqual(world.controllers[0].contactor.closings, 0)
        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Faulted", _ERROR),
            reason=reasons.OPEN_LOCK_LOST,
            events=[
                (EV_AUTHORIZED, 2),
                (EV_LOCK_FAILED, 1),
                (EV_FAULT, faults.FAULT_CONNECTOR_LOCK),
                (EV_PILOT_STATE, PILOT_C),
                (EV_LOCK_FAILED, 0),  # nor does it go back
            ],
            told=["Authorize TAG1", "1 Faulted " + _ERROR],
        )

    def count_pulses(self, pin, limit_ms):
        """Run until the fault is there, within the limit. Return how often the pin went high."""
        pulses = []

        def is_done():
            if pin.level != (pulses[-1] if pulses else 0):
                pulses.append(pin.level)
            return self.is_faulted()

        self.until(is_done, limit_ms, "a lock fault")
        return sum(pulses)

    def test_f30_opens_in_500_ms_when_the_feedback_of_the_bolt_is_lost(self):
        world = self.charging()

        world.fault("lock_feedback_lost")
        self.opens_within(coil_ms=450, dead_ms=500)
        world.run_ms(100)

        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=LOCKED,
            ocpp=("Faulted", _ERROR),
            reason=reasons.OPEN_LOCK_LOST,
            events=[
                (EV_CONTACTOR_OPENED, reasons.OPEN_LOCK_LOST),
                (EV_FAULT, faults.FAULT_CONNECTOR_LOCK),
            ],
            told=["1 Faulted " + _ERROR],
        )
        self.stays_open(30)

    def test_f31_refuses_to_unlock_until_the_outlet_is_dead(self):
        world = self.charging()
        began_ms = world.time.elapsed_ms

        world.send("UnlockConnector", {"connectorId": 1})  # the car stays in C
        self.until(self.is_moving_or_dead, 7_000, "an open contactor")
        self.assertTrue(6_000 <= world.time.elapsed_ms - began_ms <= 6_400)
        self.assertEqual(self.lock_words(), LOCKED)
        world.run_s(4)

        self.check_outputs(
            power=OFF,
            pilot=C1,
            lock=FREE,
            ocpp=("Finishing", _FINE),
            reason=reasons.OPEN_STOP_TIMEOUT,
            events=[(EV_CONTACTOR_OPENED, reasons.OPEN_STOP_TIMEOUT), (EV_TX_STOPPED, 1)],
            told=["1 Finishing", "Stop 101 UnlockCommand"],
        )
        self.assertEqual(world.results[-1][2], {"status": "Unlocked"})

    def is_moving_or_dead(self):
        plant = self.world.site.plants[0]
        return not plant.contactor.is_closed or self.lock_words() != LOCKED

    def test_f31_keeps_the_plug_of_a_running_session_when_only_the_bolt_is_asked(self):
        world = self.charging()

        world.controllers[0].unlock_cable()
        world.run_s(9)

        self.check_outputs(
            power=ON,
            pilot=C2,
            lock=LOCKED,
            ocpp=("Charging", _FINE),
            reason=reasons.OPEN_BOOT,
            events=[],
            told=[],
        )
