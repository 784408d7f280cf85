"""The IEC 61851 states of a connector as a table: what follows from what, what each one does.

Called by: EvseController, which only looks up. docs/charge_states.md is made from here.
Source: IEC 61851-1 Table A.6 as in evse-hardware.md §2; 1 = no PWM, 2 = PWM. Heap: none.
"""

from micropython import const

_A = const(0)  # no car
_B1 = const(1)  # car there, no current offered
_B2 = const(2)  # car there, current offered
_C1 = const(3)  # car asks, no current offered (or no longer)
_C2 = const(4)  # car asks, current offered: only here the contactor may close
_D = const(5)  # car asks for ventilation that is not there
_E = const(6)  # the pilot fits no car: shorted, dead, or not understood
_F = const(7)  # the station is out of service until the next power cycle
_P = const(8)  # a pulse of -12 V that wakes the car, or tells it of a fault

STATE_AT_BOOT = const(6)

# Events 0..6 are the pilot states of safety.pilot_states, in their order.
EVENT_OFFER = const(7)  # current may be offered
EVENT_WITHDRAW = const(8)  # no current may be offered
EVENT_OUT_OF_SERVICE = const(9)  # a fault that only a power cycle clears
EVENT_PULSE = const(10)  # the car sleeps (R42), or a fault under load is told (R41)
EVENT_PULSE_END = const(11)

EVENT_NAMES = (
    "pilot A",
    "pilot B",
    "pilot C",
    "pilot D",
    "pilot E",
    "pilot F",
    "pilot invalid",
    "offer",
    "withdraw",
    "out of service",
    "pulse",
    "pulse over",
)

# pilot: A   B    C    D   E   F  inv.  offer withdr. out pulse over
NEXT = (
    (_A, _B1, _C1, _D, _E, _E, _E, _A, _A, _F, _A, _A),  # from A
    (_A, _B1, _C1, _D, _E, _E, _E, _B2, _B1, _F, _B1, _B1),  # from B1
    (_A, _B2, _C2, _D, _E, _E, _E, _B2, _B1, _F, _P, _B2),  # from B2
    (_A, _B1, _C1, _D, _E, _E, _E, _C2, _C1, _F, _P, _C1),  # from C1
    (_A, _B2, _C2, _D, _E, _E, _E, _C2, _C1, _F, _P, _C2),  # from C2
    (_A, _B1, _C1, _D, _E, _E, _E, _D, _D, _F, _P, _D),  # from D
    (_A, _B1, _C1, _D, _E, _E, _E, _E, _E, _F, _P, _E),  # from E
    (_F, _F, _F, _F, _F, _F, _F, _F, _F, _F, _F, _F),  # from F
    (_P, _P, _P, _P, _P, _P, _P, _P, _P, _F, _P, _B1),  # from P
)

DRIVE_X1 = const(0)  # static +12 V
DRIVE_PWM = const(1)
DRIVE_F = const(2)  # static -12 V

NO = const(0)
YES = const(1)
AS_BEFORE = const(2)  # cannot be seen in this state

# Columns of OUTPUTS.
NAME = const(0)
DRIVE = const(1)
PLUGGED = const(2)  # a car is there
ASKS = const(3)  # the car wants energy

OUTPUTS = (
    ("A", DRIVE_X1, NO, NO),
    ("B1", DRIVE_X1, YES, NO),
    ("B2", DRIVE_PWM, YES, NO),
    ("C1", DRIVE_X1, YES, YES),
    ("C2", DRIVE_PWM, YES, YES),
    ("D", DRIVE_X1, YES, YES),
    ("E", DRIVE_X1, AS_BEFORE, NO),
    ("F", DRIVE_F, AS_BEFORE, NO),
    ("P", DRIVE_F, AS_BEFORE, NO),
)
