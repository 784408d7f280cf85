"""The part of the circuits that all boards share: the coil and all that must agree for it."""

MOSFET = "AO3400A, or any 30 V type that is specified at 2.5 V"


def coil_rows(x, upper_gate_y, lower_gate_y):
    """Return the rows of the coil's branch at x, with the gates of Q1 and Q2 at their heights."""
    return (
        ("supply", x, 3, "+12 V"),
        ("contact", x, 3, "RCD", "volt-free contact, the monitor's own; a broken wire opens it"),
        ("contact", x, 5, "E-stop", "stop loop, with the door; closed while healthy"),
        ("dot", x, 7),
        ("coil", x, 7, "K1", "12 V, the contactor or its relay; see the text"),
        ("wire", (x, 7), (x + 4, 7)),
        ("diode_up", x + 4, 7, "D1", "1N4007, for the coil's current at switch-off"),
        (
            "zener_down",
            x + 4,
            9,
            "D2",
            "12 V 1 W, a Zener diode: lets it fall fast",
        ),
        ("wire", (x, 9), (x, 11)),
        ("wire", (x + 4, 11), (x, 11)),
        ("dot", x, 11),
        ("wire", (x, 11), (x, upper_gate_y - 1)),
        ("nmos", x - 2, upper_gate_y, "Q1", MOSFET),
        ("wire", (x, upper_gate_y + 1), (x, lower_gate_y - 1)),
        ("nmos", x - 2, lower_gate_y, "Q2", MOSFET),
        ("ground", x, lower_gate_y + 1),
    )


def gate_rows(x, y, series, pull_down, series_text="100 Ω"):
    """Return a gate resistor that ends at (x, y), and the pull-down in front of it."""
    return (
        ("resistor_h", x - 2, y, series, series_text),
        ("dot", x - 2, y),
        ("wire", (x - 2, y), (x - 2, y + 0.5)),
        ("resistor", x - 2, y + 0.5, pull_down, "10 kΩ, keeps it off while the pin floats"),
        ("ground", x - 2, y + 2.5),
    )
