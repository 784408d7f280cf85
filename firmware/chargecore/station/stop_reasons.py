"""Why a transaction ended, protocol-neutral numbers stored in REC_STOP. Never reuse a number.

Source: OCPP 1.6 §7.36.
"""

from micropython import const

STOP_LOCAL = const(0)
STOP_REMOTE = const(1)
STOP_DEAUTHORIZED = const(2)
STOP_EV_DISCONNECTED = const(3)
STOP_HARD_RESET = const(4)
STOP_SOFT_RESET = const(5)
STOP_POWER_LOSS = const(6)
STOP_REBOOT = const(7)
STOP_EMERGENCY = const(8)
STOP_UNLOCK = const(9)
STOP_OTHER = const(10)
