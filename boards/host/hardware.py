"""Hardware: the pins, PWM, ADC and buses of one connector, as the firmware gets them.

Called by: Board at start. Every board offers bundles with these names.
"""

from boards.host import pins
from boards.host.aux_fault import AuxFault
from boards.host.sim_adc import SimAdc
from boards.host.sim_lamp import SimLamp
from boards.host.sim_pin import SimPin
from boards.host.sim_pwm import SimPwm
from boards.host.sim_voltage import FULL_SCALE_UV, SimVoltage


class Hardware:
    """One connector's hardware. first_number is the number of its first simulated pin.

    A tethered cable is always there: it has no proximity contact to read.
    """

    def __init__(self, first_number, is_tethered=False):
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
        self.pilot_sampler = None
        self.stage_adc = SimAdc(first_number + pins.STAGE_SENSE[0])
        self.pe_pin = self._pin(pins.EARTH_PRESENT)
        self.pe_pin.level = 1
        self.pp_adc = None
        if not is_tethered:
            self.pp_adc = SimVoltage(first_number + pins.PROXIMITY_SENSE[0], FULL_SCALE_UV)
        self.temp_adc = SimVoltage(first_number + pins.TEMPERATURE_SENSE[0], FULL_SCALE_UV // 2)
        self.aux_fault = AuxFault()
        self.lamp_bus = SimLamp()
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
        self.lamp_bus.show(0, 0, 0)
