"""Control pilot states as numbers. Source: IEC 61851-1 Annex A, state table. Heap: none."""

from micropython import const

PILOT_A = const(0)  # +12 V: no car
PILOT_B = const(1)  # +9 V: car there, asks for nothing
PILOT_C = const(2)  # +6 V: car asks for energy
PILOT_D = const(3)  # +3 V: car asks, and needs ventilation
PILOT_E = const(4)  # 0 V: pilot shorted to earth, or no supply
PILOT_F = const(5)  # -12 V: not available
PILOT_INVALID = const(6)  # fits none of them
