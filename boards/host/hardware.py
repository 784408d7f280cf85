"""Hardware: the pins, PWM, ADC and buses of one connector, as the firmware gets them.

Called by: Board at start. Every board offers bundles with these names.
"""

from boards.host import pins
from boards.host.aux_fault import AuxFault
from boards.host.sim_adc import SimAdc
from boards.host.sim_pin import SimPin
from boards.host.sim_pwm import SimPwm


class Hardware:
    """One connector's hardware. first_number is the number of its first simulated pin."""

    def __init__(self, first_number):
        self._first_number = first_number
        self.coil_pin = self._pin(pins.CONTACTOR_COIL)
        self.feedback_pin = self._pin(pins.CONTACTOR_FEEDBACK)
        self.rcd_pin = self._pin(pins.RCD_TRIP)
        self.rcd_test_pin = self._pin(pins.RCD_TEST)
        self.lock_a_pin = self._pin(pins.LOCK_MOTOR_A)
        self.lock_b_pin = self._pin(pins.LOCK_MOTOR_B)
        self.lock_feedback_pin = self._pin(pins.LOCK_FEEDBACK)
        self.estop_pin = self._pin(pins.EMERGENCY_STOP)
        self.estop_pin.level = 1
        self.pilot_pwm = SimPwm(first_number + pins.PILOT_PWM[0])
        self.pilot_adc = SimAdc(first_number + pins.PILOT_SENSE[0])
        self.aux_fault = AuxFault()
        self.meter_bus = None  # the plant's meter, see Board

    def _pin(self, row):
        number, _direction, safe_level, _wired_to = row
        return SimPin(self._first_number + number, safe_level or 0, safe_level)

    def reset(self):
        """Let every output fall back to its safe level, as at a reset."""
        self.coil_pin.reset()
        self.rcd_test_pin.reset()
        self.lock_a_pin.reset()
        self.lock_b_pin.reset()
        self.pilot_pwm.reset()
