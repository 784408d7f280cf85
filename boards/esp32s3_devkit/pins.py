"""Signals of an ESP32-S3-DevKitC-1 N8R8 (8 MB flash, 8 MB octal PSRAM). Connector 1 is all."""

from micropython import const

from boards.shared.pin_kinds import ANALOG_IN, IN, OPEN_DRAIN, OUT, PWM_OUT

MODULE = const("esp32-s3-n8r8")
METER_UART = const(1)
READER_I2C = const(0)

#                    pin  direction  safe   wired to
CONTACTOR_COIL = (7, OUT, 0, "gate of Q1, in series with Q2, monitor's contact, stop loop")
DEAD_MAN = (6, OUT, 0, "one-shot U1, whose edges keep Q2 on")
PILOT_PWM = (15, PWM_OUT, 1, "pilot stage, 1 = +12 V, 0 = -12 V; pull-up 10 kOhm")
RCD_TEST = (8, OUT, 0, "test winding of the residual-current monitor, 1 = test current")
LOCK_MOTOR_A = (16, OUT, 0, "lock bridge IN1, A=1 B=0 drives towards locked")
LOCK_MOTOR_B = (17, OUT, 0, "lock bridge IN2, A=0 B=1 drives towards unlocked")
RCD_TRIP = (10, IN, None, "monitor's contact to +3.3 V, 1 = healthy; pull-down 8.2 kOhm")
CONTACTOR_FEEDBACK = (9, IN, None, "NC mirror contact to +3.3 V, 1 = contactor open; pull-down")
EMERGENCY_STOP = (11, IN, None, "stop loop to +3.3 V, 1 = closed and healthy; pull-down")
LOCK_FEEDBACK = (12, IN, None, "end switch to +3.3 V, 1 = bolt fully out; pull-down")
EARTH_PRESENT = (13, IN, None, "earth monitor's contact to +3.3 V, 1 = present; pull-down")
PILOT_SENSE = (1, ANALOG_IN, None, "divider on the pilot, 1.3 V + 88 mV per V")
STAGE_SENSE = (2, ANALOG_IN, None, "pilot stage before its 1 kOhm, divider as PILOT_SENSE")
PROXIMITY_SENSE = (4, ANALOG_IN, None, "proximity contact, 1 kOhm to 3.3 V")
TEMPERATURE_SENSE = (5, ANALOG_IN, None, "NTC 10 kOhm B 3950 to ground, 10 kOhm to 3.3 V")
METER_TX = (41, OUT, 1, "meter bus, to its receiver (DI of an RS-485 transceiver)")
METER_RX = (42, IN, None, "meter bus, from its transmitter (RO); S0 pulses")
READER_A = (39, OPEN_DRAIN, None, "reader: SDA of a PN532, D0 of a Wiegand reader")
READER_B = (40, OPEN_DRAIN, None, "reader: SCL of a PN532, D1 of a Wiegand reader")
LAMP_DATA = (21, OUT, 0, "WS2812 through a level shifter")
SERVICE = (0, IN, None, "BOOT button of the module, 0 = service")
LID = (14, IN, None, "lid switch to ground, 0 = shut, 1 = open or wire broken")
