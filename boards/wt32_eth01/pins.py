"""Signals of a WT32-ETH01 (ESP32 with LAN8720). Few pins: a tethered cable, no reader, no lamp.

The numbers of the Ethernet chip are in make_lan() of board.py: they belong to the module.
"""

from micropython import const

from boards.shared.pin_kinds import ANALOG_IN, IN, OUT, PWM_OUT

MODULE = const("wt32-eth01")
METER_UART = const(2)

#                    pin  direction  safe   wired to
CONTACTOR_COIL = (32, OUT, 0, "CFG: gate of Q1, in series with Q2, monitor's contact, stop loop")
DEAD_MAN = (33, OUT, 0, "485_EN: one-shot U1, whose edges keep Q2 on")
PILOT_PWM = (4, PWM_OUT, 1, "pilot stage, 1 = +12 V, 0 = -12 V; pull-up 10 kOhm")
RCD_TRIP = (39, IN, None, "monitor's contact to +3.3 V, 1 = healthy; pull-down 8.2 kOhm")
CONTACTOR_FEEDBACK = (15, IN, None, "NC mirror contact to +3.3 V, 1 = contactor open; pull-down")
EMERGENCY_STOP = (5, IN, None, "RXD: stop loop to +3.3 V, 1 = closed and healthy; pull-down")
PILOT_SENSE = (36, ANALOG_IN, None, "divider on the pilot, 1.3 V + 88 mV per V")
TEMPERATURE_SENSE = (35, ANALOG_IN, None, "NTC 10 kOhm B 3950 to ground, 10 kOhm to 3.3 V")
METER_TX = (17, OUT, 1, "TXD: meter bus, to its receiver (DI of an RS-485 transceiver)")
METER_RX = (2, IN, None, "meter bus, from its transmitter (RO) over 1 kOhm; S0 pulses")
SERVICE = (14, IN, None, "jumper to ground over 1 kOhm, 0 = service")
