"""Signals of an ESP32 DevKitC (ESP32-WROOM-32, 4 MB). Connector 1 is all there is."""

from micropython import const

from boards.shared.pin_kinds import ANALOG_IN, IN, OPEN_DRAIN, OUT, PWM_OUT

MODULE = const("esp32-wroom-32")
METER_UART = const(2)
READER_I2C = const(0)

#                    pin  direction  safe   wired to
CONTACTOR_COIL = (26, OUT, 0, "gate of Q1, in series with Q2, monitor's contact, stop loop")
DEAD_MAN = (25, OUT, 0, "one-shot U1, whose edges keep Q2 on")
PILOT_PWM = (27, PWM_OUT, 1, "pilot stage, 1 = +12 V, 0 = -12 V; pull-up 10 kOhm")
RCD_TEST = (23, OUT, 0, "test winding of the residual-current monitor, 1 = test current")
LOCK_MOTOR_A = (32, OUT, 0, "lock bridge IN1, A=1 B=0 drives towards locked")
LOCK_MOTOR_B = (33, OUT, 0, "lock bridge IN2, A=0 B=1 drives towards unlocked")
RCD_TRIP = (18, IN, None, "monitor's contact to +3.3 V, 1 = healthy; pull-down 8.2 kOhm")
CONTACTOR_FEEDBACK = (13, IN, None, "NC mirror contact to +3.3 V, 1 = contactor open; pull-down")
EMERGENCY_STOP = (4, IN, None, "stop loop to +3.3 V, 1 = closed and healthy; pull-down")
LOCK_FEEDBACK = (39, IN, None, "end switch to +3.3 V, 1 = bolt fully out; pull-down")
EARTH_PRESENT = (19, IN, None, "earth monitor's contact to +3.3 V, 1 = present; pull-down")
PILOT_SENSE = (36, ANALOG_IN, None, "divider on the pilot, 1.3 V + 88 mV per V")
PROXIMITY_SENSE = (34, ANALOG_IN, None, "proximity contact, 1 kOhm to 3.3 V")
TEMPERATURE_SENSE = (35, ANALOG_IN, None, "NTC 10 kOhm B 3950 to ground, 10 kOhm to 3.3 V")
METER_TX = (17, OUT, 1, "meter bus, to its receiver (DI of an RS-485 transceiver)")
METER_RX = (16, IN, None, "meter bus, from its transmitter (RO); S0 pulses")
READER_A = (21, OPEN_DRAIN, None, "reader: SDA of a PN532, D0 of a Wiegand reader")
READER_B = (22, OPEN_DRAIN, None, "reader: SCL of a PN532, D1 of a Wiegand reader")
LAMP_DATA = (14, OUT, 0, "WS2812 through a level shifter; moves at boot: the lamp may flash")
SERVICE = (0, IN, None, "BOOT button of the module, 0 = service")
