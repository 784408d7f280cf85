"""Signals of the host board. The numbers only name the simulated pins; connector n adds 16 * n.

The safe level is what the plant sees while nothing drives the pin: power off, reset, boot.
"""

from micropython import const

IN = const(0)
OUT = const(1)
ANALOG_IN = const(2)
PWM_OUT = const(3)

#                 pin  direction  safe   wired to
DEAD_MAN = (0, OUT, 0, "retriggerable one-shot, 150 ms, that enables every coil")
CONTACTOR_COIL = (1, OUT, 0, "coil driver, in series with the one-shot and the RCD contact")
CONTACTOR_FEEDBACK = (2, IN, None, "auxiliary contact, 1 = main contacts closed")
RCD_TRIP = (3, IN, None, "residual-current monitor, 1 = healthy, 0 = tripped or wire open")
RCD_TEST = (4, OUT, 0, "test current of the residual-current monitor")
LOCK_MOTOR_A = (5, OUT, 0, "lock motor bridge, A=1 B=0 drives towards locked")
LOCK_MOTOR_B = (6, OUT, 0, "lock motor bridge, A=0 B=1 drives towards unlocked")
LOCK_FEEDBACK = (7, IN, None, "end switch, 1 = bolt fully out")
EMERGENCY_STOP = (8, IN, None, "stop loop, 1 = closed and healthy")
PILOT_PWM = (9, PWM_OUT, 0, "pilot stage, 65535 = static +12 V, 0 = static -12 V")
PILOT_SENSE = (10, ANALOG_IN, None, "divider on the pilot, 1.3 V + 88 mV per V")
PROXIMITY_SENSE = (11, ANALOG_IN, None, "proximity contact, 1 kOhm pull-up to 3.3 V")
EARTH_PRESENT = (12, IN, None, "protective earth monitor, 1 = present, 0 = lost or wire open")
TEMPERATURE_SENSE = (13, ANALOG_IN, None, "NTC 10 kOhm B 3950 to ground, 10 kOhm to 3.3 V")
STAGE_SENSE = (14, ANALOG_IN, None, "pilot stage before its 1 kOhm, divider as PILOT_SENSE")

PINS_PER_CONNECTOR = const(16)
