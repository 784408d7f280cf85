"""Measurands: what the meter of an outlet can tell, and how OCPP writes it."""

from cert.plain_station.outlet import NOMINAL_V

MEASURANDS = {  # name: (unit, value of an outlet)
    "Energy.Active.Import.Register": ("Wh", lambda outlet: outlet.register_wh),
    "Power.Active.Import": ("W", lambda outlet: round(outlet.power_w)),
    "Current.Import": ("A", lambda outlet: round(outlet.drawn_a, 1)),
    "Current.Offered": ("A", lambda outlet: round(outlet.offered_a, 1)),
    "Voltage": ("V", lambda _outlet: NOMINAL_V),
}
ENERGY = "Energy.Active.Import.Register"


def sampled_values(outlet, names, context):
    """Return the sampledValue list of one instant; no names stand for the energy register."""
    rows = []
    for name in names or [ENERGY]:
        unit, read = MEASURANDS[name]
        rows.append(
            {"value": str(read(outlet)), "context": context, "measurand": name, "unit": unit}
        )
    return rows
