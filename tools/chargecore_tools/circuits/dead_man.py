"""ESP32: the coil behind a retriggerable one-shot that the dead-man pin must keep alive.

Source of the pulse width: Nexperia 74HC123; 74HCT123 data sheet rev. 9, note 2 of table 8.
"""

from chargecore_tools.circuits.coil import coil_rows, gate_rows

TITLE = "ESP32: dead man with a one-shot"
SIZE = (46, 31)

K_PERMILLE = 450  # at 5 V
K_TOLERANCE_PERMILLE = 80  # assumed: the data sheet gives typical values only
R_OHM = 330_000
R_TOLERANCE_PERMILLE = 10
C_NF = 1_000
C_TOLERANCE_PERMILLE = 100


def pulse_ms(deviation=0):
    """Return the one-shot's time; deviation -1, 0 or 1: every part at the end of its tolerance."""
    permille = 1000
    for tolerance in (K_TOLERANCE_PERMILLE, R_TOLERANCE_PERMILLE, C_TOLERANCE_PERMILLE):
        permille = permille * (1000 + deviation * tolerance) // 1000
    nominal_us = K_PERMILLE * R_OHM // 1000 * C_NF // 1000
    return nominal_us * permille // 1_000_000


ROWS = (
    *coil_rows(36, 15, 21),
    *gate_rows(34, 15, "R5", "R6"),
    ("wire", (11, 15), (32, 15)),
    ("pin", 11, 15, "CONTACTOR_COIL"),
    *gate_rows(34, 21, "R3", "R4"),
    ("wire", (28, 21), (32, 21)),
    ("pin", 11, 21, "DEAD_MAN"),
    ("wire", (11, 21), (16, 21)),
    ("dot", 12, 21),
    ("resistor", 12, 21, "R2", "10 kΩ, no edges while the pin floats"),
    ("ground", 12, 23),
    (
        "chip",
        16,
        19,
        (12, 7),
        "U1",
        "74HCT123, half of it; takes 3.3 V at its inputs",
        (
            ("l", 2, "B"),
            ("l", 5, "A"),
            ("r", 2, "Q"),
            ("t", 3, "RC"),
            ("t", 6, "C"),
            ("t", 10, "VCC"),
            ("b", 3, "RD"),
            ("b", 9, "GND"),
        ),
    ),
    ("wire", (16, 24), (15, 24)),
    ("ground", 15, 24),
    ("wire", (19, 19), (19, 17.5), (20, 17.5)),
    ("capacitor_h", 20, 17.5, "C1", "1 µF, film ±10 %"),
    ("wire", (22, 17.5), (22, 19)),
    ("dot", 19, 17.5),
    ("wire", (19, 17.5), (17, 17.5), (17, 14.9)),
    ("resistor", 17, 12.9, "R1", "330 kΩ, 1 %: 148 ms"),
    ("wire", (17, 12.9), (17, 12)),
    ("dot", 17, 12),
    ("supply", 17, 12, "+5 V"),
    ("wire", (17, 12), (26, 12), (26, 19)),
    ("wire", (19, 17.5), (19, 16.2), (13, 16.2), (13, 14.9)),
    ("diode_up", 13, 12.9, "D3", "BAT54, empties C1 at power-off"),
    ("wire", (13, 12.9), (13, 12), (17, 12)),
    ("wire", (25, 26), (25, 27)),
    ("ground", 25, 27),
    ("wire", (19, 26), (19, 27), (12, 27)),
    ("dot", 12, 27),
    ("capacitor", 12, 27, "C2", "100 nF, no pulse at power-on"),
    ("ground", 12, 29),
    ("wire", (12, 27), (7, 27)),
    ("resistor", 7, 25, "R7", "100 kΩ"),
    ("supply", 7, 25, "+5 V"),
)
