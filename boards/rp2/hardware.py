"""Hardware: pins, PWM and ADC lanes of one connector of an RP2 board, as evse wants them.

Called by: make_board. Every number comes out of the board's pins.py; a signal that the table does
not have is not fitted. The coil belongs to the PIO program from the guard on.
"""

import machine
from machine import Pin

from boards.rp2.guarded_trip import GuardedTrip
from boards.rp2.guards import make_guard
from boards.rp2.pilot_sampler import PilotSampler
from boards.rp2.sampled_channel import SampledChannel
from boards.shared.no_aux_fault import NoAuxFault
from chargecore.evse.lower_pwm import MARGIN_RP2, LowerPwm

_FREQ_HZ = 1_000
_FIRST_ADC = 26  # GPIO of lane 0


class Hardware:
    """ring: the AdcRing that samples all three inputs."""

    def __init__(self, pins, ring):
        coil_pin = Pin(pins.CONTACTOR_COIL[0], Pin.OUT, value=0)
        tone_pin = Pin(pins.COIL_TONE[0], Pin.OUT, value=0)
        trip_pin = digital(pins, "RCD_TRIP")
        self.guard = make_guard(0, (coil_pin, tone_pin, trip_pin), machine.mem32)
        self.coil_pin = self.guard
        self.feedback_pin = machine.Signal(digital(pins, "CONTACTOR_FEEDBACK"), invert=True)
        self.rcd_pin = GuardedTrip(trip_pin, self.guard)
        self.rcd_test_pin = output(pins, "RCD_TEST")
        self.lock_a_pin = output(pins, "LOCK_MOTOR_A")
        self.lock_b_pin = output(pins, "LOCK_MOTOR_B")
        self.lock_feedback_pin = digital(pins, "LOCK_FEEDBACK")
        self.estop_pin = digital(pins, "EMERGENCY_STOP")
        pilot_pin = Pin(pins.PILOT_PWM[0], Pin.OUT, value=pins.PILOT_PWM[2])
        pwm = machine.PWM(pilot_pin, freq=_FREQ_HZ, duty_u16=65_535)  # static +12 V: no offer
        self.pilot_pwm = LowerPwm(pwm, MARGIN_RP2)
        self.pilot_adc = analog(pins, "PILOT_SENSE", ring)
        self.pilot_sampler = PilotSampler(ring, pins.PILOT_SENSE[0] - _FIRST_ADC)
        self.stage_adc = None  # a lane gives means, and the stage wants single readings
        self.pp_adc = analog(pins, "PROXIMITY_SENSE", ring)
        self.pe_pin = digital(pins, "EARTH_PRESENT")
        self.temp_adc = analog(pins, "TEMPERATURE_SENSE", ring)
        self.aux_fault = NoAuxFault()
        self.meter_bus = None
        self.lamp_bus = None


def output(pins, name):
    """Return the output pin at its safe level, None where the board has no such signal."""
    row = getattr(pins, name, None)
    return None if row is None else Pin(row[0], Pin.OUT, value=row[2])


def digital(pins, name):
    """Return the input pin, None where the board has no such signal.

    The chip's own pull-down helps where the one outside has come loose.
    """
    row = getattr(pins, name, None)
    return None if row is None else Pin(row[0], Pin.IN, Pin.PULL_DOWN)


def analog(pins, name, ring):
    """Return the lane of the ring, None where the board has no such signal."""
    row = getattr(pins, name, None)
    return None if row is None else SampledChannel(ring, row[0] - _FIRST_ADC)
