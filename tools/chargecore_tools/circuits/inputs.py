"""Inputs and small outputs of all boards: contacts, proximity, NTC, lock, test winding."""

from chargecore_tools.circuits.coil import MOSFET

TITLE = "Contacts, proximity, temperature, lock and test winding"
SIZE = (54, 36)

PULL_DOWN_OHM = 8_200
SERIES_OHM = 1_000
FILTER_NF = 10
PROXIMITY_OHM = 1_000
NTC_OHM = 10_000


def contact_us():
    """Return the time constant of a contact's input."""
    return SERIES_OHM * FILTER_NF * 1e-9 * 1e6


def proximity_mv(cable_ohm, supply_mv=3_300):
    """Return the voltage of a cable at the ADC pin."""
    return supply_mv * cable_ohm / (cable_ohm + PROXIMITY_OHM)


ROWS = (
    ("label", 1, 3.5, "Each contact: monitor, stop loop, mirror contact, end switch, earth"),
    ("supply", 5, 6, "+3.3 V"),
    ("contact", 5, 6, "S1", "volt-free contact, closed while healthy; mirror contact: NC"),
    ("wire", (5, 8), (5, 10)),
    ("dot", 5, 10),
    ("resistor", 5, 10, "R10", "8.2 kΩ, a broken wire reads 0"),
    ("ground", 5, 12),
    ("wire", (5, 10), (9, 10)),
    ("resistor_h", 9, 10, "R11", "1 kΩ"),
    ("wire", (11, 10), (17, 10)),
    ("dot", 13, 10),
    ("capacitor", 13, 10, "C10", "10 nF"),
    ("ground", 13, 12),
    ("socket", 17, 10, "to the input"),
    ("label", 28, 3.5, "PROXIMITY_SENSE"),
    ("supply", 31, 6, "+3.3 V"),
    ("resistor", 31, 6, "R12", "1 kΩ, 1 %"),
    ("wire", (31, 8), (31, 10)),
    ("dot", 31, 10),
    ("wire", (31, 10), (28, 10)),
    ("pin", 28, 10, "PP"),
    ("tvs", 31, 10, "D10", "SMAJ5.0CA, at the socket"),
    ("ground", 31, 12),
    ("wire", (31, 10), (36, 10)),
    ("resistor_h", 36, 10, "R13", "1 kΩ"),
    ("wire", (38, 10), (44, 10)),
    ("dot", 40, 10),
    ("capacitor", 40, 10, "C11", "10 nF"),
    ("ground", 40, 12),
    ("socket", 44, 10, "to the ADC"),
    ("label", 1, 16.5, "TEMPERATURE_SENSE"),
    ("supply", 5, 19, "+3.3 V"),
    ("resistor", 5, 19, "R14", "10 kΩ, 1 %"),
    ("wire", (5, 21), (5, 23)),
    ("dot", 5, 23),
    ("resistor", 5, 23, "RT1", "NTC 10 kΩ, B 3950, at the terminals of the contactor"),
    ("ground", 5, 25),
    ("wire", (5, 23), (17, 23)),
    ("dot", 13, 23),
    ("capacitor", 13, 23, "C12", "100 nF"),
    ("ground", 13, 25),
    ("socket", 17, 23, "to the ADC"),
    ("label", 28, 16.5, "LOCK_MOTOR_A, LOCK_MOTOR_B"),
    (
        "chip",
        33,
        19,
        (8, 6),
        "U3",
        "DRV8871, 100 nF and 47 µF at VM; R15 sets 0.53 A",
        (
            ("l", 2, "IN1"),
            ("l", 4, "IN2"),
            ("r", 2, "OUT1"),
            ("r", 4, "OUT2"),
            ("t", 4, "VM"),
            ("b", 2, "ILIM"),
            ("b", 6, "GND"),
        ),
    ),
    ("pin", 31, 21, "A"),
    ("wire", (31, 21), (33, 21)),
    ("pin", 31, 23, "B"),
    ("wire", (31, 23), (33, 23)),
    ("supply", 37, 19, "+12 V"),
    ("wire", (35, 25), (35, 25.5)),
    ("resistor", 35, 25.5, "R15", "120 kΩ"),
    ("ground", 35, 27.5),
    ("wire", (39, 25), (39, 27.5)),
    ("ground", 39, 27.5),
    ("wire", (41, 21), (44, 21)),
    ("socket", 44, 21, "motor of the lock"),
    ("wire", (41, 23), (44, 23)),
    ("socket", 44, 23, "its other wire"),
    ("label", 1, 29, "RCD_TEST"),
    ("pin", 7, 31.5, "RCD_TEST"),
    ("resistor_h", 7, 31.5, "R16", "100 Ω"),
    ("wire", (9, 31.5), (15, 31.5)),
    ("dot", 11, 31.5),
    ("resistor", 11, 31.5, "R17", "10 kΩ"),
    ("ground", 11, 33.5),
    ("nmos", 15, 31.5, "Q3", MOSFET),
    ("wire", (17, 30.5), (17, 29.5), (20, 29.5)),
    ("ground", 17, 32.5),
    ("resistor_h", 20, 29.5, "R18", "by data sheet, for the test current of the monitor"),
    ("wire", (22, 29.5), (29, 29.5)),
    ("socket", 29, 29.5, "test winding, other end to +12 V"),
)
