"""Hardware: pins, PWM and ADCs of one connector of an ESP32 board, as evse wants them.

Called by: make_board. Every number comes out of the board's pins.py; a signal that the table does
not have is not fitted. Inputs have their pull-downs outside: some pins have none of their own.
"""

import time

import machine
from machine import Pin

from boards.esp32.full_scale_adc import FullScaleAdc
from boards.shared.no_aux_fault import NoAuxFault
from chargecore.evse.jittered_sampler import JitteredSampler
from chargecore.evse.lower_pwm import LowerPwm

_FREQ_HZ = 1_000


class Hardware:
    """margin: of evse.lower_pwm, for the chip's counter."""

    def __init__(self, pins, margin):
        coil_pin = Pin(pins.CONTACTOR_COIL[0], Pin.OUT, value=0)
        self.coil_pin = coil_pin
        self.feedback_pin = machine.Signal(Pin(pins.CONTACTOR_FEEDBACK[0], Pin.IN), invert=True)
        self.rcd_pin = Pin(pins.RCD_TRIP[0], Pin.IN)
        self.rcd_test_pin = output(pins, "RCD_TEST")
        self.lock_a_pin = output(pins, "LOCK_MOTOR_A")
        self.lock_b_pin = output(pins, "LOCK_MOTOR_B")
        self.lock_feedback_pin = digital(pins, "LOCK_FEEDBACK")
        self.estop_pin = Pin(pins.EMERGENCY_STOP[0], Pin.IN)
        pilot_pin = Pin(pins.PILOT_PWM[0], Pin.OUT, value=pins.PILOT_PWM[2])
        pwm = machine.PWM(pilot_pin, freq=_FREQ_HZ, duty_u16=65_535)  # static +12 V: no offer
        self.pilot_pwm = LowerPwm(pwm, margin)
        self.pilot_adc = analog(pins, "PILOT_SENSE")
        self.pilot_sampler = JitteredSampler(self.pilot_adc, time.sleep_us)
        self.stage_adc = analog(pins, "STAGE_SENSE")
        self.pp_adc = slow(pins, "PROXIMITY_SENSE")
        self.pe_pin = digital(pins, "EARTH_PRESENT")
        self.temp_adc = slow(pins, "TEMPERATURE_SENSE")
        self.aux_fault = NoAuxFault()
        self.meter_bus = None
        self.lamp_bus = None


def output(pins, name):
    """Return the output pin at its safe level, None where the board has no such signal."""
    row = getattr(pins, name, None)
    return None if row is None else Pin(row[0], Pin.OUT, value=row[2])


def digital(pins, name):
    """Return the input pin, None where the board has no such signal."""
    row = getattr(pins, name, None)
    return None if row is None else Pin(row[0], Pin.IN)


def analog(pins, name):
    """Return the ADC over its whole range, calibrated by the chip's maker; None: not fitted."""
    row = getattr(pins, name, None)
    return None if row is None else machine.ADC(Pin(row[0]), atten=machine.ADC.ATTN_11DB)


def slow(pins, name):
    """Return the ADC with ends that mean the rails; None: not fitted."""
    adc = analog(pins, name)
    return None if adc is None else FullScaleAdc(adc)
