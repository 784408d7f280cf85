"""The pilot: +-12 V out of a 3.3 V pin, 1 kOhm, and the dividers that bring it to the ADC.

Static +12 V while the chip is in reset: R2 pulls the pin up. Values are E24 and E96.
"""

TITLE = "Pilot stage and its measurement"
SIZE = (54, 29)

SOURCE_OHM = 1_000
TOP_OHM = 100_000  # R6, from the pilot
UP_OHM = 22_100  # R7, to +3.3 V
DOWN_OHM = 16_900  # R8, to ground
SUPPLY_MV = 3_300
FILTER_PF = 220


def _conductance_ns():
    return [1e9 / ohm for ohm in (TOP_OHM, UP_OHM, DOWN_OHM)]


def adc_mv(pilot_mv):
    """Return the voltage at the ADC pin for a voltage at the CP pin."""
    top, up, down = _conductance_ns()
    return (top * pilot_mv + up * SUPPLY_MV) / (top + up + down)


def gain_uv_per_v():
    """Return by how much the ADC pin follows the CP pin."""
    return (adc_mv(1_000) - adc_mv(0)) * 1_000


def filter_us():
    """Return the time constant at the ADC pin."""
    return FILTER_PF * 1e-12 / (sum(_conductance_ns()) * 1e-9) * 1e6


def open_mv(rail_mv):
    """Return what the divider leaves of a rail at an open CP pin."""
    # Two equal conductances to two voltages: the divider seen from the pilot.
    _top, up, down = _conductance_ns()
    behind_ohm = TOP_OHM + 1e9 / (up + down)
    behind_mv = SUPPLY_MV * up / (up + down)
    return (rail_mv * behind_ohm + behind_mv * SOURCE_OHM) / (behind_ohm + SOURCE_OHM)


ROWS = (
    ("pin", 7, 8, "PILOT_PWM"),
    ("wire", (7, 8), (12, 8)),
    ("dot", 8, 8),
    ("resistor", 8, 5.5, "R2", "10 kΩ, +12 V while the pin floats"),
    ("wire", (8, 7.5), (8, 8)),
    ("supply", 8, 5.5, "+3.3 V"),
    ("resistor_h", 12, 8, "R1", "1 kΩ"),
    ("wire", (14, 8), (17, 8)),
    ("wire", (17, 10), (14, 10), (14, 13)),
    ("dot", 14, 13),
    ("resistor_h", 11, 13, "R3", "10 kΩ, 1 %"),
    ("wire", (13, 13), (14, 13)),
    ("wire", (8, 13), (11, 13)),
    ("supply", 8, 13, "+3.3 V"),
    ("resistor", 14, 13, "R4", "10 kΩ, 1 %"),
    ("ground", 14, 15),
    (
        "chip",
        17,
        6,
        (8, 6),
        "U2",
        "OPA197, comparator at ±12 V ±4 % (78L12, 79L12): 20 V/µs, rail to rail",
        (("l", 2, "+"), ("l", 4, "−"), ("r", 3, "OUT"), ("t", 4, "+12 V"), ("b", 4, "−12 V")),
    ),
    ("wire", (21, 6), (21, 5)),
    ("supply", 21, 5, "+12 V"),
    ("wire", (21, 12), (21, 13)),
    ("note", 20, 13.7, "−12 V"),
    ("wire", (25, 9), (29, 9)),
    ("dot", 27, 9),
    ("wire", (27, 9), (27, 14.4)),
    ("note", 20, 15.2, "to a second divider as R6 to R8:"),
    ("note", 20, 15.9, "STAGE_SENSE, where the board has it"),
    ("resistor_h", 29, 9, "R5", "1 kΩ, 1 % 0.5 W, what the car sees"),
    ("wire", (31, 9), (46, 9)),
    ("dot", 36, 9),
    ("tvs", 36, 9, "D5", "SMAJ15CA, 15 V for both directions, at the socket"),
    ("ground", 36, 11),
    ("dot", 42, 9),
    ("capacitor", 42, 9, "C4", "330 pF, C0G 100 V; with the cable below 1.6 nF"),
    ("ground", 42, 11),
    ("socket", 46, 9, "CP, to the car"),
    ("dot", 33, 9),
    ("wire", (33, 9), (33, 16)),
    ("resistor", 33, 16, "R6", "100 kΩ, 1 %"),
    ("wire", (33, 18), (33, 20)),
    ("dot", 33, 20),
    ("resistor", 33, 20, "R8", "16.9 kΩ, 1 %"),
    ("ground", 33, 22),
    ("wire", (33, 20), (38, 20)),
    ("dot", 38, 20),
    ("resistor", 38, 18, "R7", "22.1 kΩ, 1 %"),
    ("supply", 38, 18, "+3.3 V"),
    ("wire", (33, 20), (28, 20)),
    ("dot", 28, 20),
    ("capacitor", 28, 20, "C5", "220 pF, C0G, at the ADC pin"),
    ("ground", 28, 22),
    ("wire", (28, 20), (19, 20)),
    ("dot", 21, 20),
    ("diode_up", 21, 18, "D6", "BAT54S, both diodes: clamp at the ADC pin"),
    ("supply", 21, 18, "+3.3 V"),
    ("diode_up", 21, 20, "D7", "of the BAT54S"),
    ("ground", 21, 22),
    ("pin", 19, 20, "PILOT_SENSE"),
    ("note", 1, 26, "PE of the socket is the ground of this circuit."),
    ("note", 1, 27, "±12 V come from a converter that separates its output from the mains."),
)
