"""What a pin of a board's pins.py is: the words of the column `direction`."""

from micropython import const

IN = const(0)
OUT = const(1)
ANALOG_IN = const(2)
PWM_OUT = const(3)
OPEN_DRAIN = const(4)  # of a bus: nobody drives it until the bus is made
