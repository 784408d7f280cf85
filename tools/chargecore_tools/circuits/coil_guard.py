"""RP2040, RP2350: the coil behind the PIO program's level and its tone.

The tone passes a capacitor: a pin that stands still, at whatever level, lets Q2 go.
"""

from math import log

from chargecore_tools.circuits.coil import coil_rows, gate_rows

TITLE = "RP2040, RP2350: coil guard"
SIZE = (46, 31)

PUMP_NF = 2.2
STORE_NF = 100
BLEED_OHM = 100_000
DIODE_MV = 300
PIN_MV = 3300
THRESHOLD_MV = (650, 1450)  # AO3400A data sheet, gate threshold
TONE_HZ = 200_000  # 1 MHz / 5 cycles of a pass


def gate_mv():
    """Return the voltage at the gate of Q2 while the tone plays."""
    lifted_mv = PIN_MV - 2 * DIODE_MV
    # What the bleed resistor takes, against what each period brings.
    bleed_ma = lifted_mv / BLEED_OHM
    return lifted_mv - bleed_ma / (TONE_HZ * PUMP_NF * 1e-9)


def release_ms():
    """Return (shortest, longest) time from the end of the tone until Q2 has let go."""
    tau_ms = BLEED_OHM * STORE_NF / 1e6
    low_mv, high_mv = THRESHOLD_MV
    return tau_ms * log(gate_mv() / high_mv), tau_ms * log(gate_mv() / low_mv)


ROWS = (
    *coil_rows(36, 15, 21),
    *gate_rows(34, 15, "R5", "R6"),
    ("wire", (8, 15), (32, 15)),
    ("pin", 8, 15, "CONTACTOR_COIL"),
    ("pin", 8, 21, "COIL_TONE"),
    ("resistor_h", 8, 21, "R1", "330 Ω"),
    ("capacitor_h", 11, 21, "C1", "2.2 nF, C0G: only edges pass"),
    ("wire", (10, 21), (11, 21)),
    ("wire", (13, 21), (16, 21)),
    ("dot", 15, 21),
    ("diode_up", 15, 21, "D3", "BAT54S, both diodes"),
    ("ground", 15, 23),
    ("diode_h", 16, 21, "D4", "of the BAT54S"),
    ("wire", (18, 21), (34, 21)),
    ("dot", 21, 21),
    ("capacitor", 21, 21, "C2", "100 nF"),
    ("ground", 21, 23),
    ("dot", 26, 21),
    ("resistor", 26, 21, "R2", "100 kΩ, empties C2 within 15 ms"),
    ("ground", 26, 23),
    ("pin", 8, 27, "RCD_TRIP"),
    ("wire", (8, 27), (11, 27)),
    ("dot", 11, 27),
    ("resistor", 11, 27, "R3", "8.2 kΩ, a broken wire trips; also against erratum E9"),
    ("ground", 11, 29),
    ("wire", (11, 27), (15, 27)),
    ("resistor_h", 15, 27, "R4", "1 kΩ"),
    ("dot", 15, 27),
    ("capacitor", 15, 27, "C3", "10 nF, 0.1 ms against spikes"),
    ("ground", 15, 29),
    ("wire", (17, 27), (19, 27)),
    ("note", 19.3, 27.2, "contact of the monitor to +3.3 V, closed while healthy"),
)
